"""Submissions that attack the grader: each gets the same marks as without the attack, and leaves nothing behind.

Attacks in code are in tests/attacks/code, those in a notebook around the code in in_metadata, those in files, names
and archives in in_files; class_under_attack grades them among neighbours. Their outcomes are in docs/attacks.md:

    PYTHONPATH=tests python tests/attacks/test_attacks.py > docs/attacks.md
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from attacks.class_under_attack import (
    BATCH,
    LAST,
    NEIGHBOURS,
    NOTEBOOK_BYTES,
    PLANTED,
    QUESTIONS,
    RIGHT,
    RIGHT_ANSWERS,
    WRONG_ANSWERS,
    Attack,
    HostileClass,
    Seen,
    Surroundings,
    attacks,
    running,
)
from attacks.in_files import FILES, NAMES, Made, refusal
from every_assignment import REPOSITORY
from fork_server import alive, gone_soon
from tiny_course import ID, answered, edited, grade_id, hand_in

from autograder import collect
from autograder.result import Result
from autograder.sandbox.output_limits import bounded
from autograder.sandbox.reference_server import FollowThrough
from autograder.sandbox.watchdog import descendants, end, sweep

pytestmark = pytest.mark.slow
TABLE = REPOSITORY / "docs" / "attacks.md"
ATTACKS = attacks()
BATCHES = range(-(-len(ATTACKS) // BATCH))
FILE_GROWTH_BYTES = 64 * 2**20
HEAD = """# Attacks and their outcomes

Written by `PYTHONPATH=tests python tests/attacks/test_attacks.py > docs/attacks.md`; a test compares it with its own
results. Each attack is handed in by one student of a class of the tests' tiny course, beside honest neighbours.
*Without* is the mark of the same answers without the attack, *with* the mark they got. The following holds for every
attack: both marks are the same; the neighbours' records are those that they have alone; no process, connection or
file is left behind, and none is changed; and no secret (hidden suite, reference, a neighbour's work, home folder,
environment) is in the notebook, the feedback or the record.
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileClass]:
    surroundings = Surroundings(tmp_path_factory.mktemp("hostile"))
    with surroundings.around():
        yield HostileClass(surroundings)


def named(attack: Attack | Made) -> str:
    """An attack's name as a test's id."""
    return attack.name if isinstance(attack, Attack) else attack.__name__


# in notebooks


def test_the_class_without_attackers(hostile: HostileClass) -> None:
    """The baseline for the attacks is right."""
    assert hostile.honest == {
        ("correct", "correct"): (40.0, 60.0), ("correct", "wrong"): (40.0, 0.0),
        ("wrong", "correct"): (0.0, 60.0), ("wrong", "wrong"): (0.0, 0.0),
    }  # fmt: skip
    assert len(hostile.alone) == 2 * len(NEIGHBOURS)
    assert {neighbour: record["score"] for neighbour, record in hostile.alone.items()} == {
        f"{neighbour} in the {source}": score
        for neighbour, score in ((RIGHT, 100.0), (LAST, 60.0))
        for source in ("class", "gradebook")
    }


@pytest.mark.parametrize("number", BATCHES)
def test_nothing_is_left_changed_or_made_and_neighbours_are_untouched(hostile: HostileClass, number: int) -> None:
    assert hostile.batch(number) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_the_mark_is_the_one_without_the_attack(hostile: HostileClass, attack: Attack) -> None:
    seen = hostile.outcome(attack.name)
    assert seen.result.problem == ""
    assert attack.may_end_in(seen.reasons), seen.reasons
    assert seen.points == hostile.honest[attack.honest]
    assert attack.feedback in told(seen.result)


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_nothing_secret_comes_out_and_nothing_acts(hostile: HostileClass, attack: Attack) -> None:
    seen = hostile.outcome(attack.name)
    texts = {"notebook": seen.notebook, "page": seen.page, "record": json.dumps(seen.result.to_json())}
    assert all(texts.values())
    assert [
        place for place, text in texts.items() for secret in hostile.around.secrets.values() if secret in text
    ] == []
    assert all(question.output.isascii() for question in seen.result.questions)
    assert not re.search(r"<(script|iframe|object|embed|svg)\b|\son\w+\s*=\s*[\"'a-z]|javascript:|file:", acting(seen))
    assert max(len(seen.notebook), len(seen.page)) < NOTEBOOK_BYTES


def told(result: Result) -> str:
    """Everything that a student is told."""
    return "\n".join([result.output, *(question.output for question in result.questions)])


def acting(seen: Seen) -> str:
    """The tags of the page as a browser would see them, except those in the page's own head."""
    return " ".join(re.findall(r"<[^>]*>", seen.page.partition("</head>")[2]))


# the tests above can fail


def test_a_process_that_has_lost_its_parent_would_be_noticed(hostile: HostileClass) -> None:
    """The grader's process inherits it while the class is graded."""
    before = running()
    orphan = ["sh", "-c", "sleep 1000 >/dev/null & echo $!"]
    told = subprocess.run(orphan, stdout=subprocess.PIPE, text=True, check=True)
    pid = int(told.stdout)
    try:
        assert running() - before == {pid}
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_a_leak_a_script_and_a_file_would_be_noticed(hostile: HostileClass) -> None:
    """The checks before and after find what is planted."""
    with hostile.nothing_else_happens() as breaches:
        (hostile.around.outside / "new.txt").write_text("new")
        Path(tempfile.mkdtemp(dir=hostile.around.place)).joinpath("x").touch()
        (Path(tempfile.gettempdir()) / "planted-by-this-test").touch()
    (hostile.around.outside / "new.txt").unlink()
    (Path(tempfile.gettempdir()) / "planted-by-this-test").unlink()
    assert [breach.split()[-2:] for breach in breaches] == [["was", "changed"], ["was", "made"], ["is", "left"]]
    page = f"<head></head><p onclick='x'>{hostile.around.secrets['home']}"
    assert re.search(r"\son\w+\s*=", acting(Seen(Result(ID, []), "", page)))


# in files, names and archives


@pytest.mark.parametrize("attack", FILES, ids=named)
def test_files_and_names(hostile: HostileClass, attack: Made, tmp_path: Path) -> None:
    honest = answered(hostile.around.root, RIGHT_ANSWERS)
    path = attack(tmp_path, honest)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with hostile.nothing_else_happens() as breaches:
        results = hostile.graded(path)
    assert breaches == []
    grown_bytes = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert grown_bytes < FILE_GROWTH_BYTES
    expected = refusal(attack)
    for result in results:
        if result.problem:
            assert expected
            assert expected in result.problem
        else:
            assert result.score == 100.0
    assert any(result.problem for result in results) == bool(expected)


def test_every_name_is_made_a_safe_one_of_its_own(tmp_path: Path) -> None:
    (attack,) = [attack for attack in FILES if attack.__name__ == "odd_names"]
    names = [one.student for one in collect.find(attack(tmp_path, b"{}"), ID)]
    assert len({name.casefold() for name in names}) == len(NAMES)
    for name in names:
        assert not re.search(r"[/\\\x00-\x1f*?\[\]$`;|&<>\"{}]", name)
        assert not name.startswith((".", "-"))
        assert len(name.encode()) <= 200


# graded again


def test_a_check_cell_that_is_gone_at_the_second_attempt_does_not_keep_the_old_mark(hostile: HostileClass) -> None:
    """nbgrader keeps the mark of a cell that no longer exists."""

    def without_checks(notebook: object) -> None:
        notebook.cells = [cell for cell in notebook.cells if not grade_id(cell).endswith(("_check", "_forward"))]

    again = hostile.around.place / "again"
    scores = []
    wrong = answered(hostile.around.root, WRONG_ANSWERS)
    for data in (answered(hostile.around.root, RIGHT_ANSWERS), edited(wrong, without_checks)):
        hand_in(again, "again", data)
        (result,) = hostile.graded(again / "submitted")
        scores.append((result.score, hostile.in_gradebook("again").score))
    assert scores == [(100.0, 100.0), (0.0, 0.0)]


# outputs that a kernel may send

ODD = [
    {"output_type": "stream", "name": 3, "text": 12}, {"output_type": "stream", "name": "other", "text": "said"},
    {"output_type": "error", "ename": 5, "evalue": {"a": 1}, "traceback": 7},
    {"output_type": "error", "ename": None, "evalue": None, "traceback": [1, None, "line"]},
    {"output_type": "display_data", "data": {"text/plain": 4}, "metadata": 3},
    {"output_type": "display_data", "data": ["text/plain"], "metadata": {}},
    {"output_type": "display_data", "data": {"image/png": {"a": [1]}, "text/html": 7}, "metadata": {}},
    {"output_type": "execute_result", "data": {"text/plain": "4"}, "metadata": {}, "execution_count": "planted"},
    {"output_type": "execute_result", "data": {"application/json": [1]}, "metadata": {}, "execution_count": 10**30},
]  # fmt: skip


@pytest.mark.parametrize("output", ODD, ids=repr)
def test_an_output_of_odd_values_is_made_valid(output: dict) -> None:
    kept = bounded([nbformat.from_dict(output)], 100)
    assert len(kept) == 1
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=kept)])
    nbformat.validate(notebook)
    assert PLANTED not in nbformat.writes(notebook)


def test_the_valid_parts_of_an_odd_output_are_kept() -> None:
    texts = [bounded([nbformat.from_dict(ODD[place])], 100)[0] for place in (1, 3, 8)]
    assert (texts[0].name, texts[0].text) == ("stdout", "said")
    assert texts[1].traceback == ["\n\nline"]
    assert texts[2].data == {"application/json": [1]}


# processes stopped by a question


def test_a_spared_process_goes_on_after_a_sweep() -> None:
    """Only those descendants of the process that are to be spared go on."""
    parent = subprocess.Popen(["sh", "-c", "sleep 1000 & sleep 1000 & wait"])
    try:
        while len(descendants(parent)) < 2:
            pass
        spared, stray = descendants(parent)
        for pid in (spared, stray):
            os.kill(pid, signal.SIGSTOP)
        sweep(parent, [spared])
        assert gone_soon([stray])
        assert psutil.Process(spared).status() != psutil.STATUS_STOPPED
        assert alive([spared]) == [spared]
    finally:
        end(parent)
        parent.wait()


# access to the reference


class Model:
    """One of the grader's objects, with attributes that lead too far."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)
        self.layers = [self]
        self.frame = sys._getframe()
        self.function = len

    def numbers(self) -> Iterator[int]:
        """A generator, whose frame and code are attributes."""
        yield 1


@pytest.mark.parametrize("name", ["layers", "frame"])
def test_attributes_that_lead_too_far_are_not_handed_out(name: str) -> None:
    """Lists can be changed; frames lead to code and globals."""
    answers = FollowThrough({})
    assert answers.answer(("get_attribute", answers.offer(Model()).id, name))[0] == "error"


def test_a_generator_of_the_references_does_not_hand_out_its_frame() -> None:
    answers = FollowThrough({})
    kind, (_, message) = answers.answer(("call_method", answers.offer(Model()).id, "numbers", [], {}, None))
    assert (kind, message) == ("error", "a generator of the grader's is not handed out")
    assert len(answers.objects) == 1


LARGE = [
    ("random", [(30_000, 30_000)], {}), ("random", [], {"size": [30_000, 30_000]}),
    ("normal", [0.0, 1.0, np.array([30_000, 30_000])], {}), ("choice", [5, (30_000, 30_000)], {}),
]  # fmt: skip


@pytest.mark.parametrize("question", LARGE, ids=repr)
def test_a_random_generator_draws_no_more_than_the_grader_has_to_give(question: tuple) -> None:
    answers = FollowThrough({})
    method, args, kwargs = question
    id = answers.offer(np.random.default_rng(1)).id
    kind, (_, message) = answers.answer(("call_method", id, method, args, kwargs, None))
    assert kind == "error"
    assert "900,000,000 are more than" in message or "4,500,000,000 are more than" in message


def test_a_random_generator_still_does_what_notebooks_ask_of_it() -> None:
    answers, ours = FollowThrough({}), np.random.default_rng(1)
    id = answers.offer(np.random.default_rng(1)).id
    ids = [50, 60, 70, 80, 90, 99]
    for method, args in (("permutation", [ids]), ("choice", [ids, 3]), ("random", [(3, 5)]), ("permutation", [1000])):
        kind, (value, _) = answers.answer(("call_method", id, method, args, {}, None))
        assert kind == "value"
        assert np.array_equal(value, getattr(ours, method)(*args))
    assert answers.answer(("get_attribute", id, "bit_generator"))[0] == "error"


# the table


def table(hostile: HostileClass) -> str:
    """The outcome of each attack, as Markdown."""
    rows = ["| attack | tries to | without | with |", "| --- | --- | --- | --- |"]
    rows += [row(attack, hostile.outcome(attack.name)) for attack in ATTACKS]
    rows += ["", "In files, names and archives:", "", "| attack | tries to | message |", "| --- | --- | --- |"]
    for attack in FILES:
        outcome = f"not graded: {refusal(attack)}" if refusal(attack) else "graded under a safe name"
        rows.append(f"| {attack.__name__} | {cell((attack.__doc__ or '').splitlines()[0])} | {outcome} |")
    return f"{HEAD}\n{len(ATTACKS)} attacks in notebooks, {len(FILES)} in files.\n\n" + "\n".join(rows) + "\n"


def row(attack: Attack, seen: Seen) -> str:
    """One line of the table."""
    outcomes = [
        ", ".join(f"{q} {o}" for q, o in zip(QUESTIONS, reasons, strict=True))
        for reasons in (attack.honest, attack.graded if attack.may_end_in(seen.reasons) else seen.reasons)
    ]
    attacked = "the same" if outcomes[0] == outcomes[1] else outcomes[1]
    return f"| {attack.name} | {cell(attack.tries)} | {outcomes[0]} | {attacked} |"


def cell(text: str) -> str:
    """A sentence with the characters escaped that mean something in a table."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def test_the_table_is_what_was_seen(hostile: HostileClass) -> None:
    assert TABLE.read_text(encoding="utf-8") == table(hostile), "write it anew: see the top of this file"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        surroundings = Surroundings(Path(folder))
        with surroundings.around():
            sys.stdout.write(table(HostileClass(surroundings)))
