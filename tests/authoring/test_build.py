"""From source to release: the build is reproducible, complete and free of answers."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from every_assignment import (
    EVERY,
    IDS,
    REPOSITORY,
    SAMPLE_COURSE,
    answer_lines,
    course_at,
    open_lines,
    released,
    released_cells,
    source_cells,
)

from autograder import course
from autograder.authoring import Change, build, source_notebook
from autograder.course import cells, handout
from autograder.errors import TaskError, UnknownAssignment

every_assignment = pytest.mark.parametrize(("root", "id"), EVERY, ids=IDS)
MAY_IMPORT = {*sys.stdlib_module_names, "numpy", "matplotlib", "tqdm", "torch"}
IMPORTS = (
    '{"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false, "task": false}'
)
SECOND = f"# %% [markdown]\n# # The next one\n\n# %% nbgrader={IMPORTS}\nfrom given import Scale, double\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A copy of the sample course, as the course."""
    shutil.copytree(SAMPLE_COURSE / "solutions", tmp_path / "course" / "solutions")  # with nothing built yet
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path / "course"))
    return tmp_path / "course"


def statuses(changes: list[Change]) -> dict[str, str]:
    return {change.path: change.status for change in changes}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def command(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )


# build


def test_a_second_build_changes_nothing(root):
    first, files = build(), contents(root / "assignments")
    names = ("tiny.ipynb", "given.py", "requirements.txt", "check.py", "data/numbers.txt")
    assert set(statuses(first)) == {f"assignments/01_tiny/{name}" for name in names}
    assert set(statuses(first).values()) == {"written"}
    assert set(statuses(build()).values()) == {"unchanged"}
    assert contents(root / "assignments") == files


def test_requirements_name_what_is_handed_out_and_what_the_assignment_needs(root):
    toml = root / "solutions/01_tiny/assignment.toml"
    toml.write_text('needs = ["torch", "unheard_of"]\n', encoding="utf-8")
    build()
    head, *lines = (root / "assignments/01_tiny/requirements.txt").read_text().splitlines()
    assert head.startswith("# ")
    names = ["jupyterlab", "matplotlib", "numpy", "torch", "tqdm", "unheard_of"]
    assert [re.split("[>~]", line)[0] for line in lines] == names
    assert lines[2] == "numpy>=2.0,<3"
    assert lines[3] == "torch~=2.13"  # the exact version that grades, or a later minor one


def test_the_start_page_lists_the_assignments_and_is_checked(root):
    page = root / "assignments/README.md"
    build()
    assert not page.exists()
    (root / "solutions/start_here.md").write_text("Begin.\n\n<!-- assignments -->\n", encoding="utf-8")
    assert statuses(build(check=True))["assignments/README.md"] == "would change"
    assert not page.exists()
    assert statuses(build())["assignments/README.md"] == "written"
    assert page.read_text().startswith("Begin.\n\n| folder |")
    assert "| [01_tiny](01_tiny) | Twice, and twice again | 2 |" in page.read_text()
    assert statuses(build(check=True))["assignments/README.md"] == "unchanged"


def test_check_writes_nothing_and_names_each_difference(root):
    before = contents(root)
    assert set(statuses(build(check=True)).values()) == {"would change"}
    assert contents(root) == before


def test_check_after_a_build_finds_what_was_touched(root):
    build()
    assert not any(change.is_difference for change in build(check=True))
    edit(root / "assignments/01_tiny/tiny.ipynb", "Every number times two", "Every number times three")
    (root / "assignments/01_tiny/notes.txt").write_text("stale")
    changes = statuses(build(["01_tiny"], check=True))
    assert {path: status for path, status in changes.items() if status != "unchanged"} == {
        "assignments/01_tiny/notes.txt": "would be removed",
        "assignments/01_tiny/tiny.ipynb": "would change",
    }


def test_build_removes_what_no_source_accounts_for(root):
    build()
    (root / "assignments/01_tiny/notes.txt").write_text("stale")
    (root / "assignments/09_gone").mkdir()
    (root / "assignments/09_gone/gone.ipynb").write_text("{}")
    (root / "assignments/README.md").write_text("kept")
    removed = [change.path for change in build() if change.status == "removed"]
    assert removed == ["assignments/01_tiny/notes.txt", "assignments/09_gone/gone.ipynb"]
    assert not (root / "assignments/09_gone").exists()
    assert (root / "assignments/README.md").exists()


def test_building_one_assignment_leaves_the_others_alone(root):
    (root / "assignments/09_gone").mkdir(parents=True)
    (root / "assignments/09_gone/gone.ipynb").write_text("{}")
    build(["01_tiny"])
    assert (root / "assignments/09_gone/gone.ipynb").exists()


def test_an_unknown_assignment_is_named_with_the_known_ones(root):
    with pytest.raises(UnknownAssignment, match=r"'02_nothing'; known are: 01_tiny"):
        build(["02_nothing"])


def test_assignments_is_what_solutions_builds():
    with course_at(REPOSITORY):
        assert [change for change in build(check=True) if change.is_difference] == []


# the released notebook


@every_assignment
def test_release_is_a_clean_notebook_of_the_students_kernel(root, id):
    text = released(root, id)[f"{course.name_of(id)}.ipynb"].decode()
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert text.endswith("}\n")
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert cell.source == cell.source.strip("\n")
        assert {"lines_to_next_cell"}.isdisjoint(cell.metadata)
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


@every_assignment
def test_every_region_becomes_a_stub_named_after_its_question(root, id):
    wanted = [stub for cell in source_cells(root, id) for stub in cell.stubs]
    text = "\n".join(cell["source"] for cell in released_cells(root, id))
    assert re.findall(r'raise NotImplementedError\("(\w+)"\)', text) == wanted
    assert "raise NotImplementedError()" not in text


@every_assignment
def test_signatures_and_docstrings_are_kept_whole(root, id):
    given = {cell["id"]: cell["source"] for cell in released_cells(root, id)}
    for cell in source_cells(root, id):
        if cell.solution:
            assert outline(given[cell.grade_id]) == outline(cell.without_markers()), cell.grade_id


def outline(source: str) -> list[tuple[str, str, str | None]]:
    """Name, bases or parameters, and docstring of every definition outside other functions."""
    signatures = []
    for node in ast.parse(source).body:
        signatures += signature(node)
        members = node.body if isinstance(node, ast.ClassDef) else []
        signatures += [item for member in members for item in signature(member)]
    return signatures


def signature(node: ast.AST) -> list[tuple[str, str, str | None]]:
    if isinstance(node, ast.ClassDef):
        return [(node.name, ", ".join(ast.unparse(base) for base in node.bases), ast.get_docstring(node))]
    if isinstance(node, ast.FunctionDef):
        return [(node.name, ast.unparse(node.args), ast.get_docstring(node))]
    return []


@every_assignment
def test_no_answer_is_in_the_release(root, id):
    known = source_cells(root, id)
    answers = answer_lines(known)
    assert answers, "no solution line was found to look for"
    assert leaked(answers, released(root, id), shown_anyway(root, id, known)) == set()


def leaked(answers: set[str], files: dict[str, bytes], shown: set[str]) -> set[str]:
    lines = {line for cell in json.loads(next(v for k, v in files.items() if k.endswith(".ipynb")))["cells"]
             for line in "".join(cell["source"]).split("\n")}  # fmt: skip
    lines |= set(files.get("given.py", b"").decode().split("\n"))
    return (answers & {line.strip() for line in lines}) - shown


def shown_anyway(root: Path, id: str, known: tuple[cells.Cell, ...]) -> set[str]:
    """Lines that the source itself shows outside its answers, or hands out."""
    return open_lines(known) | {line.strip() for line in handout.assemble(root / "solutions", id).split("\n")}


def test_a_leaked_line_is_found():
    known = source_cells(SAMPLE_COURSE, "01_tiny")
    files = dict(released(SAMPLE_COURSE, "01_tiny"))
    files["tiny.ipynb"] = files["tiny.ipynb"].replace(b"By hand: 0", b"return double(xs) * weight\\nBy hand: 0")
    leaks = leaked(answer_lines(known), files, shown_anyway(SAMPLE_COURSE, "01_tiny", known))
    assert leaks == {"return double(xs) * weight"}


@every_assignment
def test_release_names_nothing_of_the_graders(root, id):
    for name, content in released(root, id).items():
        for word in (b"BEGIN SOLUTION", b"END SOLUTION", b"solutions/", b"autograder.suites", b"HIDDEN TESTS"):
            assert word not in content, f"{name} holds {word!r}"


def test_a_new_cell_leaves_the_other_cells_ids_alone(root):
    before = [cell["id"] for cell in released_cells(SAMPLE_COURSE, "01_tiny")]
    old = "# %% [markdown]\n# ### double"
    edit(root / "solutions/01_tiny/tiny.py", old, f"# %% [markdown]\n# New.\n\n{old}")
    after = json.loads(source_notebook.files(course.current().load("01_tiny"))["tiny.ipynb"])["cells"]
    assert [cell["id"] for cell in after if cell["id"] in before] == before
    assert len(after) == len(before) + 1


# given.py


@every_assignment
def test_given_runs_alone_in_a_copied_folder(root, id, tmp_path):
    for name, content in released(root, id).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    if not (tmp_path / "given.py").exists():
        pytest.skip("this assignment hands nothing out")
    run = command(sys.executable, "-W", "error", "-c", "import given, sys; assert 'autograder' not in sys.modules",
                  cwd=tmp_path, PYTHONPATH="", MPLBACKEND="Agg")  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


@every_assignment
def test_given_imports_what_students_have_and_names_only_what_it_defines(root, id, tmp_path):
    text = handout.assemble(root / "solutions", id)
    modules = {name.partition(".")[0] for name in re.findall(r"^(?:from|import) ([\w.]+)", text, re.MULTILINE)}
    assert modules <= MAY_IMPORT
    (tmp_path / "given.py").write_text(text, encoding="utf-8")
    run = command(sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,I", "--line-length", "120",
                  "given.py", cwd=tmp_path)  # fmt: skip
    assert run.returncode == 0, run.stdout


@every_assignment
def test_notebook_imports_only_what_is_handed_out(root, id):
    defined = {name for node in ast.parse(handout.assemble(root / "solutions", id)).body for name in bound(node)}
    for cell in source_cells(root, id):
        wanted = {name for line in re.findall(r"^from given import \(?([\w\s,]+)", cell.source, re.MULTILINE)
                  for name in re.findall(r"\w+", line)}  # fmt: skip
        assert wanted <= defined


def bound(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = [name for target in targets for name in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [name.id for name in names if isinstance(name, ast.Name)]


def test_given_finds_its_data_in_a_copied_folder(root, tmp_path):
    edit(root / "solutions/01_tiny/tiny.py", "from given import ramp", "from given import load_numbers, ramp")
    build()
    shutil.copytree(root / "assignments/01_tiny", tmp_path / "copy")
    script = "import given; print(given.load_numbers())"
    run = command(sys.executable, "-c", script, cwd=tmp_path / "copy", PYTHONPATH="")
    assert run.stdout == "[ 2.  3.  5.  7. 11.]\n"


def test_two_assignments_given_never_meet(root):
    folder = root / "solutions/02_next"
    folder.mkdir()
    (folder / "next.py").write_text(SECOND, encoding="utf-8")
    (folder / "assignment.toml").write_text('builds_on = "01_tiny"\n', encoding="utf-8")
    first, second = course.current().reference("01_tiny"), course.current().reference("02_next")
    assert first.ramp(2).tolist() == [0.0, 1.0]
    assert not hasattr(second, "ramp")
    assert list(second.Scale(second.double(3)).params) == [6]
    assert "given" not in sys.modules


# the source


@every_assignment
def test_text_to_notebook_to_text_is_the_identity(root, id):
    with course_at(root):
        text = course.current().load(id).source.read_text(encoding="utf-8")
    notebook = nbformat.writes(jupytext.reads(text, fmt="py:percent"))
    back = jupytext.writes(nbformat.reads(notebook, as_version=4), fmt="py:percent")
    assert without_version(back) == without_version(text)


def without_version(text: str) -> str:
    return re.sub(r"^# +jupytext_version: .*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(("old", "new", "message"), [
    ("    # scale_forward: about 1 line\n", "", "in every region"),
    ("# scale_forward: about", "# scale_backward: about", "in every region"),
    ('"solution": true', '"solution": false', "a solution region in a cell that is not a solution cell"),
    ("### BEGIN SOLUTION", "", "would lose its docstring"),
    ('# %% nbgrader={"grade": false, "grade_id": "double"',
     '# %% [markdown] nbgrader={"grade": false, "grade_id": "double"',
     "a written answer, marked by hand, is not possible here"),
    ('"grade_id": "double_check"', '"grade_id": "scale_forward"', "more than one check cell for scale_forward"),
])  # fmt: skip
def test_a_source_that_would_not_release_well_is_refused(root, old, new, message):
    edit(root / "solutions/01_tiny/tiny.py", old, new)
    with pytest.raises(TaskError, match=message):
        source_notebook.files(course.current().load("01_tiny"))


def test_what_nbgrader_refuses_is_a_fault_of_the_task(root):
    edit(root / "solutions/01_tiny/tiny.py", '"schema_version": 3', '"schema_version": 99')
    with pytest.raises(TaskError, match="nbgrader does not release 01_tiny"):
        build()


def test_a_reference_that_does_not_run_is_a_fault_of_the_task(root):
    edit(root / "solutions/01_tiny/tiny.py", "import numpy as np", "import no_such_module")
    with pytest.raises(TaskError, match=r"01_tiny: imports.*no_such_module"):
        course.current().reference("01_tiny")


def test_the_source_is_read_again_when_it_changed(root):
    assert course.current().load("01_tiny").question("double").points == 40
    edit(root / "solutions/01_tiny/tiny.py", '"points": 40', '"points": 41')
    assert course.current().load("01_tiny").question("double").points == 41


def test_loading_the_package_does_not_load_jupytext():
    slow = "{'jupytext', 'nbformat', 'nbgrader', 'matplotlib', 'torch'}"
    script = f"import autograder.course, sys; print({slow} & set(sys.modules))"
    run = command(sys.executable, "-c", script, cwd=REPOSITORY)
    assert run.stdout == "set()\n"


# nbgrader's own commands


def test_source_notebooks_are_refreshed_only_when_older(root):
    source_notebook.refresh()
    notebook = root / "build/source/01_tiny/tiny.ipynb"
    first = notebook.stat().st_mtime_ns
    source_notebook.refresh()
    assert notebook.stat().st_mtime_ns == first
    edit(root / "solutions/given/arrays.py", "as floats", "as floating-point numbers")
    source_notebook.refresh()
    assert notebook.stat().st_mtime_ns > first
    assert "floating-point" in (root / "build/source/01_tiny/given.py").read_text()


def nbgrader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return command(sys.executable, "-m", "nbgrader", *arguments, cwd=cwd, AUTOGRADER_COURSE=str(cwd))


@pytest.mark.slow
def test_nbgrader_generates_the_same_release_on_a_fresh_clone(root):
    build()
    built = contents(root / "assignments")
    shutil.rmtree(root / "build")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for _ in range(2):
        run = nbgrader("generate_assignment", "01_tiny", cwd=root)
        assert run.returncode == 0, run.stderr
    assert contents(root / "assignments") == built
    assert (root / "gradebook.db").exists()


@pytest.mark.slow
def test_without_our_configuration_nbgrader_grades_nothing(root):
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    assert nbgrader("generate_assignment", "01_tiny", cwd=root).returncode == 0
    shutil.copytree(root / "assignments/01_tiny", root / "submitted/ann/01_tiny")
    (root / "nbgrader_config.py").unlink()
    run = nbgrader("autograde", "01_tiny", cwd=root)
    assert run.returncode != 0
    assert "No such kernel named autograder-confined" in run.stderr
    assert contents(root / "autograded") == {}


def test_the_confined_kernel_is_not_installed():
    from jupyter_client.kernelspec import KernelSpecManager

    assert source_notebook.CONFINED_KERNEL["name"] not in KernelSpecManager().find_kernel_specs()
