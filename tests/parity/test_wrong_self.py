"""Methods that are called through their class with something else than an instance of it."""

import inspect

import pytest

import plait

CLASSES = sorted(
    name
    for name in plait.__all__
    if inspect.isclass(getattr(plait, name))
    and getattr(plait, name).__module__.startswith("plait.")
    and not issubclass(getattr(plait, name), (BaseException, plait.EventLoop, plait.EventLoopPolicy))
)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("wrong", [3, object(), ValueError()], ids=["int", "object", "error"])
def test_a_method_refuses_another_self(name, wrong):
    for kind in getattr(plait, name).__mro__[:-1]:
        if "__pyx_vtable__" not in vars(kind):
            continue  # an interpreted method takes any self, and fails where it uses it
        for label, method in vars(kind).items():
            if callable(method) and not isinstance(method, type) and not label.startswith("__"):
                with pytest.raises((TypeError, AttributeError)):  # the latter, if it is a function of Python's
                    method(wrong)
