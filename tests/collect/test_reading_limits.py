"""Time and memory for reading, restoring and showing one submission at the size limits, whatever its content.

Each notebook is made and read in its own process, whose CPU seconds and peak memory are checked.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.filled_notebook import as_bytes, filled
from autograder.collect import choose_file, files
from autograder.collect.handed_in import find
from autograder.errors import GraderError, Unreadable
from autograder.restore import limits
from autograder.restore.read import MAX_CELLS, read
from autograder.restore.submission import MAX_NOTES, recognise, restore

ID = "01_rnn_lm_sampling"
CPU_UNITS, PEAK_MIB = 80, 1200  # twice what the slowest takes; a unit is measured there and then
LARGE = limits.MAX_NOTEBOOK_BYTES - 2**20
Cells = list[dict[str, Any]]


def answers() -> Cells:
    cells: Cells = json.loads(as_bytes(filled(ID)))["cells"]
    return cells


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def text(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source} | more


def with_answer(source: str) -> Cells:
    """The right answers, one of them replaced."""
    cells = answers()
    next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == "softmax")["source"] = source
    return cells


LONG_CLASS = "class LSTM:\n" + "    def m(self, x):\n        return [x, x, x, x, x]\n" * 1500
CELLS: dict[str, Callable[[], Cells]] = {
    "one cell of blanks": lambda: [*answers(), code("a " * (LARGE // 2))],
    "one cell of definitions": lambda: [*answers(), code("def a\n" * (LARGE // 8))],
    "one text of definitions": lambda: [*answers(), text("def a\n" * (LARGE // 8))],
    "long texts that are code": lambda: [
        *answers()[:20], *(text("softmax = [" + "a," * 49_000 + "]") for _ in range(440))
    ],
    "an answer defined 4900 times": lambda: [*answers(), *(code(f"def softmax(x): return {n}") for n in range(4900))],
    "an answer that needs 4800 cells": lambda: [
        *with_answer("softmax = [" + ",".join(f"a{n}" for n in range(4800)) + "]"),
        *(code(f"a{n} = 1") for n in range(4800)),
    ],
    "halves without end": lambda: [
        *answers(), code(LONG_CLASS), *(code(f"    def n{n}(self):\n        return 1\n") for n in range(4000))
    ],
    "trees as large as can be": lambda: [*answers(), *(code("[" + "a," * 48_000 + "]") for _ in range(4))],
    "thousands of pictures": lambda: [
        *answers(),
        *(text("![](attachment:a)" * 100, attachments={str(n): {"image/png": "AAAA"} for n in range(2000)})
          for _ in range(300)),
    ],
    "texts that take long to be shown": lambda: [*answers()[:30], *(text("[" * 20_000) for _ in range(300))],
    "blanks that take long to be shown": lambda: [
        *answers()[:30], *(code("x\n" + blank * 9_000) for blank in (" ", "\n", " \n") for _ in range(30))
    ],
    "attributes that take long to be shown": lambda: [*answers()[:30], *(code("a.b." * 5000) for _ in range(100))],
    "code that takes long to be shown": lambda: [*answers()[:30], *(code("x = 1\n" * 3300) for _ in range(300))],
}  # fmt: skip


def measured() -> None:
    """Read a notebook from standard input in a separate process, show it, print the seconds and memory."""
    from autograder.reports.notebook_html import notebook_html

    data = sys.stdin.buffer.read()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    problem, notes, page = "", 0, 0
    try:
        notebook = read(data)
        submission = restore(notebook, recognise(notebook))
        notes, page = len(submission.notes), len(notebook_html(submission.notebook))
    except Unreadable as refusal:
        problem = str(refusal)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([time.process_time() - started, peak, problem, notes, page]))


def unit_s() -> float:
    """CPU seconds of a fixed piece of work, the shorter of two runs: half a second on a fast machine."""
    times = []
    for _ in range(2):
        started = time.process_time()
        sum(number * number for number in range(10**7))
        times.append(time.process_time() - started)
    return min(times)


def bounded(data: bytes) -> tuple[str, int, int]:
    """Check the seconds and memory; return the problem, the number of notes and the length of the page."""
    assert len(data) <= limits.MAX_NOTEBOOK_BYTES
    done = subprocess.run([sys.executable, __file__], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, peak, problem, notes, page = json.loads(done.stdout)
    assert seconds < CPU_UNITS * unit_s()
    assert peak < PEAK_MIB
    return problem, notes, page


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_a_notebook_made_to_take_long_is_bounded(name: str) -> None:
    content = {"cells": CELLS[name](), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    problem, notes, page = bounded(json.dumps(content).encode())
    assert problem == ""
    assert notes <= MAX_NOTES + 1
    assert page < 20 * 2**20


TOO_MANY = "the file holds more than 2,000,000 lists and objects, as in very large outputs: clear all outputs"
BOMBS = {
    "lists": (b'{"cells":[],"nbformat":4,"x":[' + b"[]," * (LARGE // 3) + b"0]}", TOO_MANY),
    "objects": (b'{"cells":[],"nbformat":4,"x":[' + b'{"a":1},' * (LARGE // 8) + b"0]}", TOO_MANY),
    "numbers": (b'{"cells":[],"nbformat":4,"x":[' + b"1.5," * (LARGE // 4) + b"0]}", "no cell in it is of this course"),
    "as many lists as may be": (
        b'{"cells":[],"nbformat":4,"x":[' + b"[],[]," * (limits.MAX_PARTS // 2 - 10) + b"0]}",
        "no cell in it is of this course",
    ),
    "too many cells": (
        json.dumps({"cells": [text("")] * (MAX_CELLS + 1), "nbformat": 4}).encode(),
        f"it has {MAX_CELLS + 1} cells; {MAX_CELLS} are the most",
    ),
    "too many cells of an older format": (
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ""}] * 6000}], "nbformat": 3}).encode(),
        f"it has more than {MAX_CELLS} cells",
    ),
    "lines without end": (b'{"cells":[],"nbformat":4}' + b"\n<<<<<<<" * (LARGE // 9), "two versions of a merge"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unfolds_in_memory_is_bounded(name: str) -> None:
    data, problem = BOMBS[name]
    assert problem in bounded(data)[0]


def test_the_number_of_notes_is_bounded() -> None:
    cells = [*answers(), *(text(f"![](attachment:{n}.png)") for n in range(9)), *answers()[5:]]
    one = json.dumps({"cells": cells * 3, "nbformat": 4}).encode()
    notes = restore(read(one), ID).notes
    assert 5 < len(notes) <= MAX_NOTES + 1


# many files


def test_a_zip_of_too_many_entries_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LISTED", 50)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for number in range(51):
            archive.writestr(f"{number}.ipynb", "")
    with pytest.raises(GraderError, match=r"over 50 files in .*class\.zip"):
        find(tmp_path / "class.zip")


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LISTED", 50)
    for number in range(51):
        (tmp_path / f"{number}.ipynb").touch()
    with pytest.raises(GraderError, match="over 50 files in"):
        find(tmp_path)


def test_only_some_of_a_students_many_notebooks_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    real = choose_file._inspected
    monkeypatch.setattr(choose_file, "_inspected", lambda entry: looked_at.append(entry.name) or real(entry))
    folder = tmp_path / "ada" / ID
    folder.mkdir(parents=True)
    (tmp_path / "bob").mkdir()
    for number in range(300):
        (folder / f"{number}.ipynb").write_text("{}")
    (folder / "rnn_lm_sampling.ipynb").write_bytes(as_bytes(filled(ID)))
    (one,) = find(tmp_path, ID)
    assert len(looked_at) == choose_file.MAX_INSPECTED
    assert one.content == folder / "rnn_lm_sampling.ipynb"


if __name__ == "__main__":
    measured()
