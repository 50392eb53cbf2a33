"""Check the notebook beside this file before you hand it in:  python check.py

It runs a copy of the notebook from the top, as grading does (without the cells of long training), and says for each
question whether the check that you see passes. It says too which cells are missing, there twice, or changed though
they are locked. Nothing is sent anywhere, and the notebook stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOTEBOOK = "rnn_lm_sampling.ipynb"  # its name, and its cells by name: kind, question, points, fingerprint of a locked one
CELLS: dict[str, list[Any]] = {
    "imports": ["locked", "", 0.0, "789cd3f2ab4b47f6"],
    "softmax": ["answer", "", 0, ""],
    "softmax_check": ["check", "softmax", 4.0, "f22c1258c2d6dd72"],
    "LSTM": ["answer", "", 0, ""],
    "lstm_forward": ["check", "lstm_forward", 8.0, "f29f58b4e989a570"],
    "lstm_backward": ["check", "lstm_backward", 11.0, "a0a2d1f458c76f9c"],
    "TimeLSTM": ["answer", "", 0, ""],
    "time_lstm_forward": ["check", "time_lstm_forward", 7.0, "0b6a212182ee35c8"],
    "time_lstm_backward": ["check", "time_lstm_backward", 11.0, "53ec651063b1e59b"],
    "time_lstm_state": ["check", "time_lstm_state", 6.0, "158da9a402cfd07b"],
    "Rnnlm": ["answer", "", 0, ""],
    "rnnlm": ["check", "rnnlm", 10.0, "61068fcd92bf38a4"],
    "perplexity": ["answer", "", 0, ""],
    "perplexity_check": ["check", "perplexity", 8.0, "b11c84748028502d"],
    "next_word_probabilities": ["answer", "", 0, ""],
    "next_word_probabilities_check": ["check", "next_word_probabilities", 9.0, "de801aa9fe422223"],
    "RnnlmGen": ["answer", "", 0, ""],
    "generate": ["check", "generate", 9.0, "3c51181f5722c225"],
    "BetterRnnlm": ["answer", "", 0, ""],
    "better_rnnlm": ["check", "better_rnnlm", 9.0, "7a92d2a6305d758b"],
    "train_toy_rnnlm": ["locked", "", 0.0, "54075b1c435df2b2"],
    "rnnlm_training": ["check", "rnnlm_training", 8.0, "5b200a76ec462ad9"],
}

Cell = dict[str, Any]
LARGEST = 50  # MiB, of a notebook
CELL_SECONDS = 600
STUB = re.compile(r"""^ *raise NotImplementedError\(["'](\w+)""", re.MULTILINE)  # names its question
SKIPPED = "skip-execution"  # the tag of cells that are left out in grading


def main(arguments: list[str]) -> int:
    """Print what is found; 0 if every visible check passes and nothing is missing, 1 if not, 2 if it cannot be read."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent / NOTEBOOK
    try:
        text = path.read_text(encoding="utf-8")
        cells = json.loads(text)["cells"]
        named = by_name(cells)
    except OSError as error:
        print(f"{path}: it cannot be read ({error.strerror}). Is the notebook saved, beside check.py, as {NOTEBOOK}?")
        return 2
    except (ValueError, KeyError, TypeError, AttributeError):
        print(f"{path}: it is not a notebook. Save it in Jupyter and try again.")
        return 2
    size = len(text.encode()) / 2**20
    problems = list(structure(named))
    if size > LARGEST:
        problems.append(f"the file has {size:.0f} MiB, and may have {LARGEST}: clear the outputs and save")
    try:
        outcomes = run(path)
    except ImportError as error:
        print(f"{error}: install what requirements.txt names, and run this with the same Python.")
        return 2
    except RuntimeError as error:  # nbclient's, when the kernel is gone
        print(f"{path}: the notebook did not run to its end ({error}). Does a cell end Python, or take all the memory?")
        return 2
    passed = report(outcomes, problems)
    print(f"{path.name}: {size:.1f} MiB. The hidden tests ask the same of other numbers.")
    return 0 if passed and not problems else 1


def source(cell: Cell) -> str:
    """The text of a cell, which a file holds as one string or as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def digest(text: str) -> str:
    """A fingerprint of a cell's text; blanks at the ends of lines do not count."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def by_name(cells: list[Cell]) -> dict[str, list[Cell]]:
    """Name -> the cells of the course that have it."""
    named: dict[str, list[Cell]] = {}
    for cell in cells:
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        if name in CELLS:
            named.setdefault(name, []).append(cell)
    return named


def structure(named: dict[str, list[Cell]]) -> Iterator[str]:
    """What is wrong with the cells of the course, a sentence each."""
    for name, (kind, _, _, fingerprint) in CELLS.items():
        cells = named.get(name, [])
        if not cells and kind == "answer":
            yield f"the cell {name} is missing: its question cannot be answered without it"
        elif not cells:
            yield f"the locked cell {name} is missing: it is put back when it is graded"
        elif len(cells) > 1:
            yield f"there are {len(cells)} cells named {name}: leave the one that counts"
        elif fingerprint and digest(source(cells[0])) != fingerprint:
            yield f"the locked cell {name} was changed: it is put back when it is graded"


def run(path: Path) -> dict[str, tuple[float, str]]:
    """Question -> (points, what its check gave), by a copy of the notebook that is run from the top."""
    warnings.simplefilter("ignore")  # of nbformat, of two cells with one id: what matters of that is said here
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, interrupt_on_timeout=True, allow_errors=True, kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=40"], resources={"metadata": {"path": str(path.resolve().parent)}},
        on_cell_start=lambda cell, cell_index: progress(cell, code),
    )  # fmt: skip
    client.execute()
    progress(None, code)
    ran = by_name(notebook.cells)
    unwritten = {
        question
        for name, (kind, *_) in CELLS.items()
        for cell in (ran.get(name, []) if kind == "answer" else [])
        for question in STUB.findall(source(cell))
    }
    checks = {name: facts for name, facts in CELLS.items() if facts[0] == "check"}
    return {
        question: (points, "not written yet" if question in unwritten else outcome(ran.get(name, [])))
        for name, (_, question, points, _) in checks.items()
    }


def outcome(cells: list[Cell]) -> str:
    """What a check cell gave, in a few words; "" for a pass."""
    if len(cells) != 1:
        return "its check is not there" if not cells else "its check is there twice"
    if SKIPPED in cells[0].get("metadata", {}).get("tags", []):
        return "not run here: it trains for minutes"
    for output in cells[0].get("outputs", []):
        if output.get("output_type") == "error":
            text = f"{output.get('ename', '')}: {output.get('evalue', '')}".strip().splitlines()[0]
            return text if len(text) <= 90 else text[:87] + "..."
    return ""


def report(outcomes: dict[str, tuple[float, str]], problems: list[str]) -> bool:
    """Print the table of questions and the problems; whether every check that was run passes."""
    width = max(map(len, outcomes), default=0)
    for question, (points, reason) in outcomes.items():
        print(f"{question:{width}}  {points:>5g}  {reason or 'passes'}")
    for problem in problems:
        print(f"! {problem}")
    passing = [points for points, reason in outcomes.values() if not reason]
    print(f"\n{len(passing)} of {len(outcomes)} visible checks pass; behind them are {sum(passing):g} points.")
    return all(not reason or reason.startswith("not run here") for _, reason in outcomes.values())


def progress(cell: Cell | None, code: list[Cell]) -> None:
    """A line that says how far the run is, where somebody can see it."""
    if sys.stderr.isatty():
        place = next((place for place, one in enumerate(code, 1) if one is cell), None)
        line = "" if place is None else f"running: cell {place} of {len(code)}"
        print(f"\r{line:40}", end="\r" if place is None else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
