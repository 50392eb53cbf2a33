"""Every command in README, CONTRIBUTING and docs is run: here in a tiny course, or by the test that is named for it."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from commands_in_docs import FENCED, NAMES, NOT_RUN, PAGES, PUT, ROOT, RUN, RUN_BY, command_lines, lines_of
from nbgrader.api import Gradebook
from nbgrader.utils import get_username
from tiny_course import ID, Ran, answered, hand_in, in_a_process, tiny_course
from typer.main import get_command

from autograder.cli.app import app

IN_DOCS = {line for page in PAGES for line in command_lines(page.read_text(encoding="utf-8"))}
INSTRUCTORS = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
OPTIONS_OF_NBGRADER = {"--student", "--db", "--course-dir"}
TRIPLED = {"double": "def double(xs):\n    return 3 * xs\n"}
LATE_BY_A_DAY = "2026-11-19 21:59:00 UTC"
ROSTER = f"""Student,ID,SIS Login ID,Section,01_tiny (7)
Points Possible,,,,100
Ash,1,ash,A,
Beech,2,beech,A,
Third,3,{get_username()},A,
"""


# The tables.


def test_every_command_in_the_docs_is_listed() -> None:
    assert sorted(IN_DOCS - {*RUN, *NAMES, *RUN_BY, *NOT_RUN}) == []


def test_what_is_listed_is_in_the_docs_and_once() -> None:
    listed = [*RUN, *NAMES, *RUN_BY, *NOT_RUN]
    assert sorted(set(listed) - IN_DOCS) == []
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("node", sorted(set(RUN_BY.values())))
def test_a_test_that_is_named_exists(node: str) -> None:
    assert is_a_test(node)


def is_a_test(node: str) -> bool:
    """Whether `file::function` is there."""
    file, _, name = node.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8")) if (ROOT / file).is_file() else ast.parse("")
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in tree.body)


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert is_a_test("tests/test_docs_commands.py::is_a_test")
    assert not is_a_test("tests/test_docs_commands.py::is_no_test")
    assert not is_a_test("tests/test_nothing.py::is_a_test")


def test_commands_are_collected_from_a_page() -> None:
    page = (
        "`make` or `make lint`, not `nbgrader`. See `solutions/`. Scripts in `build/` and `nbgrader\nautograde 01`\n\n"
        "    .ci/run       # all\n    OMP_NUM_THREADS=1 python -m x  # one\n\n    from x import y\n    y.make()\n\n"
        "```console\n$ pip install x\nprinted\n```\n\n```bash\nmake data\n```\n\n```python\nmake()\n```\n"
    )
    blocks = ["pip install x", "make data", ".ci/run", "OMP_NUM_THREADS=1 python -m x"]
    assert command_lines(page) == [*blocks, "make", "make lint", "nbgrader autograde 01"]


def test_a_program_that_is_not_known_is_noticed() -> None:
    with pytest.raises(ValueError, match=r"among them \['rsync -a x'\]: is a program missing"):
        lines_of("    make demo\n    rsync -a x\n")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_options_exist(path: Path) -> None:
    """Inline code that begins with an option, or with one of our commands and an option."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(rf"`(?:(?:{'|'.join(commands)})\s)?(--[a-z-]+)", path.read_text(encoding="utf-8"))
    ours = {name for command in (get_command(app), *commands.values()) for one in command.params for name in one.opts}
    assert sorted(set(named) - ours - {"--help"} - OPTIONS_OF_NBGRADER) == []


# What make would do.


@pytest.mark.parametrize("line", sorted(line for line in IN_DOCS if line.startswith("make")))
def test_make_knows_how(line: str) -> None:
    ran = without_make(ROOT, f"{line} -n")
    arguments = re.search(r'ARGS="?([^"]+)', line)
    assert ran.status == 0, ran.err
    assert (arguments[1] if arguments else "") in ran.out


def without_make(root: Path, line: str) -> Ran:
    """Run a line of bash, without the settings of a `make` that runs these tests."""
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["bash", "-c", line], cwd=root, env=env, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


# A tiny course with all that the commands name.


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a class of two, graded, a third who hands in through the exchange, and a file of each name."""
    root = tiny_course(tmp_path_factory.mktemp("docs"))
    set_exchange(root)
    for name, answers in (("ash", {}), ("beech", TRIPLED)):
        hand_in(root, name, answered(root, answers))
        (root / "submitted" / name / ID / "timestamp.txt").write_text(LATE_BY_A_DAY)
        (root / "submitted" / name / ID / "submission_secret.txt").write_text(f"of {name}")
    shutil.copy(root / "submitted" / "ash" / ID / "tiny.ipynb", root / "notebook.ipynb")
    (root / "grades.csv").write_text(ROSTER)
    set_up_make(root)
    assert typed(root, "git init -q && touch before.csv after.csv").status == 0
    assert typed(root, "python -m autograder grade submitted/ && nbgrader generate_feedback 01_tiny").status == 0
    assert ran_once(root, f"nbgrader release_assignment {ID}").status == 0
    send_in(root)
    return root


def set_exchange(root: Path) -> None:
    """Add the page's two lines on the exchange to the course's configuration."""
    lines = re.findall(r"^ {4}(get_config\(\)\.\S+ = .*)$", INSTRUCTORS, re.MULTILINE)
    exchange = root.parent / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines).replace("/srv/nbgrader/exchange", str(exchange)) + "\n")
    assert len(lines) == 2


def set_up_make(root: Path) -> None:
    """The Makefile, and an environment that it takes for complete, whose programs are those of these tests."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", ".pre-commit-config.yaml"):
        shutil.copy(ROOT / name, root)
    scripts = root / ".venv" / "bin"
    scripts.mkdir(parents=True)
    for name, command in (("python", ""), ("pre-commit", "-m pre_commit")):
        (scripts / name).write_text(f'#!/bin/sh\nexec {sys.executable} {command} "$@"\n')
        (scripts / name).chmod(0o755)
    for stamp in (".made", ".demo-stamp", ".data-stamp", ".test-stamp"):
        (root / ".venv" / stamp).touch()


def send_in(root: Path) -> None:
    """Hand in a notebook through the exchange, in a student's folder, as whoever runs these tests."""
    home = root.parent / "home"
    shutil.copytree(root / "submitted" / "ash" / ID, home / ID)
    shutil.copy(root / "nbgrader_config.py", home)
    ran = in_a_process(root, "nbgrader", "submit", ID, cwd=home)
    assert ran.status == 0, ran.err


def typed(root: Path, line: str) -> Ran:
    """Run a command line in the course, as its folder's owner would."""
    return in_a_process(root, "bash", "-c", line, COLUMNS="160", MAKEFLAGS="", VENV=".venv")


def in_this_course(text: str, root: Path) -> str:
    """A text of a page with this course's names and folders in place of the page's."""
    for name, ours in PUT.items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", ours, text)
    return text.replace("/home/me/class", str(root)).replace("/srv/course", str(root))


@cache
def ran_once(root: Path, line: str) -> Ran:
    """What a line came to; two lines of the pages may be one here."""
    return typed(root, line)


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN)
def test_a_command_runs_as_it_stands(course: Path, line: str) -> None:
    ran = ran_once(course, in_this_course(line, course))
    assert ran.status == 0, ran
    assert RUN[line] in ran.out + ran.err, ran


@pytest.mark.slow
@pytest.mark.parametrize("line", NAMES)
def test_a_command_that_is_named_exists(course: Path, line: str) -> None:
    ran = typed(course, f"{line} --help")
    assert ran.status == 0, ran
    assert line.split()[-1] in ran.out


# The Python of docs/instructors.md.


def python_with(name: str) -> str:
    """The page's block of Python in which a name occurs."""
    (block,) = [text for kind, text in FENCED.findall(INSTRUCTORS) if kind == "python" and name in text]
    return block


@pytest.mark.slow
def test_extensions_late_penalties_and_marks_by_hand_are_written_as_it_says(course: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(course, tmp_path / "course", symlinks=True))
    dates, rule, by_hand = map(python_with, ("grant_extension", "LateSubmissionPlugin", "manual_score"))
    for ours, pages in (("double", "reverse_tokens"), ("double_check", "reverse_tokens_check"), ("tiny", "reversal")):
        by_hand = by_hand.replace(f'"{pages}"', f'"{ours}"')
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(rule)
    for block in (dates, by_hand):
        ran = in_a_process(root, sys.executable, "-c", in_this_course(block, root))
        assert ran.status == 0, ran.err
    assert typed(root, "autograder grade submitted/").status == 0
    assert typed(root, "autograder export --format csv").status == 0
    with (root / "marks_csv.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert [rows[name]["score"] for name in ("ash", "beech", "zoe")] == ["90.0", "54.0", ""]
    assert rows["zoe"]["status"] == "not graded"
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("double_check", "tiny", ID, "zoe").manual_score == 7
        assert gradebook.find_submission(ID, "zoe").extension.total_seconds() == 24 * 3600


@pytest.mark.slow
def test_the_course_is_known_in_a_home_folder_by_the_hubs_configuration(course: Path, tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(in_this_course(python_with("load_subconfig"), course))
    (tmp_path / "home").mkdir()
    ran = in_a_process(
        course, "nbgrader", "export", "--to", tmp_path / "marks.csv",
        cwd=tmp_path / "home", JUPYTER_CONFIG_DIR=str(tmp_path),
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert "beech" in (tmp_path / "marks.csv").read_text()
