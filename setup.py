"""Compile each module that has a ``.pxd`` beside it; CONTRIBUTING.md, "The three build modes", says when and how."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PURE, REQUIRED = (os.environ.get(name) == "1" for name in ("PLAIT_PURE", "PLAIT_REQUIRE_COMPILED"))
DIRECTIVES = {"annotation_typing": False, "freelist": 64, "initializedcheck": False}
FLAGS = f"-g0 -fno-plt -fvisibility=hidden {os.environ.get('PLAIT_CFLAGS', '')}".split()
# Layers in which threads and OpenSSL take most of the time: -O1 compiles a third faster, and executes 3 % more.
LIGHT = ("bridge", "tls")
DECLARATIONS = sorted(Path("src/plait").rglob("*.pxd"))
MODULES = [path.with_suffix(".py") for path in DECLARATIONS if path.parent.name != "native"]  # native/ is inlined C
TRANSLATED = Path("build/cython/.translated")  # its time is that of the last translation
NO_COMPILER = "\nplait: NO WORKING C COMPILER (or no Python.h) here: plait will run interpreted, several times slower\n"


class CompileDeclared(build_ext):
    """Translates with Cython, whose errors are always fatal, then compiles, both on as many processors as there are."""

    def run(self):
        from Cython.Build import cythonize
        from Cython.Compiler.Options import get_directive_defaults

        get_directive_defaults()["freelist"] = 0  # Cython knows it of single classes only, and not in a declaration
        known = TRANSLATED.stat().st_mtime if TRANSLATED.exists() else 0  # cythonize misses some of these
        changed = any(path.stat().st_mtime > known for path in [Path("setup.py"), *DECLARATIONS])
        options = {"build_dir": "build/cython", "nthreads": os.cpu_count(), "compiler_directives": DIRECTIVES}
        for extension, made in zip(self.extensions, cythonize(self.extensions, force=changed, **options), strict=True):
            extension.sources = made.sources
            extension.extra_compile_args = ["-O1" if extension.name.split(".")[1] in LIGHT else "-O2", *FLAGS]
        TRANSLATED.touch()
        self.parallel = self.parallel or os.cpu_count()
        super().run()

    def build_extensions(self):
        probe = TRANSLATED.with_name("probe.c")
        probe.write_text("#include <Python.h>\nint probe(void) { return PY_VERSION_HEX != 0; }\n")
        try:
            self.compiler.link_shared_object(self.compiler.compile([str(probe)]), str(probe.with_suffix(".so")))
        except Exception as error:  # whatever it is, this compiler does not work
            if REQUIRED:
                raise
            print(NO_COMPILER, error, file=sys.stderr)
            for extension in self.extensions:
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)  # of an earlier build
            self.extensions.clear()
        super().build_extensions()


if __name__ == "__main__":  # Cython's worker processes may import this file
    if PURE and REQUIRED:
        raise SystemExit("PLAIT_PURE=1 and PLAIT_REQUIRE_COMPILED=1 exclude each other: unset one of them")
    extensions = [Extension(".".join(path.parts[1:])[:-3], [str(path)]) for path in MODULES]
    setup(ext_modules=[] if PURE else extensions, cmdclass={"build_ext": CompileDeclared})
