"""given.py: everything a notebook's imports need, in an order in which it can be imported and read."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from every_assignment import EVERY, IDS

from autograder.course import handout
from autograder.course.handout.closure import imported_from_given, notebook_closure
from autograder.course.handout.names import bound_by
from autograder.course.handout.order import ordered_groups
from autograder.errors import TaskError

every_assignment = pytest.mark.parametrize(("root", "id"), EVERY, ids=IDS)
LOCKED = '# %% nbgrader={"grade": false, "grade_id": "ID", "locked": true, "solution": false}\n'
SOLUTION = '# %% nbgrader={"grade": false, "grade_id": "ID", "locked": false, "solution": true}\n'


class Course:
    """A course of a few lines, with components by name and assignments by id."""

    def __init__(self, folder: Path) -> None:
        self.solutions = folder / "solutions"
        self.component("base", "X = 1\n")

    def component(self, name: str, text: str) -> None:
        """Write a component."""
        self._write(self.solutions / "given" / f"{name}.py", text)

    def assignment(self, id: str, imports: str = "", builds_on: str = "", **answers: str) -> None:
        """Write an assignment with a cell of imports and a solution cell for each of the answers."""
        cells = [LOCKED.replace("ID", "imports") + imports]
        cells += [SOLUTION.replace("ID", name) + text for name, text in answers.items()]
        self._write(self.solutions / id / f"{id[3:]}.py", "\n\n".join(cells) + "\n")
        self._write(self.solutions / id / "assignment.toml", f'builds_on = "{builds_on}"\n' if builds_on else "")

    def given(self, id: str) -> str:
        """The text of given.py."""
        return handout.assemble(self.solutions, id)

    def names(self, id: str) -> list[str]:
        """The names that given.py defines, in its order."""
        nodes = [node for node in ast.parse(self.given(id)).body[1:] if not isinstance(node, ast.Import)]
        return [name for node in nodes for name in sorted(bound_by(node))]

    def module(self, id: str) -> Any:
        """given.py, imported."""
        module = ModuleType("given")
        module.__file__ = "given.py"
        exec(self.given(id), vars(module))
        return module

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Course:
    """An empty course."""
    return Course(tmp_path)


# the course's own


@every_assignment
def test_given_holds_what_is_imported_and_nothing_that_this_does_not_need(root: Path, id: str) -> None:
    solutions = root / "solutions"
    closure = notebook_closure(solutions, id)
    imported = {name for name, _ in imported_from_given(handout.script_of(solutions, id))}
    used = imported.union(*(one.names.at_import | one.names.later for one in closure.needs))
    assert all(one.bound & used for one in closure.needs)


@every_assignment
def test_definitions_are_those_of_their_sources_byte_for_byte(root: Path, id: str) -> None:
    text = handout.assemble(root / "solutions", id)
    for source, group in ordered_groups(notebook_closure(root / "solutions", id)).items():
        for definition in group:
            assert f"\n{definition.text}\n" in text
            if not source.assignment:
                assert f"\n{definition.text}\n" in source.path.read_text(encoding="utf-8")


@every_assignment
def test_the_contents_name_each_section_in_order(root: Path, id: str) -> None:
    text = handout.assemble(root / "solutions", id)
    listed = re.findall(r"^- (\w+): ", ast.get_docstring(ast.parse(text)) or "", re.MULTILINE)
    assert listed == [source.name for source in ordered_groups(notebook_closure(root / "solutions", id))]
    places = [text.index(f"\n# {name}: ") for name in listed]
    assert places == sorted(places)


# which definitions


def test_given_says_that_it_is_built_and_merges_imports(made: Course) -> None:
    made.component("one", '"""One."""\n\nimport math\nfrom pathlib import Path\n\n\ndef f():\n    return math.pi\n')
    made.component("two", "import math\n\n\ndef g():\n    return math.e\n")
    made.assignment("01_a", "from given import f, g")
    text = made.given("01_a")
    assert "Built by `python -m autograder build`" in (ast.get_docstring(ast.parse(text)) or "")
    assert text.count("import math") == 1
    assert "Path" not in text
    assert "# one: One.\n\n\ndef f():" in text


def test_nothing_imported_is_nothing_handed_out(made: Course) -> None:
    made.assignment("01_a", "import math")
    assert made.given("01_a") == ""


def test_everything_that_a_definition_needs_comes_with_it(made: Course) -> None:
    made.component("all", (
        "LIMIT = 3\nUNUSED = 4\nKIND = int\n\n\ndef mark(f):\n    return f\n\n\nclass Base:\n    pass\n\n\n"
        "def default():\n    return 1\n\n\ndef spare():\n    return UNUSED\n\n\n"
        "# Above it.\n@mark\nclass Made(Base):\n    size = LIMIT\n\n"
        "    def f(self, x: KIND = default()) -> 'Later':\n        spare = [x for x in ()]\n        return spare\n\n\n"
        "class Later:\n    pass\n"
    ))  # fmt: skip
    made.assignment("01_a", "from given import Made")
    assert made.names("01_a") == ["LIMIT", "KIND", "mark", "Base", "default", "Made", "Later"]
    assert "# Above it.\n@mark\nclass Made(Base):" in made.given("01_a")
    assert made.module("01_a").Made.size == 3


@pytest.mark.parametrize("text", [
    "import given\ngiven.f()", "import given as g\nprint(g.f)", "def late():\n    from given import f as other",
])  # fmt: skip
def test_every_way_to_import_counts(made: Course, text: str) -> None:
    made.component("one", "def f():\n    pass\n\n\ndef g():\n    pass\n")
    made.assignment("01_a", text)
    assert made.names("01_a") == ["f"]


def test_answers_are_handed_out_without_their_markers_by_all_that_builds_on_them(made: Course) -> None:
    answer = "def f(x):\n    # f: about 1 line\n    ### BEGIN SOLUTION\n    return math.floor(x)\n    ### END SOLUTION"
    made.assignment("01_a", "import math\nimport cmath", f=answer)
    made.assignment("02_b", builds_on="01_a")
    made.assignment("03_c", "from given import f", builds_on="02_b")
    text = made.given("03_c")
    assert "import math\n" in text
    assert "# f: The answer to 01_a.\n\n\ndef f(x):\n    return math.floor(x)\n" in text
    assert handout.earlier_answers(made.solutions, "03_c") == "def f(x):\n    return math.floor(x)"
    assert handout.earlier_answers(made.solutions, "02_b") == ""


def test_the_nearest_answer_of_a_name_is_the_one_that_is_meant(made: Course) -> None:
    made.assignment("01_a", f="def f():\n    return 1")
    made.assignment("02_b", builds_on="01_a", f="def f():\n    return 2")
    made.assignment("03_c", "from given import f", builds_on="02_b")
    assert made.module("03_c").f() == 2


def test_an_answer_means_what_it_meant_in_its_own_notebook(made: Course) -> None:
    made.assignment("01_a", f="def f():\n    return 1", g="def g():\n    return f()")
    made.assignment("02_b", builds_on="01_a", f="def f():\n    return 2")
    made.assignment("03_c", "from given import g", builds_on="02_b")
    assert made.module("03_c").g() == 1
    made.assignment("03_c", "from given import f, g", builds_on="02_b")
    with pytest.raises(TaskError, match=r"but f is defined by f \(.*01_a/a\.py:\d+\) and f \(.*02_b/b\.py:\d+\)"):
        made.given("03_c")


# the order


def test_layers_come_first_then_answers_by_age_then_pictures(made: Course) -> None:
    made.component("art", "import matplotlib.pyplot as plt\n\n\ndef draw():\n    plt.plot()\n")
    made.component("axes", "def axes():\n    draw()\n")
    made.component("layers", "def layer():\n    pass\n")
    made.assignment("01_a", "from given import layer", old="def old():\n    layer()")
    made.assignment("02_b", builds_on="01_a", new="def new():\n    old()")
    made.assignment("03_c", "from given import axes, new, X", builds_on="02_b")
    assert made.names("03_c") == ["layer", "X", "old", "new", "draw", "axes"]


def test_what_is_needed_at_import_comes_first_even_among_those_that_need_each_other(made: Course) -> None:
    made.component("a", "TABLE = [row() for _ in range(2)]\n\n\ndef again():\n    return TABLE\n")
    made.component("b", "def row():\n    return cell()\n\n\ndef rows():\n    return again()\n")
    made.component("c", "def cell():\n    return 7\n")
    made.assignment("01_a", "from given import again, rows")
    assert made.names("01_a") == ["cell", "row", "rows", "TABLE", "again"]
    assert made.module("01_a").rows() == [7, 7]


def test_a_missing_order_is_reported(made: Course) -> None:
    made.component("a", "A = B2\nA2 = 1\n")
    made.component("b", "B = A2\nB2 = 1\n")
    made.assignment("01_a", "from given import A, B")
    with pytest.raises(TaskError, match="cannot be put in an order: a, b need each other when it is imported"):
        made.given("01_a")


# refused


REFUSED = {
    "two components": ({"one": "def f(): ...\n", "two": "\n\nf = 1\n"}, "from given import f",
                       r"f is defined by one \(solutions/given/one\.py:1\) and two \(solutions/.*/two\.py:3\)$"),
    "twice in one": ({"one": "f = 1\nf = 2\n"}, "from given import f", r"one\.py:1\) and one .*one\.py:2\)$"),
    "no definition": ({"one": "f = 1\nprint(f)\n"}, "from given import f",
                      r"^solutions/given/one\.py:2: a component holds imports and definitions only"),
    "no Python": ({"one": "f = 1\ndef\n"}, "from given import X", r"^solutions/given/one\.py:2: not Python: "),
    "an unknown name": ({"one": "\ndef f():\n    return g\n"}, "from given import f",
                        r"^solutions/given/one\.py:2: g is used here, but nothing that can be handed out defines"),
    "an unknown import": ({}, "import math\nfrom given import (\n    X,\n    Y,\n)",
                          r"^solutions/01_a/a\.py:3: Y is imported from given, but no component defines it$"),
    "an unknown attribute": ({}, "import given\n\ngiven.X\ngiven.Y",
                             r"^solutions/01_a/a\.py:5: Y is imported from given, but no component defines it$"),
    "a star": ({}, "from given import *", r"^solutions/01_a/a\.py:2: import the names that are used, not all of given"),
    "a script": ({}, "from given import", r"^solutions/01_a/a\.py:2: not Python: "),
    "two imports": ({"one": "from math import pi as p\n\nf = p\n", "two": "from math import e as p\n\ng = p\n"},
                    "from given import f, g", "two sources import different things as p$"),
    "import and definition": ({"one": "import X\n\nf = X.y\n"}, "from given import f, X",
                              r"X is imported and is defined by solutions/given/base\.py:1$"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_handed_out_is_refused(made: Course, name: str) -> None:
    components, imports, message = REFUSED[name]
    for component, text in components.items():
        made.component(component, text)
    made.assignment("01_a", imports)
    with pytest.raises(TaskError, match=message):
        made.given("01_a")


def test_a_name_that_no_earlier_answer_defines_is_reported_with_those_searched(made: Course) -> None:
    made.assignment("01_a", f="def f(): ...")
    made.assignment("02_b", "from given import g", builds_on="01_a")
    message = r"^solutions/02_b/b\.py:2: g is imported from given, but no component, nor an answer of 01_a, defines it$"
    with pytest.raises(TaskError, match=message):
        made.given("02_b")


def test_an_assignment_hands_out_no_answer_of_its_own(made: Course) -> None:
    made.component("one", "def g():\n    return f()\n")
    made.assignment("01_a", "from given import g", f="def f(): ...")
    with pytest.raises(TaskError, match=r"one\.py:1: f is used here, but nothing that can be handed out defines it$"):
        made.given("01_a")
