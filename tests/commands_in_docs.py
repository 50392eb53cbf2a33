"""The command lines of the documentation, and what becomes of each: run here, run by another test, or run nowhere.

A command line is a line of an indented or fenced block, or inline code that begins with a command.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

PROGRAM = (
    r"(?:python3?|autograder|make|nbgrader|jupyter|pip|docker|conda|bwrap|systemd-run|dask|git|diff|rm|\.|\.ci/run"
    r"|\.venv/bin/[\w-]+|sudo|apt-get|curl|npm|cd|export|sbatch|srun|kubectl)"
)
COMMAND = re.compile(rf"(?:[A-Z_]+=\S+ )*{PROGRAM}(?: \S.*)?")
ALONE = {"make", ".ci/run"}  # inline, the name of any other program is no command line
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def command_lines(page: str) -> list[str]:
    """The command lines of a page, each once, without the comments behind them."""
    lines = []
    for kind, block in FENCED.findall(page):
        if kind == "console":
            lines += [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        elif kind in ("", "bash", "sh"):
            lines += lines_of(block)
    page = FENCED.sub("", page)
    lines += [line for block in INDENTED.findall(page) for line in lines_of(block)]
    inline = [" ".join(code.split()) for code in CODE.findall(INDENTED.sub("", page))]
    lines += [code for code in inline if COMMAND.fullmatch(code) and (" " in code or code in ALONE)]
    return list(dict.fromkeys(lines))


def lines_of(block: str) -> list[str]:
    """The lines of an indented block of commands; none if no line of it is a command.

    Raises ValueError if some are and some are not: a program that is not known here would be passed over.
    """
    lines = [re.sub(r"\s+# .*", "", line.strip()) for line in block.splitlines()]
    unknown = [line for line in lines if not COMMAND.fullmatch(line)]
    if unknown and len(unknown) < len(lines):
        raise ValueError(f"commands, and among them {unknown}: is a program missing in PROGRAM?")
    return [] if unknown else lines


# Names of the pages, and of the tests' course.
PUT = {
    **dict.fromkeys(("03_reversal", "07_example", "01_rnn_lm_sampling", "02_seq2seq", "<id>"), "01_tiny"),
    "COMMAND": "assignments",
    "PATH": "submitted",
    "docs/named_mistakes.md": "named_mistakes.md",
}

# Run by tests/test_docs_commands.py in a graded tiny course, with exit status 0; a text that each prints.
RUN = {
    "make": "make validate",
    "make build": "unchanged        assignments/01_tiny/tiny.ipynb",
    "make build ARGS=07_example": "unchanged        assignments/01_tiny/tiny.ipynb",
    "make validate": "1 assignment passed.",
    "make validate ARGS=07_example": "1 assignment passed.",
    ".venv/bin/pre-commit install": "pre-commit installed at",
    ".venv/bin/python -m autograder grade submitted/": ", 0 not graded",
    ".venv/bin/python -m autograder report": "class report: report.html",
    ".venv/bin/python -m autograder export --format canvas": "marks: marks_canvas.csv",
    ".venv/bin/python -m autograder export --format canvas --roster grades.csv --course /home/me/class": "marks:",
    ".venv/bin/python -m autograder package 03_reversal --format gradescope": "01_tiny_gradescope.zip",
    ".venv/bin/python -m autograder package 03_reversal --format student": "01_tiny_student.zip",
    "python -m autograder COMMAND": "Twice, and twice again",
    "python -m autograder COMMAND --help": "--markdown",
    "python -m autograder assignments --markdown": "| `01_tiny` |",
    "python -m autograder build": "unchanged        assignments/01_tiny/tiny.ipynb",
    "python -m autograder mistakes 07_example": "01_tiny",
    "python -m autograder mistakes --markdown docs/named_mistakes.md": "page: named_mistakes.md",
    "python -m autograder build 03_reversal": "unchanged        assignments/01_tiny/tiny.ipynb",
    "python -m autograder validate 03_reversal": "1 assignment passed.",
    "python -m autograder grade PATH": ", 0 not graded",
    "python -m autograder grade notebook.ipynb --json result.json": "01_tiny: 100 / 100",
    "python -m autograder grade submitted/": ", 0 not graded",
    "python -m autograder grade submitted/ --assignment 01_rnn_lm_sampling": ", 0 not graded",
    "python -m autograder grade submitted/ --force": ", 0 not graded",
    "python -m autograder grade submitted/ --jobs 8": ", 0 not graded",
    "python -m autograder report": "class report: report.html",
    "python -m autograder report --csv before.csv": "marks: before.csv",
    "python -m autograder report --csv after.csv": "marks: after.csv",
    "python -m autograder export --format canvas": "marks: marks_canvas.csv",
    "diff before.csv after.csv": "",
    "nbgrader export": "Exporting grades to grades.csv",
    "nbgrader export --db sqlite:////home/me/class/gradebook.db --to marks.csv": "Exporting grades to marks.csv",
    "nbgrader collect 03_reversal": "Collecting submission:",
    "nbgrader generate_feedback 03_reversal": "feedback/beech/01_tiny",
    "nbgrader generate_feedback 03_reversal --force": "feedback/beech/01_tiny/tiny.html",
    "nbgrader release_assignment <id>": "Released as: seq2026 01_tiny",
    "nbgrader release_assignment 03_reversal": "Released as: seq2026 01_tiny",
    "nbgrader release_feedback 03_reversal": "Feedback released to:",
    "bwrap --unshare-all --ro-bind / / true": "",
}

# Names of commands in a sentence, run with --help.
NAMES = [
    "autograder grade",
    "python -m autograder grade",
    "nbgrader autograde",
    "nbgrader generate_assignment",
    "nbgrader release_assignment",
]

WALK_THROUGH = "tests/authoring/test_walk_through.py::test_the_page_can_be_followed"
CHECK_PY = "tests/authoring/test_local_check.py::test_all_answered"
FILTERS = "tests/sandbox/test_system_calls.py::test_the_filters_are_what_the_lists_compile_to"
BENCH = "tests/test_docs.py::test_the_bench_writes_its_table_into_its_page"
DEMO = "tests/validation/test_sample_class.py::test_the_demo_takes_the_short_class_or_all"

# Run, or done by the same function with other files, in another test.
RUN_BY = {
    "python -m autograder build 12_averages": WALK_THROUGH,
    "python -m autograder validate 12_averages": WALK_THROUGH,
    "python -m autograder grade assignments/12_averages/averages.ipynb": WALK_THROUGH,
    "python -m autograder grade build/source/12_averages/averages.ipynb": WALK_THROUGH,
    "rm -r solutions/12_averages assignments/12_averages build/source/12_averages": WALK_THROUGH,
    "python check.py": CHECK_PY,
    "python -m autograder grade submitted/ --scheduler tcp://10.0.0.1:8786": (
        "tests/batch/test_dask_pool.py::test_one_of_two_workers_is_killed_and_the_marks_are_those_of_this_machine"
    ),
    "python -m autograder.sandbox.compile_filter": FILTERS,
    ".venv/bin/python -m autograder.sandbox.compile_filter": FILTERS,
    "python -m autograder.bench --markdown docs/benchmarks.md": BENCH,
    'make bench ARGS="--markdown docs/benchmarks.md"': BENCH,
    "make demo": DEMO,
    "make demo ARGS=--all": DEMO,
    "make data": "tests/course/test_datasets.py::test_data_writes_what_changed_and_says_so",
    "PYTHONPATH=tests python tests/attacks/test_attacks.py > docs/attacks.md": (
        "tests/attacks/test_attacks.py::test_the_table_is_what_was_seen"
    ),
    "PYTHONPATH=tests python tests/restore/test_damaged_notebooks.py": (
        "tests/restore/test_damaged_notebooks.py::test_the_table_lists_what_is_tested"
    ),
    "jupyter lab": ("tests/gradebook/test_formgrader_in_a_browser.py::test_a_mark_and_a_comment_outlast_grading_again"),
}

INSTALLS = "downloads packages"
ALL_TESTS = "the tests themselves"
# Run by no test, and why. What `make` would do is looked at all the same.
NOT_RUN = {
    "make test": ALL_TESTS,
    'make test ARGS="-k wire"': ALL_TESTS,
    "make test ARGS=\"-m 'not slow'\"": ALL_TESTS,
    "make check": ALL_TESTS,
    ".ci/run": ALL_TESTS,
    "make lint": "a step of CI, minutes long",
    "make format": "changes the files under test; `make lint` checks the same",
    "make lock": INSTALLS,
    "make pictures": "takes the pictures that are committed anew",
    "make bench": "measures for ten minutes",
    'make bench ARGS="class training"': "measures for minutes",
    'make bench ARGS="one walls"': "measures for minutes",
    "make bench ARGS=walls": "measures for minutes",
    "python -m autograder.bench.in_process": "measures; it is run by `make bench`",
    "OPENBLAS_NUM_THREADS=1 python -m solutions.03_reversal.calibration.reversal_training": "trains for hours",
    ". .venv/bin/activate": "written by Python's venv",
    "pip install -e '.[torch,cluster]' -c requirements.lock": INSTALLS,
    "pip install torch": INSTALLS,
    ".venv/bin/python -m pip install jupyterhub": INSTALLS,
    "conda env create -f environment.yml": INSTALLS,
    "docker build -t sequences .": "needs Docker's daemon",
    "docker run --rm --security-opt seccomp=unconfined --security-opt apparmor=unconfined sequences": (
        "needs Docker's daemon"
    ),
    "systemd-run --user --scope -p Delegate=yes": "needs a session of systemd",
}
