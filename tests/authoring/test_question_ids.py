"""A question's id is one string everywhere: heading, check cell, stub, hidden tests, course data, bank."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from every_assignment import EVERY, IDS, course_at, released_cells, source_cells

from autograder import course
from autograder.course.assignments import CHECK_SUFFIX, HEADING, Assignment
from autograder.testing.plugin import SuitePlugin
from autograder.testing.question import Question
from autograder.testing.runner import run_suite

every_assignment = pytest.mark.parametrize(("root", "id"), EVERY, ids=IDS)


def assignment(root: Path, id: str) -> Assignment:
    with course_at(root):
        return course.current().load(id)


def question_ids(root: Path, id: str) -> list[str]:
    return [asked.id for asked in assignment(root, id).questions]


@pytest.fixture
def asked(root, id) -> dict[str, list[Question]]:
    """The questions of the hidden tests, once for each test, as the grader's plugin learns them."""
    plugin = SuitePlugin(lambda *_: contextlib.nullcontext(), SimpleNamespace(), wanted=frozenset())
    with course_at(root):
        run_suite(assignment(root, id).suite, plugin)
    return plugin.questions


@every_assignment
def test_ids_are_identifiers_and_differ(root, id):
    ids = question_ids(root, id)
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", question) for question in ids)


@every_assignment
def test_every_question_has_one_heading_in_order(root, id):
    ids = question_ids(root, id)
    text = "\n".join(cell.source for cell in source_cells(root, id) if cell.kind == "markdown")
    assert [heading["id"] for heading in HEADING.finditer(text) if heading["id"] in ids] == ids
    assert all(asked.heading and asked.heading != asked.id for asked in assignment(root, id).questions)


@every_assignment
def test_check_cells_of_the_release_are_named_after_the_questions(root, id):
    known_assignment = assignment(root, id)
    released = [cell["id"] for cell in released_cells(root, id) if cell["metadata"].get("nbgrader", {}).get("grade")]
    assert released == [asked.check_cell for asked in known_assignment.questions]
    for asked in known_assignment.questions:
        assert asked.check_cell == asked.id + (CHECK_SUFFIX if asked.id in known_assignment.solution_cells else "")


@every_assignment
def test_stubs_of_the_release_name_questions_in_order(root, id):
    text = "\n".join(cell["source"] for cell in released_cells(root, id))
    stubs = list(dict.fromkeys(re.findall(r'NotImplementedError\("(\w+)"\)', text)))
    assert set(stubs) == {asked for asked in question_ids(root, id) if not asked.endswith("_training")}


@every_assignment
def test_stubs_stand_under_their_own_heading_or_a_class_begun_above(root, id):
    known_assignment = assignment(root, id)
    order = question_ids(root, id)
    heading = order[0]
    for cell in source_cells(root, id):
        if cell.kind == "markdown":
            headings = [heading, *(h["id"] for h in HEADING.finditer(cell.source) if h["id"] in order)]
            heading = headings[-1]
        for stub in cell.stubs:
            assert cell.grade_id in known_assignment.question(stub).cells
            assert order.index(stub) >= order.index(heading), f"{stub} is asked after its stub's cell under {heading}"


@every_assignment
def test_every_question_but_the_training_knows_its_solution_cell(root, id):
    known_assignment = assignment(root, id)
    for asked in known_assignment.questions:
        assert set(asked.cells) <= set(known_assignment.solution_cells)
        assert bool(asked.cells) != asked.id.endswith("_training")


@every_assignment
def test_the_suite_asks_exactly_the_questions_of_the_course(root, id, asked):
    assert set(asked) == set(question_ids(root, id))


@every_assignment
def test_what_a_question_builds_on_is_asked_before_it(root, id, asked):
    order = question_ids(root, id)
    for question, stated in asked.items():
        given = {name for one in stated for name in one.given}
        assert given <= set(order[: order.index(question)]), question


@every_assignment
def test_the_bank_is_sorted_by_question(root, id):
    with course_at(root):
        submissions = assignment(root, id).submissions
    if not submissions.is_dir():
        pytest.skip("no submissions yet")
    wrong = {path.name for path in (submissions / "wrong_answer").iterdir()}
    assert wrong == {f"{question}.toml" for question in question_ids(root, id)}


@every_assignment
def test_the_notebook_is_named_after_the_id(root, id):
    known_assignment = assignment(root, id)
    assert re.fullmatch(r"[0-9]{2}_[a-z0-9_]+", id)
    assert (known_assignment.notebook.name, known_assignment.source.name) == (
        f"{known_assignment.name}.ipynb",
        f"{known_assignment.name}.py",
    )
