"""Questions about `generate` of a decoder or of a model, to be inherited by the questions about these.

A decoder is given h or enc_hs, a model its source; the wanted answers are the oracle's (`oracle_models.asked`).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.question import Questions, asks
from autograder.testing.sequence_models.model_pair import ModelPair
from autograder.testing.sequence_models.oracle_models import LIVELY, asked, fill, handed, model_pair, with_every_id
from autograder.testing.sequence_models.weights import text
from autograder.testing.student import Student

V = 11


def check_written(label: str, yours: Any, wanted: Array) -> None:
    """An integer array of exactly these ids."""
    received = checks.shape(label, yours, wanted.shape)
    checks.equal(f"{label}: whether its dtype is an integer", received.dtype.kind in "iu", True)
    checks.equal(label, received, wanted)


def _read_before(name: str, pair: ModelPair, seed: int, rows: int) -> tuple[Array, Array]:
    """Arguments of a forward, of a decoder or of a model."""
    xs = text(seed, rows, 4, V)
    return (xs, text(seed + 1, rows, 3, V)) if hasattr(pair.oracle, "encoder") else (xs, handed(name, seed, rows, 5))


class GenerationQuestions(Questions):
    """Questions in the role generate."""

    @asks("generate", points=5)
    def test_generate_values(self, student: Student, reference: SimpleNamespace) -> None:
        """Greedy answers of 2 to 6 ids, of many weights, from several start ids."""
        for seed, (size, start_id) in enumerate(((2, 1), (3, 4), (4, 7), (5, 0), (6, 9), (3, 2), (2, 6), (5, 3))):
            case = asked(reference, self.name, seed, size=size, start_id=start_id)
            pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
            label = f"{self.name}.generate of {size} ids for 3 rows, from start id {start_id}"
            check_written(label, pair.yours.call("generate", case.given, start_id, size), case.ids)

    @asks("generate", points=1)
    def test_generate_of_small_sizes(self, student: Student, reference: SimpleNamespace) -> None:
        """One id, one row (with a repeated id in mid-text), both; and one row in which no id ends the answer."""
        for seed, (rows, size) in enumerate(((3, 1), (1, 4), (1, 1)), start=11):
            case = asked(reference, self.name, seed, rows, size, repeats=size > 1)
            pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
            yours = pair.yours.call("generate", case.given, case.start_id, size)
            check_written(f"{self.name}.generate of {size} ids for {rows} rows", yours, case.ids)
        for case in with_every_id(reference, self.name):
            pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
            yours = pair.yours.call("generate", case.given, case.start_id, case.size)
            label = f"{self.name}.generate of {case.size} ids for one row, whichever ids come before the last"
            check_written(label, yours, case.ids)

    @asks("generate", points=3)
    def test_generate_starts_afresh(self, student: Student, reference: SimpleNamespace) -> None:
        """The answer is the same after a forward, after a generate, and after a text of another number of rows."""
        for seed in (15, 16, 17):
            case = asked(reference, self.name, seed, size=3)
            pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
            for rows in (3, 2):
                pair.yours.call("forward", *_read_before(self.name, pair, seed, rows))
                yours = pair.yours.call("generate", case.given, case.start_id, case.size)
                check_written(f"{self.name}.generate after a forward of {rows} rows", yours, case.ids)
            yours = pair.yours.call("generate", case.given, case.start_id, case.size)
            check_written(f"{self.name}.generate for the third time", yours, case.ids)

    @asks("generate", points=2)
    def test_generate_rows(self, student: Student, reference: SimpleNamespace) -> None:
        """Rows in another order, or one of them alone, are answered as before."""
        case = asked(reference, self.name, 18, size=4)
        pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
        for order in ([0, 1, 2], [2, 0, 1], [1]):
            yours = pair.yours.call("generate", case.given[order], case.start_id, case.size)
            check_written(f"{self.name}.generate for rows {order} of three", yours, case.ids[order])

    @asks("generate", points=1)
    def test_generate_ties(self, student: Student, reference: SimpleNamespace) -> None:
        """Of equal scores the smallest id wins; the scores are made to be the affine layer's biases for every input."""
        pair = model_pair(student, reference, self.name, 19)
        for best in ([3, 5, 8], [9, 10], [1, 2]):
            biases = np.isin(np.arange(V), best).astype(np.float32)
            fill(self.name, pair.yours, [*pair.weights[:-2], np.zeros_like(pair.weights[-2]), biases])
            yours = pair.yours.call("generate", handed(self.name, 19, 3), 4, 3)
            check_written(f"{self.name}.generate where ids {best} have equal scores", yours, np.full((3, 3), best[0]))

    @asks("generate", points=1)
    def test_generate_leaves_its_input_alone(self, student: Student, reference: SimpleNamespace) -> None:
        """The argument is unchanged, whatever the order of its rows."""
        case = asked(reference, self.name, 20, size=4)
        pair = model_pair(student, reference, self.name, case.seed, gain=LIVELY)
        for given, ids in ((case.given, case.ids), (case.given[::-1].copy(), case.ids[::-1])):
            kept = student.put(given)
            check_written(f"{self.name}.generate", pair.yours.call("generate", kept, case.start_id, case.size), ids)
            checks.untouched(f"{self.name}.generate: its first argument", kept, given)
