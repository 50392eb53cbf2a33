"""Submissions: read or refused in one line, recognised by their content, and restored to the released form.

The student's own code is never lost, whatever happened to the cells around it; notes name the repairs.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections import Counter

import nbformat
import pytest
from every_assignment import course_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_course import ID, grade_id, tiny_course

from autograder import course
from autograder.authoring.filled_notebook import as_bytes, filled, released
from autograder.errors import TaskError, Unreadable
from autograder.restore import limits, syntax
from autograder.restore import read as reading
from autograder.restore.read import read
from autograder.restore.submission import Submission, recognise, release, restore
from autograder.restore.syntax import DEFINES

LOCKED = ["imports", "double_check", "scale_forward"]
SOLUTIONS = ["double", "Scale"]
ORDER = ["imports", "double", "double_check", "Scale", "scale_forward"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The tiny course, built."""
    return tiny_course(tmp_path_factory.mktemp("submission"))


@pytest.fixture(autouse=True)
def in_course(root, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))


@pytest.fixture
def notebook():
    """The released notebook with the reference's answers, as handed in by a student."""
    return filled(ID)


def handed_in(notebook) -> Submission:
    """The notebook written to a file and read again."""
    return restore(read(as_bytes(notebook)), ID)


def cell_of(notebook, id: str):
    return next(cell for cell in notebook.cells if grade_id(cell) == id)


def place_of(notebook, id: str) -> int:
    return [grade_id(cell) for cell in notebook.cells].index(id)


def known(notebook) -> list[str]:
    """The grade_ids, in the order of the notebook."""
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def assert_as_released(restored) -> None:
    """Every released cell occurs once with the released metadata; locked ones have the released text."""
    before = released(ID)
    assert sorted(known(restored)) == sorted(ORDER)
    for id in ORDER:
        assert cell_of(restored, id).metadata == cell_of(before, id).metadata
    for id in LOCKED:
        assert cell_of(restored, id).source == cell_of(before, id).source
    nbformat.validate(restored)


# reading


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n\t ", "the file is empty"),
        (b"x = 1", "the file is not a complete notebook"),
        (b"\x89PNG\r\n\x1a\n", "the file is a picture, not a notebook: hand in the .ipynb file"),
        (b"PK\x03\x04", "the file is a zip archive, not a notebook: unpack it"),
        (b"[" * 200_000, "the file is not a complete notebook"),
        (b'{"cells": ' + b"[" * 900 + b"]" * 900 + b', "nbformat": 4}', "the file is not a notebook"),
        (b"[]", "it has no list of cells"),
        (b"null", "it has no list of cells"),
        (b'"notebook"', "it has no list of cells"),
        (b"{}", "it has no list of cells"),
        (b'{"cells": {}}', "it has no list of cells"),
        (b'{"cells": [null], "nbformat": 4}', "the file is not a notebook"),
        (b'{"cells": ["x"], "nbformat": 4}', "the file is not a notebook"),
        (b'{"cells": [{}], "nbformat": 4}', "the file is not a notebook: cell 1 has no source"),
        (
            b'{"cells": [{"source": ""}], "nbformat": 4}',
            "the file is not a notebook: cell 1 has no cell_type",
        ),
        (b'{"cells": [{"source": "", "cell_type": []}], "nbformat": 4}', "the file is not a notebook"),
        (b'{"worksheets": [], "nbformat": 4}', "the file is not a notebook"),
        (b'{"cells": [], "nbformat": 99}', "the file is not a notebook"),
        (b'{"cells": [], "nbformat": "four"}', "the file is not a notebook"),
        (b'{"cells": [], "nbformat": "4' + 99 * b"\\n4" + b'"}', "the file is not a notebook"),
        (b'{"cells": [], "nbformat": null}', "the file is not a notebook"),
        (b'{"cells": [], "nbformat": {}}', "the file is not a notebook"),
        (b'{"worksheets": [{}], "nbformat": 3}', "the file is not a notebook"),
        (b'{"worksheets": [5], "nbformat": 3, "metadata": {}}', "the file is not a notebook"),
        (b'{"worksheets": [], "nbformat": 1}', "the file is not a notebook: ValidationError"),
        (b'{"cells": [{"source": ["x"], "cell_type": "code"}], "nbformat": 2}', "the file is not a notebook"),
    ],
    ids=lambda value: repr(value[:45]),
)
def test_what_is_not_a_notebook_is_refused_in_one_line(data, why):
    with pytest.raises(Unreadable, match=why) as caught:
        read(data)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
def test_a_truncated_notebook_is_refused(notebook, share):
    data = as_bytes(notebook)
    with pytest.raises(Unreadable, match="the file is not a complete notebook"):
        read(data[: int(share * len(data))])


def test_a_huge_file_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_NOTEBOOK_BYTES", 2**20)
    with pytest.raises(Unreadable, match="the file has 2 MiB; a notebook may have 1"):
        read(b" " * 2**21 + b"1")


def test_a_file_of_very_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_CELLS", 10)
    many = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in range(11)])
    with pytest.raises(Unreadable, match="it has 11 cells"):
        read(as_bytes(many))


@pytest.mark.parametrize("damage", ["none", "ids lost", "an answer below a stub"])
def test_each_cell_is_parsed_once(notebook, monkeypatch, damage):
    for cell in notebook.cells if damage == "ids lost" else []:
        cell.metadata.pop("nbgrader", None)
    if damage == "an answer below a stub":
        notebook.cells.append(copy.deepcopy(cell_of(notebook, "double")))
        notebook.cells[-1]["id"] = "second"
    texts: list[str] = []
    parsed = syntax.parsed
    monkeypatch.setattr(syntax, "parsed", lambda text: texts.append(text) or parsed(text))
    submitted = read(as_bytes(notebook))
    restore(submitted, recognise(submitted))
    counts = Counter(text for text in texts if any(text == cell.source for cell in notebook.cells))
    assert counts
    copies = Counter(cell.source for cell in notebook.cells)
    assert all(counts[text] <= copies[text] for text in counts)


def test_text_may_be_a_list_of_lines(notebook):
    content = json.loads(as_bytes(notebook))
    assert all(isinstance(cell["source"], str | list) for cell in content["cells"])
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    as_lines = read(json.dumps(content).encode())
    assert [cell.source for cell in as_lines.cells] == [cell.source for cell in notebook.cells]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings_of_json_are_read(notebook, encoding):
    data = as_bytes(notebook).decode().encode(encoding)
    assert [cell.source for cell in read(data).cells] == [cell.source for cell in notebook.cells]


def test_a_notebook_of_version_3_is_read():
    old = {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "code", "input": ["def double(xs):\n", "    return 2 * xs"], "language": "python",
             "outputs": [], "collapsed": False, "metadata": {"nbgrader": {"grade_id": "double"}}},
            {"cell_type": "heading", "level": 2, "source": ["Twice"], "metadata": {}},
        ]}],
    }  # fmt: skip
    cells = read(json.dumps(old).encode()).node.cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        ("code", "def double(xs):\n    return 2 * xs"),
        ("markdown", "## Twice"),
    ]
    assert grade_id(cells[0]) == "double"


def test_outputs_and_nbgrader_metadata_are_not_taken_from_a_cell(notebook):
    cell = cell_of(notebook, "double")
    cell.metadata["nbgrader"] |= {"points": 1000, "grade": True, "locked": False}
    cell.metadata["tags"] = ["raises-exception"]
    cell.outputs = [nbformat.v4.new_output("stream", text="100 of 100")]
    cell.execution_count = 7
    notebook.metadata["kernelspec"] = {"name": "evil", "display_name": "", "language": "bash"}
    got = cell_of(read(as_bytes(notebook)).node, "double")
    assert got.metadata["nbgrader"] == {"grade_id": "double"}
    assert (got.outputs, got.execution_count) == ([], None)
    restored = handed_in(notebook).notebook
    assert restored.metadata["kernelspec"]["name"] == "python3"
    assert cell_of(restored, "double").metadata == cell_of(released(ID), "double").metadata


WEIRD = [
    None, 5, "x", [], [1], {}, {"nbgrader": None}, {"nbgrader": []}, {"nbgrader": {}}, {"nbgrader": {"grade_id": 5}},
    {"nbgrader": {"grade_id": None}}, {"nbgrader": {"grade_id": ["double"]}}, {"nbgrader": {"grade_id": ""}},
    {"nbgrader": {"grade_id": "\ud800"}}, {"tags": None}, {"tags": "skip-execution"}, {"tags": [5, None, {}]},
]  # fmt: skip


@pytest.mark.parametrize("metadata", WEIRD, ids=repr)
def test_weird_metadata_is_no_metadata(notebook, metadata):
    content = json.loads(as_bytes(notebook))
    for cell in content["cells"]:
        cell["metadata"] = metadata
    content["metadata"] = metadata
    restored = restore(read(json.dumps(content).encode()), ID)
    assert_as_released(restored.notebook)
    assert cell_of(restored.notebook, "double").source == cell_of(notebook, "double").source


def test_halves_of_characters_can_be_sent_on(notebook):
    content = json.loads(as_bytes(notebook))
    content["cells"][place_of(notebook, "double")]["source"] += ["\n# \ud83d"]
    text = cell_of(restore(read(json.dumps(content).encode()), ID).notebook, "double").source
    assert text.encode("utf-8").endswith(b"# ?")


# recognising


def test_the_assignment_is_recognised_by_what_the_notebook_holds(notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    assert recognise(read(as_bytes(notebook))) == ID
    assert recognise(read(as_bytes(released(ID))), ID) == ID


def test_a_notebook_of_no_assignment_is_refused():
    strange = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import numpy as np\n1 + 1")])
    for wanted in (None, ID):
        with pytest.raises(Unreadable, match="no cell in it is of this course"):
            recognise(read(as_bytes(strange)), wanted)


@pytest.fixture
def second_course(root, tmp_path):
    """The tiny course with a second assignment that also has the first one's cell `double`."""
    course_root = tmp_path / "course"
    shutil.copytree(root, course_root)
    for place, end in (("solutions", "py"), ("assignments", "ipynb")):
        shutil.copytree(course_root / place / ID, course_root / place / "02_other")
        (course_root / place / "02_other" / f"tiny.{end}").rename(course_root / place / "02_other" / f"other.{end}")
    path = course_root / "assignments" / "02_other" / "other.ipynb"
    text = path.read_text().replace("Scale", "Shift").replace("scale_forward", "shift_forward")
    path.write_text(text.replace("double_check", "double_again").replace("from given", "from  given"))
    with course_at(course_root):
        yield path


def test_the_likelier_of_two_assignments_is_chosen(second_course, notebook):
    assert recognise(read(as_bytes(notebook))) == ID
    assert recognise(read(second_course.read_bytes())) == "02_other"
    with pytest.raises(Unreadable, match="this is a notebook of 01_tiny, not of 02_other"):
        recognise(read(as_bytes(notebook)), "02_other")


def test_a_course_that_is_not_built_is_the_courses_fault(root, notebook, tmp_path):
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    with course_at(tmp_path), pytest.raises(TaskError, match="assignments/01_tiny is not built"):
        recognise(read(as_bytes(notebook)))


# restoring


def test_an_unchanged_release_is_left_alone(notebook):
    restored = handed_in(notebook)
    assert restored.notes == []
    assert known(restored.notebook) == ORDER
    assert [cell.source for cell in restored.notebook.cells] == [cell.source for cell in notebook.cells]
    assert_as_released(restored.notebook)


def test_restoring_twice_changes_nothing_more(notebook):
    del notebook.cells[place_of(notebook, "double_check")]
    once = handed_in(notebook)
    again = handed_in(once.notebook)
    assert again.notes == []
    assert again.notebook == once.notebook


@pytest.mark.parametrize("id", LOCKED)
def test_an_edited_locked_cell_is_put_back(notebook, id):
    cell_of(notebook, id).source = "assert True"
    restored = handed_in(notebook)
    assert restored.notes == [f"The cell {id} had been changed: it was put back as released."]
    assert_as_released(restored.notebook)
    assert known(restored.notebook) == ORDER


def test_blanks_in_a_locked_cell_are_not_worth_a_note(notebook):
    cell_of(notebook, "imports").source += "\n\n"
    assert handed_in(notebook).notes == []


@pytest.mark.parametrize("id", ORDER)
def test_a_deleted_cell_is_put_back_where_it_was(notebook, id):
    del notebook.cells[place_of(notebook, id)]
    restored = handed_in(notebook)
    assert restored.notes == [f"The cell {id} was missing: it was put back as released."]
    assert known(restored.notebook) == ORDER
    assert cell_of(restored.notebook, id).source == cell_of(released(ID), id).source
    assert_as_released(restored.notebook)


def test_all_cells_deleted_but_two():
    two = nbformat.v4.new_notebook(cells=[cell for cell in filled(ID).cells if grade_id(cell) in ("double", "Scale")])
    restored = handed_in(two)
    assert known(restored.notebook) == ORDER
    assert "raise NotImplementedError" not in cell_of(restored.notebook, "double").source


def test_metadata_wholly_lost(notebook):
    wanted = copy.deepcopy(notebook)
    for cell in notebook.cells:
        cell.metadata = {}
    restored = handed_in(notebook)
    assert known(restored.notebook) == ORDER
    assert [cell.source for cell in restored.notebook.cells] == [cell.source for cell in wanted.cells]
    assert_as_released(restored.notebook)
    evidence = {id: "its text" if id in LOCKED else "what it defines" for id in ORDER}
    assert restored.notes == [
        f"The cell {id} had lost its nbgrader id: it was recognised by {evidence[id]}." for id in ORDER
    ]


def test_an_id_lost_and_the_answer_rewritten(notebook):
    cell = cell_of(notebook, "double")
    cell.metadata, cell.source = {}, "import math\n\ndef double(xs):\n    return xs + xs"
    restored = handed_in(notebook)
    assert cell_of(restored.notebook, "double").source == cell.source
    assert known(restored.notebook) == ORDER


def test_a_duplicated_cell_runs_but_only_the_last_has_the_id(notebook):
    extra = copy.deepcopy(cell_of(notebook, "double"))
    extra.source = "def double(xs):\n    return 'first try'"
    extra.id = "another"
    notebook.cells.insert(place_of(notebook, "double"), extra)
    restored = handed_in(notebook)
    assert restored.notes == ["The cell double was there 2 times: the last one counts."]
    assert known(restored.notebook) == ORDER
    place = place_of(restored.notebook, "double")
    assert restored.notebook.cells[place - 1].source == extra.source
    assert restored.notebook.cells[place].source != extra.source
    assert_as_released(restored.notebook)


def test_a_duplicated_check_cell(notebook):
    extra = copy.deepcopy(cell_of(notebook, "double_check"))
    extra.source, extra.id = "assert True", "another"
    notebook.cells.append(extra)
    restored = handed_in(notebook)
    assert "The cell double_check was there 2 times: the last one counts." in restored.notes
    assert_as_released(restored.notebook)


@pytest.mark.parametrize("id", LOCKED)
def test_an_answer_under_a_locked_cells_id_is_not_lost(notebook, id):
    answer = cell_of(notebook, "double").source
    del notebook.cells[place_of(notebook, "double")]
    cell_of(notebook, id).source = answer
    restored = handed_in(notebook)
    assert cell_of(restored.notebook, "double").source == answer
    assert f"The cell {id} was missing: it was put back as released." in restored.notes
    assert_as_released(restored.notebook)


def test_swapped_ids_of_answer_and_check(notebook):
    answer, check = cell_of(notebook, "Scale"), cell_of(notebook, "scale_forward")
    answer.metadata, check.metadata = check.metadata, answer.metadata
    restored = handed_in(notebook)
    run = "\n".join(cell.source for cell in restored.notebook.cells if cell.cell_type == "code")
    assert answer.source in run
    assert_as_released(restored.notebook)


def test_merged_cells_keep_all_their_answers(notebook):
    first, second = cell_of(notebook, "double"), cell_of(notebook, "Scale")
    first.source += "\n\n" + second.source
    notebook.cells.remove(second)
    restored = handed_in(notebook)
    assert restored.notes == ["The cell Scale was missing: what defines Scale in another cell counts."]
    code = [cell.source for cell in restored.notebook.cells if cell.cell_type == "code"]
    assert not any("NotImplementedError" in source for source in code)
    assert first.source in code
    assert known(restored.notebook) == [id for id in ORDER if id != "Scale"]


def test_reordered_cells_stay_where_the_student_put_them(notebook):
    notebook.cells.reverse()
    restored = handed_in(notebook)
    assert known(restored.notebook) == ORDER[::-1]
    assert restored.notes == []
    assert_as_released(restored.notebook)


def test_a_solution_turned_into_text_is_run_as_code(notebook):
    answer = cell_of(notebook, "double")
    notebook.cells[place_of(notebook, "double")] = nbformat.v4.new_markdown_cell(
        answer.source, metadata=answer.metadata
    )
    restored = handed_in(notebook)
    assert restored.notes == ["The cell double had been turned into text: it was run as code."]
    assert_as_released(restored.notebook)
    assert cell_of(restored.notebook, "double").source == answer.source


def test_cells_of_the_students_own_are_kept(notebook):
    own = [nbformat.v4.new_code_cell("helper = 3"), nbformat.v4.new_raw_cell("notes"), nbformat.v4.new_code_cell("")]
    notebook.cells[2:2] = own
    restored = handed_in(notebook)
    assert [cell.source for cell in restored.notebook.cells[2:5]] == ["helper = 3", "notes", ""]
    assert restored.notes == []


def test_an_id_that_the_release_does_not_have_is_dropped(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("1", metadata={"nbgrader": {"grade_id": "bonus", "points": 99}}))
    restored = handed_in(notebook)
    assert restored.notebook.cells[-1].metadata == {}
    assert_as_released(restored.notebook)


def test_a_check_cell_cannot_be_tagged_away(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
    restored = handed_in(notebook).notebook
    for id in ORDER:
        assert "tags" not in cell_of(restored, id).metadata


def test_the_long_cells_of_the_release_are_still_left_out_when_their_tags_are_lost(notebook):
    long = next(cell for cell in notebook.cells if "skip-execution" in cell.metadata.get("tags", []))
    long.metadata = {}
    restored = handed_in(notebook).notebook
    again = next(cell for cell in restored.cells if cell.source == long.source)
    assert again.metadata == {"tags": ["skip-execution"]}


def test_every_cell_has_an_id_of_its_own(notebook):
    content = json.loads(as_bytes(notebook))
    for cell in content["cells"]:
        cell["id"] = "same"
    ids = [cell.id for cell in restore(read(json.dumps(content).encode()), ID).notebook.cells]
    assert len(set(ids)) == len(ids)


def test_a_rebuilt_release_is_read_anew(root, tmp_path, notebook):
    shutil.copytree(root, tmp_path / "course")
    with course_at(tmp_path / "course"):
        path = course.current().load(ID).notebook
        before = release(ID).cells["imports"]
        path.write_text(path.read_text().replace("import numpy as np", "import numpy as np, math"))
        assert release(ID).cells["imports"] != before
        assert "math" in cell_of(handed_in(notebook).notebook, "imports").source


# anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
IDS = st.sampled_from([*ORDER, "", "bonus"])
TEXTS = st.sampled_from(
    ["", "def double(xs): pass", "class Scale: pass\ndef double(xs): pass", "import numpy as np", "\ud800"]
)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw", "odd"]),
        "source": TEXTS | st.lists(TEXTS, max_size=2) | JSON,
    },
    optional={
        "metadata": JSON | st.builds(lambda id: {"nbgrader": {"grade_id": id}}, IDS),
        "outputs": JSON,
        "id": JSON,
    },
)
CELLS = st.lists(CELL, max_size=2)
KINDS = st.sampled_from(["drop", "copy", "move", "put", "key", "junk"])
CHANGE = st.tuples(KINDS, st.integers(0, 11), st.integers(0, 11), CELL, JSON)
PATIENT = settings(
    deadline=None, derandomize=True, max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def changed(content: dict, change) -> None:
    """Make one change to the JSON of a notebook."""
    change_kind, source, target, cell, value = change
    cells = content["cells"]
    if change_kind in ("drop", "move") and source < len(cells):
        taken = cells.pop(source)
        if change_kind == "move":
            cells.insert(target, taken)
    elif change_kind == "copy" and source < len(cells):
        cells.insert(target, copy.deepcopy(cells[source]))
    elif change_kind == "put":
        cells.insert(source, cell)
    elif change_kind == "key" and source < len(cells) and isinstance(cells[source], dict):
        cells[source][["source", "metadata", "cell_type", "outputs"][target % 4]] = value
    elif change_kind == "junk":
        content[["metadata", "nbformat", "nbformat_minor", "other"][target % 4]] = value


@PATIENT
@given(st.lists(CHANGE, max_size=6))
def test_a_mutated_notebook_is_restored_or_refused(root, changes):
    content = json.loads(as_bytes(filled(ID)))
    for change in changes:
        changed(content, change)
    try:
        restored = restore(read(json.dumps(content).encode()), ID).notebook
    except Unreadable:
        return
    for id in LOCKED:
        assert known(restored).count(id) == 1
        assert cell_of(restored, id).source == cell_of(released(ID), id).source
    for id in SOLUTIONS:
        assert any(id in DEFINES.findall(cell.source) for cell in restored.cells) or id in known(restored)
    assert as_bytes(restored)


@PATIENT
@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(root, data):
    try:
        assert read(data).node.nbformat == 4
    except Unreadable:
        return


@PATIENT
@given(
    st.fixed_dictionaries(
        {"nbformat": st.integers(0, 5) | JSON},
        optional={
            "cells": CELLS | JSON,
            "worksheets": st.lists(st.fixed_dictionaries({"cells": CELLS})) | JSON,
            "metadata": JSON,
            "nbformat_minor": st.integers(0, 9) | JSON,
        },
    )
)
def test_anything_that_says_it_is_a_notebook_is_read_or_refused(root, content):
    try:
        assert read(json.dumps(content).encode()).node.nbformat == 4
    except Unreadable:
        return
