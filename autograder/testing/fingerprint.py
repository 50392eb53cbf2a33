"""The fingerprint of a wrong answer: a digest of what it gave to the tests of its question.

Two answers with the same mistake give the same wrong values, however they are written, and so get the same messages.
What depends on the way of writing is left out: the text of exceptions, and digits that rounding in another order moves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from autograder import errors
from autograder.testing.plugin import Outcome

DIGITS = 3  # of every number in a message
NOISE = 1e-9  # a number below it is what cancellation leaves of 0
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*\w)")
EXCEPTION = re.compile(r"\b(\w*(?:Error|Exception|Warning|Exit|Interrupt|StopIteration)): .*")


def fingerprint(outcomes: Sequence[Outcome]) -> str:
    """The digest of one question's outcomes, 16 hex digits; "" if there is too little to know a mistake by.

    That is so where every test passed, where one could not be judged or ran out of time or memory, and where all that
    came back was exceptions.
    """
    failed = [outcome for outcome in outcomes if not outcome.passed]
    telling = [outcome for outcome in failed if not outcome.message.startswith(errors.RAISED)]
    if not telling or any(outcome.fault or outcome.reason != "wrong" for outcome in failed):
        return ""
    lines = sorted(f"{outcome.test}\n{_plain(outcome.message)}" for outcome in failed)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _plain(message: str) -> str:
    """A message without the text of exceptions, its numbers rounded."""
    return NUMBER.sub(_rounded, EXCEPTION.sub(r"\1", message))


def _rounded(number: re.Match[str]) -> str:
    value = float(number.group())
    return "0" if abs(value) < NOISE else f"{value:.{DIGITS}g}"
