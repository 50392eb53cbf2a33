"""The style rules that can be checked in the source: sizes, names, directions of imports, docstrings, `match`.

Each rule is a function from source text to breaches, and is tested on a planted breach.
"""

from __future__ import annotations

import ast
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "autograder"
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 10
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}

FUNCTION_WORDS = set(
    "as at by for found from here how in it its of on said says so that then there these this to what when where which "
    "who whose with".split()
)

# The parts of the package that hidden tests and their calibration scripts may import.
WRITTEN_WITH = ("autograder.testing", "autograder.calibration", "autograder.errors")
ALLOWED = {
    "hidden_tests": WRITTEN_WITH,
    "calibration": (*WRITTEN_WITH, "autograder.course"),
}
MAX_LOOSE_MODULES = 4
MAX_ROOMS = 16


def modules() -> list[Path]:
    """Every module of the package, and the hidden tests."""
    return sorted([*PACKAGE.rglob("*.py"), *(ROOT / "solutions").glob("*/hidden_tests/*.py")])


def own_modules() -> list[Path]:
    """Every module of the package except those shared by hidden tests."""
    return [path for path in modules() if not {"hidden_tests", "sequence_models"} & set(path.parts)]


def imported_modules(source: str) -> set[str]:
    """Modules that a source text imports, wherever in it; a relative import begins with a dot."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def foreign_imports(source: str, allowed: Sequence[str]) -> list[str]:
    """Modules of the package that a source text imports from outside these rooms."""
    names = sorted(name for name in imported_modules(source) if name.split(".")[0] == "autograder")
    return [name for name in names if not f"{name}.".startswith(tuple(f"{room}." for room in allowed))]


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


def function_words(source: str) -> list[str]:
    """Definitions, parameters and variables that have a function word for a name, underscores aside."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, ast.alias):
            names.append(node.asname or "")
    return sorted({name for name in names if name.strip("_") in FUNCTION_WORDS})


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


def test_the_rooms_can_be_counted() -> None:
    rooms = [path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()]
    loose = [path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    assert len(rooms) <= MAX_ROOMS
    assert len(loose) <= MAX_LOOSE_MODULES


HIDDEN = [path for path in sorted((ROOT / "solutions").glob("[0-9]*/*/*.py")) if path.parent.name in ALLOWED]


@pytest.mark.parametrize("path", HIDDEN, ids=named)
def test_hidden_tests_import_what_they_are_written_with(path: Path) -> None:
    assert foreign_imports(path.read_text(), ALLOWED[path.parent.name]) == []


AGENT_ALONE = """
import sys, types
package = types.ModuleType("autograder")
package.__path__ = [sys.argv[1]]
sys.modules["autograder"] = package
import autograder.agent.server
print(sorted(name for name in sys.modules if name.startswith("autograder.")))
"""


def test_the_agent_starts_without_the_rest_of_the_package(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "agent", tmp_path / "agent")
    command = [sys.executable, "-I", "-c", AGENT_ALONE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert all(name.startswith("autograder.agent") for name in ast.literal_eval(done.stdout))


@pytest.mark.parametrize("path", modules(), ids=named)
def test_names_say_something(path: Path) -> None:
    parts = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    assert not parts & VAGUE_NAMES


NAMED = [
    path
    for room in (PACKAGE, ROOT / "datasets", ROOT / "tests", *(ROOT / "solutions").glob("[0-9]*"))
    for path in sorted(room.rglob("*.py"))
    if not {"code", "accepted", "tiny_course_files"} & set(path.parts) and path.parent.parent.name != "solutions"
]


@pytest.mark.parametrize("path", NAMED, ids=named)
def test_names_are_nouns_or_verbs(path: Path) -> None:
    assert function_words(path.read_text()) == []


@pytest.mark.parametrize("path", own_modules(), ids=named)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert without_docstring(path.read_text()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=named)
def test_raises_has_a_match(path: Path) -> None:
    assert raises_without_match(path.read_text()) == []


def test_an_import_of_another_room_is_noticed() -> None:
    source = "def f():\n    from autograder.grading import grader\nimport autograder.cli.app\nfrom . import oracle"
    assert foreign_imports(source, WRITTEN_WITH) == ["autograder.cli.app", "autograder.grading.grader"]


def test_an_import_of_what_tests_are_written_with_is_fine() -> None:
    source = "import os\nfrom autograder.testing import checks\nfrom .oracle_bilstm import case"
    assert foreign_imports(source, WRITTEN_WITH) == []


def test_a_function_word_for_a_name_is_noticed() -> None:
    source = "import a as of\ndef _said(what, name): found = where.there = 1\nclass which: problems = [x for x in y]"
    assert function_words(source) == ["_said", "found", "of", "what", "which"]


def test_a_long_function_is_noticed() -> None:
    source = "class A:\n    def f(self):\n" + "        x = 1\n" * MAX_FUNCTION_LINES
    assert long_functions(source) == [f"f: {MAX_FUNCTION_LINES + 1}"]


def test_a_missing_docstring_is_noticed() -> None:
    source = "class A:\n    '''A.'''\n    def f(self): ...\n    def _g(self): ...\ndef h():\n    def inner(): ...\n"
    assert without_docstring(source) == ["the module", "A.f", "h"]


def test_a_missing_match_is_noticed() -> None:
    source = "with pytest.raises(ValueError): ...\nwith pytest.raises(ValueError, match='x'): ..."
    assert raises_without_match(source) == [1]
