"""The answers of a scripted model, by plain enumeration, and what is true of every beam."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks import comparison_count
from autograder.testing.checks.plain_values import described, short
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor

from .oracle_scripted import EOS, Oracle, every_answer

Beam = list[tuple[float, list[int]]]
CLOSE = 2e-4  # of two scores in float32, beside which their order is free


def log_p(oracle: Oracle, row: int, tokens: Sequence[int]) -> float:
    """The log-probability of an answer, EOS included if it ends with one."""
    return float(sum(oracle.next_log_p(row, tokens[:t])[id] for t, id in enumerate(tokens)))


def greedy(oracle: Oracle, row: int, max_length: int) -> list[int]:
    """The greedy answer, without EOS."""
    ids: list[int] = []
    while len(ids) < max_length:
        best = int(oracle.next_log_p(row, ids).argmax())
        if best == EOS:
            break
        ids.append(best)
    return ids


def score(oracle: Oracle, row: int, ids: Sequence[int], max_length: int, penalty: float) -> float:
    """The score of an answer without its EOS: one of fewer than `max_length` ids had one."""
    tokens = [*ids, EOS] if len(ids) < max_length else list(ids)
    return log_p(oracle, row, tokens) / float(len(tokens) ** penalty)


def ranked(oracle: Oracle, row: int, max_length: int, penalty: float) -> Beam:
    """All answers of at most `max_length` tokens, best first: (score, ids without EOS)."""
    answers = every_answer(oracle.V, max_length)
    scored = [(log_p(oracle, row, ids) / len(ids) ** penalty, [id for id in ids if id != EOS]) for ids in answers]
    return sorted(scored, reverse=True)


def beams_of(label: str, yours: Any, rows: int) -> list[Beam]:
    """What came back, as a beam for each row: pairs of a float and a list of ids."""
    if type(yours) not in (list, tuple) or len(yours) != rows:
        raise CheckFailed(label, described(yours), f"a list of {rows} lists, one for each source")
    return [_beam(f"{label}, source {row}", one) for row, one in enumerate(yours)]


def _beam(label: str, yours: Any) -> Beam:
    wanted = "pairs (score, ids), a float and a list of int"
    if type(yours) not in (list, tuple) or not yours:
        raise CheckFailed(label, described(yours), f"a list of {wanted}")
    for place, pair in enumerate(yours):
        if type(pair) not in (list, tuple) or len(pair) != 2:
            raise CheckFailed(f"{label}, answer {place}", described(pair), wanted)
        if not isinstance(pair[0], float) or type(pair[1]) not in (list, tuple):
            raise CheckFailed(f"{label}, answer {place}", f"{described(pair[0])} and {described(pair[1])}", wanted)
        require_plain(f"{label}, answer {place}", pair[1])
    return [(float(pair[0]), list(pair[1])) for pair in yours]


def require_plain(label: str, ids: Any) -> list[int]:
    """The ids, if they are a list of plain ints."""
    comparison_count.note()
    if type(ids) not in (list, tuple):
        raise CheckFailed(label, described(ids), "a list of int")
    for id in ids:
        if type(id) is not int:
            raise CheckFailed(label, f"a list that holds {described(id)}", "a list of plain ints")
    return list(ids)


def check_all(label: str, beam: Beam, oracle: Oracle, row: int, max_length: int, penalty: float) -> None:
    """Check that a beam holds every answer, each with its score, best first."""
    wanted = ranked(oracle, row, max_length, penalty)
    mine = sorted(tuple(ids) for _, ids in beam)
    theirs = sorted(tuple(ids) for _, ids in wanted)
    missing, extra = sorted(set(theirs) - set(mine)), sorted(set(mine) - set(theirs))
    comparison_count.note()
    if missing or extra:
        lacks = f"{len(missing)} answers are not there, such as {list(missing[0])}" if missing else ""
        excess = f"{len(extra)} are no answers, such as {list(extra[0])}" if extra else ""
        raise CheckFailed(label, "; ".join(filter(None, (lacks, excess))), f"all {len(theirs)} answers, and no others")
    check_beam(label, beam, oracle, row, len(wanted), max_length, penalty)


def check_beam(
    label: str, beam: Beam, oracle: Oracle, row: int, beam_size: int, max_length: int, penalty: float
) -> None:
    """Check what is true of every beam: its size, answers that are possible and distinct, their scores, their order."""
    checks.at_most(f"{label}: answers", len(beam), beam_size, "a number")
    seen: set[tuple[int, ...]] = set()
    for place, (_, ids) in enumerate(beam):
        _require_possible(f"{label}, answer {place}", ids, oracle.V, max_length)
        if tuple(ids) in seen:
            raise CheckFailed(f"{label}, answer {place}", f"{ids} a second time", "answers that are all different")
        seen.add(tuple(ids))
    wanted = [score(oracle, row, ids, max_length, penalty) for _, ids in beam]
    for place, ((mine, ids), theirs) in enumerate(zip(beam, wanted, strict=True)):
        checks.values(f"{label}, answer {place}, {ids}: its score", mine, theirs, rtol=CLOSE, atol=CLOSE / 10)
    comparison_count.note()
    for place in range(1, len(beam)):
        if wanted[place] - wanted[place - 1] > CLOSE * max(1.0, abs(wanted[place])):
            pair = f"{short(beam[place - 1][0])} before {short(beam[place][0])}"
            raise CheckFailed(f"{label}: the order of the scores", pair, "the best first")


def _require_possible(label: str, ids: Sequence[int], V: int, max_length: int) -> None:
    """Require ids of the vocabulary, without EOS, no more than `max_length`."""
    comparison_count.note()
    if EOS in ids:
        raise CheckFailed(label, f"{list(ids)}, with EOS ({EOS}) in it", "ids without EOS")
    if len(ids) > max_length:
        raise CheckFailed(label, f"{len(ids)} ids", f"at most {max_length}")
    if any(not 0 <= id < V for id in ids):
        raise CheckFailed(label, f"{list(ids)}", f"ids from 0 to {V - 1}")


def check_gradients_are_on(label: str, student: Student) -> None:
    """Check that what is computed in the student's process afterwards still gets a graph."""
    leaf = student.put(Tensor(np.ones(2), requires_grad=True))
    checks.equal(f"{label}: whether gradients are on again after it", leaf.keep("mul", 2.0).get("requires_grad"), True)
