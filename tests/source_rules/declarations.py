"""Reads a `.pxd`: the part of Cython's language that plait's declarations use, and an error for any other line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CIMPORT = re.compile(r"cimport (?P<module>[\w.]+)")
FROM_CIMPORT = re.compile(r"from (?P<module>[\w.]+) cimport (?P<names>[\w, ]+)")
CLASS = re.compile(r"cdef class (?P<name>\w+)(\((?P<base>[\w.]+)\))?:")
FUNCTION = re.compile(r"(cdef|cpdef) (?P<type>[\w. ]+?)[ *]+(?P<name>\w+)\((?P<parameters>.*)\)(?P<ending>[^()]*)")
VARIABLE = re.compile(r"cdef (public |readonly )?(?P<type>[\w. ]+?)[ *]+(?P<name>\w+)")
NATIVE_FUNCTION = re.compile(r"(?P<type>[\w. ]+?)[ *]+(?P<name>\w+) \"\w+\"\((?P<parameters>.*)\)(?P<ending>[^()]*)")
LOCALS = re.compile(r"@cython\.locals\((?P<locals>.*)\)")
EXTERN = "cdef extern from *:\n"
C_CODE = '    """\n'
IGNORED = re.compile(r"pass|@cython\.\w+|ctypedef .*")


@dataclass
class DeclaredClass:
    base: str | None
    fields: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


@dataclass
class Declarations:
    path: Path
    cimports: list[tuple[str, str]] = field(default_factory=list)  # (module, name)
    classes: dict[str, DeclaredClass] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)  # and how many parameters
    variables: list[str] = field(default_factory=list)


def read(path: Path) -> Declarations:
    """What a `.pxd` declares."""
    declarations = Declarations(path)
    scope = None
    for indented, line in logical_lines(without_c_code(path.read_text(encoding="utf-8"))):
        if not indented:
            scope = read_module_line(line, declarations)
        elif scope is not None:
            read_class_line(line, scope, path)
        else:
            raise ValueError(f"{path}: indented, but in no class: {line}")
    return declarations


def read_module_line(line: str, declarations: Declarations) -> DeclaredClass | None:
    """Returns the class that the line opens, if it does."""
    if found := FROM_CIMPORT.fullmatch(line):
        declarations.cimports += [(found["module"], name.strip()) for name in found["names"].split(",")]
    elif found := CIMPORT.fullmatch(line):
        declarations.cimports.append((found["module"], ""))
    elif found := CLASS.fullmatch(line):
        return declarations.classes.setdefault(found["name"], DeclaredClass(found["base"]))
    elif found := FUNCTION.fullmatch(line) or NATIVE_FUNCTION.fullmatch(line):
        declarations.functions[found["name"]] = len(found["parameters"].split(",")) if found["parameters"] else 0
    elif found := VARIABLE.fullmatch(line):
        declarations.variables.append(found["name"])
    elif not (LOCALS.fullmatch(line) or IGNORED.fullmatch(line)):
        raise ValueError(f"{declarations.path}: cannot read: {line}")
    return None


def read_class_line(line: str, scope: DeclaredClass, path: Path) -> None:
    if found := FUNCTION.fullmatch(line):
        scope.methods.append(found["name"])
    elif found := VARIABLE.fullmatch(line):
        scope.fields.append(found["name"])
    elif not (LOCALS.fullmatch(line) or IGNORED.fullmatch(line)):
        raise ValueError(f"{path}: cannot read: {line}")


def without_c_code(text: str) -> str:
    """Takes the lines of each `cdef extern` block, less its C code, for lines of the module."""
    while EXTERN in text:
        before, _, block = text.partition(EXTERN)
        if block.startswith(C_CODE):
            block = block.removeprefix(C_CODE).partition(C_CODE)[2]
        names, blank, after = block.partition("\n\n")
        text = before + re.sub("^    ", "", names, flags=re.MULTILINE) + blank + after
    return text


def logical_lines(text: str) -> Iterator[tuple[bool, str]]:
    """Each line with its continuation in brackets, and whether it is indented."""
    pending = ""
    for line in re.sub(" *#.*", "", text).splitlines():
        pending = f"{pending} {line.strip()}" if pending else line.rstrip()
        if pending and pending.count("(") == pending.count(")"):
            yield pending.startswith(" "), re.sub(r"\s+", " ", pending.strip())
            pending = ""
