"""The house rules that can be read from the source: sizes, names, which way imports go, docstrings, `match`.

Each rule is a function from source text to breaches, tried on a planted breach before it is believed.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "autograder"
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 10
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}

# From the top of the house to the cellar. A room may import from its own row and from the rows below.
# A room is the first part of a module's name after `autograder.`.
ROOMS: list[set[str]] = [
    {"__main__", "bench", "yardstick"},
    {"cli"},
    {"commands", "demonstration"},
    {"sample_class"},
    {"mishaps"},
    {"validation", "calibration", "suites"},
    {"bank_entries"},
    {"mistakes"},
    {"classroom"},
    {"gradebook"},
    {"reports"},
    {"grading", "early_start"},
    {"questioning"},
    {"time_limits"},
    {"judging", "suite_check"},
    {"running"},
    {"plugin"},
    {"checks"},
    {"student"},
    {"result_store"},
    {"refusal"},
    {"provenance", "variants"},
    {"options"},
    {"sandbox"},
    {"cell_errors", "own_files"},
    {"newer_syntax", "rest_of_cell"},
    {"follow_through"},
    {"filling"},
    {"submission"},
    {"mending", "needed_cells", "ordering"},
    {"matching", "kept_parts"},
    {"release"},
    {"definitions"},
    {"authoring"},
    {"course"},
    {"handout"},
    {"datasets"},
    {"cells"},
    {"nbgrader_settings"},
    {"record"},
    {"agent"},
    {"kept_names", "stand_in", "thread_pools"},
    {"wire"},
    {"notebook_size", "file_kinds"},
    {"plain_path", "hidden_inputs"},
    {"apart"},
    {"errors"},
    {"untrusted_text", "parsing"},
    {"slow_imports", "whole_files"},
]
# All that the student's process loads, and what of the package each may import.
INSIDE: dict[str, set[str]] = {
    "agent": {"kept_names", "stand_in", "thread_pools", "wire"}, "kept_names": set(), "stand_in": {"wire"},
    "thread_pools": set(), "wire": set(),
}  # fmt: skip

LEVELS = {room: level for level, row in enumerate(ROOMS) for room in row}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def own_modules() -> list[Path]:
    """... and but for the hidden suites."""
    return [path for path in modules() if path.relative_to(PACKAGE).parts[0] != "suites"]


def room_of(path: Path) -> str:
    """The room a module stands in; "" for `autograder/__init__.py`."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported_rooms(source: str) -> set[str]:
    """Rooms that a module imports, wherever in its text; a relative import counts as a room named `.`."""
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            rooms.add(".")
        elif isinstance(node, ast.ImportFrom) and node.module == "autograder":
            rooms |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            rooms |= _room_in(node.module or "")
        elif isinstance(node, ast.Import):
            rooms |= {room for alias in node.names for room in _room_in(alias.name)}
    return rooms


def _room_in(module: str) -> set[str]:
    parts = module.split(".")
    return {parts[1]} if parts[0] == "autograder" and len(parts) > 1 else set()


def imports_upward(room: str, source: str) -> list[str]:
    """Rooms above `room`, or in no row, that its source imports."""
    return sorted(r for r in imported_rooms(source) if LEVELS.get(r, -1) < LEVELS[room])


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_functions(source: str) -> list[str]:
    """Functions above the limit, with their lines."""
    return [f"{f.name}: {size(f)}" for f in functions(source) if size(f) > MAX_FUNCTION_LINES]


def without_docstring(source: str) -> list[str]:
    """Public classes, functions and methods of public classes that have no docstring; the module's own too."""
    tree = ast.parse(source)
    bare = [] if ast.get_docstring(tree) else ["the module"]
    return bare + list(_bare_definitions(tree.body, ""))


def _bare_definitions(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _bare_definitions(node.body, f"{node.name}.")


def raises_without_match(source: str) -> list[int]:
    """Lines of `pytest.raises(...)` and `pytest.warns(...)` without `match`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"pytest.raises", "pytest.warns", "raises", "warns"}
        and not any(keyword.arg == "match" for keyword in node.keywords)
    ]


def named(path: Path) -> str:
    """A path as a test's id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", own_modules(), ids=named)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", modules(), ids=named)
def test_functions_are_short(path: Path) -> None:
    assert long_functions(path.read_text()) == []


def test_most_functions_are_very_short() -> None:
    sizes = [size(function) for path in own_modules() for function in functions(path.read_text())]
    assert statistics.median(sizes) <= MAX_MEDIAN_FUNCTION_LINES


@pytest.mark.parametrize("path", modules(), ids=named)
def test_every_module_has_its_room(path: Path) -> None:
    room = room_of(path)
    assert not room or room in LEVELS, "give it a row in ROOMS"


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) in LEVELS], ids=named)
def test_imports_go_down(path: Path) -> None:
    assert imports_upward(room_of(path), path.read_text()) == []


@pytest.mark.parametrize("room", INSIDE)
def test_what_the_students_process_loads_imports_nothing_else_of_the_package(room: str) -> None:
    path = PACKAGE / f"{room}.py"
    assert imported_rooms(path.read_text()) <= INSIDE[room]
    assert imported_rooms((PACKAGE / "__init__.py").read_text()) <= set(INSIDE)


@pytest.mark.parametrize("path", modules(), ids=named)
def test_names_say_something(path: Path) -> None:
    parts = {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}
    assert not parts & VAGUE_NAMES


@pytest.mark.parametrize("path", own_modules(), ids=named)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert without_docstring(path.read_text()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=named)
def test_raises_has_a_match(path: Path) -> None:
    assert raises_without_match(path.read_text()) == []


UPWARD = ["from autograder.plugin import question", "import autograder.cli", "from autograder import grading"]


@pytest.mark.parametrize("source", [*UPWARD, "def f():\n    from autograder.cli import main", "from . import wire"])
def test_an_import_upward_is_noticed(source: str) -> None:
    assert len(imports_upward("student", source)) == 1


def test_an_import_downward_or_of_others_is_fine() -> None:
    source = "import os\nimport autograder\nfrom autograder.wire import pack\nfrom autograder import errors"
    assert imports_upward("student", source) == []


def test_a_long_function_is_noticed() -> None:
    source = "class A:\n    def f(self):\n" + "        x = 1\n" * MAX_FUNCTION_LINES
    assert long_functions(source) == [f"f: {MAX_FUNCTION_LINES + 1}"]


def test_a_missing_docstring_is_noticed() -> None:
    source = "class A:\n    '''A.'''\n    def f(self): ...\n    def _g(self): ...\ndef h():\n    def inner(): ...\n"
    assert without_docstring(source) == ["the module", "A.f", "h"]


def test_a_missing_match_is_noticed() -> None:
    source = "with pytest.raises(ValueError): ...\nwith pytest.raises(ValueError, match='x'): ..."
    assert raises_without_match(source) == [1]
