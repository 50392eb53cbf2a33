"""A set-up line fails for lack of a display or a mount: the definitions below it in the cell still count."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest
from tiny_course import ID, answered, tiny_course

from autograder.grading.grader import Graded, grade
from autograder.grading.options import Options
from autograder.restore.rest_of_cell import failed_line, rest_below
from autograder.sandbox import Limits

RIGHT = "def double(xs):\n    return 2 * xs"
WRONG = "def double(xs):\n    return 3 * xs"


def raised(line: int, ename: str = "RuntimeError") -> nbformat.NotebookNode:
    frame = f"\x1b[31mRuntimeError\x1b[39m\n\x1b[36mCell\x1b[39m\x1b[36m In[7]\x1b[39m\x1b[32m, line {line}\x1b[39m"
    return nbformat.v4.new_output("error", ename=ename, evalue="", traceback=["---", frame, "File /usr/x.py, line 99"])


@pytest.mark.parametrize(
    ("source", "line", "rest"),
    [
        (f"%matplotlib widget\n{RIGHT}", 1, RIGHT),
        (f"\n\n%matplotlib widget\n{RIGHT}", 1, RIGHT),
        (f"import colab\nx = 1\n{RIGHT}", 1, f"x = 1\n{RIGHT}"),
        (f"setup(\n    1,\n    2,\n)\n{RIGHT}", 3, RIGHT),
        (f"setup()\nprint(1)\nfor i in y: pass\n{RIGHT}\nraise ValueError", 1, RIGHT),
        (f"setup(); x = 1\n{RIGHT}", 1, RIGHT),
        (f"setup()\nx: int = 1; exit()\n{RIGHT}", 1, f"x: int = 1\n{RIGHT}"),
    ],
)
def test_what_is_defined_below_is_kept_and_nothing_else(source: str, line: int, rest: str) -> None:
    assert rest_below(source, raised(line)).replace("\n\n", "\n") == rest
    assert failed_line(source, raised(line)) > 0


NOTHING = {
    "an assert": (f"assert False\n{RIGHT}", raised(1)),
    "a raise": (f"raise ValueError\n{RIGHT}", raised(1)),
    "nothing below": (f"{RIGHT}\nsetup()", raised(3)),
    "a cell magic": (f"%%writefile x.py\nsetup()\n{RIGHT}", raised(2)),
    "no such line": (f"setup()\n{RIGHT}", raised(99)),
    "no line": (f"setup()\n{RIGHT}", nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])),
    "an odd traceback": (f"setup()\n{RIGHT}", {"ename": "E", "evalue": "", "traceback": "Cell In[1], line 1"}),
    "lines that are none": (f"setup()\n{RIGHT}", {"ename": "E", "evalue": "", "traceback": [5, None]}),
    "a mistake": (f"setup(\n{RIGHT}", raised(1, "SyntaxError")),
    "stopped": (f"setup()\n{RIGHT}", raised(1, "KeyboardInterrupt")),
    "asks for input": (f"name = input()\n{RIGHT}", raised(1, "StdinNotImplementedError")),
    "too late": (f"setup()\n{RIGHT}", raised(1, "TimeoutError")),
    "too long": (f"setup()\n{RIGHT}\nx = '{'x' * 100_000}'", raised(1)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_carried_out(name: str) -> None:
    source, error = NOTHING[name]
    assert (rest_below(source, error), failed_line(source, error)) == ("", 0)


@pytest.mark.parametrize("text", ["Cell In[" * 200_000, "Cell In[1], line " + "9" * 5_000_000, "\x1b[" * 2_000_000])
def test_a_traceback_made_to_take_long_takes_no_time(text: str) -> None:
    started = time.process_time()
    rest_below(f"setup()\n{RIGHT}", nbformat.v4.new_output("error", ename="E", evalue="", traceback=[text]))
    assert time.process_time() - started < 1


# in the sandbox


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_course(tmp_path_factory.mktemp("rest_of_cell"))


def graded(root: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> Graded:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))
    return grade(answered(root, {"double": answer}), Options(ID, limits=Limits(cell_s=5.0)))


SET_UP = {
    "a backend": ("%matplotlib widget\n", 1),
    "a mounted drive": ("from google.colab import drive\ndrive.mount('/content/drive')\n", 1),
    "an old style": ("import matplotlib.pyplot as plt\nplt.style.use('seaborn')\n", 2),
    "a package that is not there": ("\n\nimport seaborn as sns\nsns.set()\n", 3),
    "a file that is not there": (
        "def helper(xs):\n    return xs\nnotes = open('/content/notes.txt').read()\nk = 1\n",
        3,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SET_UP)
def test_an_answer_below_a_set_up_line_counts_and_the_line_is_named(root, monkeypatch, name: str) -> None:
    lines, line = SET_UP[name]
    came = graded(root, monkeypatch, f"{lines}{RIGHT}")
    assert came.result.score == 100, came.result.output
    note = next(note for note in came.result.notes if note.startswith("The cell double raised"))
    assert note.endswith(f"(in line {line}; what the cell defines below it counts all the same)")
    assert came.notebook is not None
    cells = nbformat.reads(came.notebook, as_version=4).cells
    shown = next(cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "double")
    assert shown.source == f"{lines}{RIGHT}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "score"),
    [
        (f"%matplotlib widget\n{WRONG}", 60),  # a wrong answer gains nothing
        (f"raise RuntimeError('not done')\n{RIGHT}", 60),
        (f"{WRONG}\nassert double(2) == 4\n{RIGHT}", 60),  # the assertion is meant to stop the cell
        (f"open('/x/y')\nimport time\nwhile True: time.sleep(1)\n{RIGHT}", 100),  # the loop is not executed
        (f"open('/x/y')\ny = [0 for _ in iter(int, 1)]\n{RIGHT}", 60),  # stopped, as without the failing line
    ],
)
def test_a_wrong_answer_gains_nothing(root, monkeypatch, answer: str, score: float) -> None:
    assert graded(root, monkeypatch, answer).result.score == score
