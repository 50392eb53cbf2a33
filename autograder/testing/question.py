"""The question that a hidden test belongs to: marked on a function, or inherited with a class of tests.

@question("lstm_forward", points=3, given=["softmax"], hint="Which slice of A is the forget gate?")
def test_values(student, reference): ...

class TestEncoder(EncoderQuestions):
    name = "Encoder"
    forward = Question("encoder_forward", hint="Which of the hidden states is h?")
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

DEFAULT_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Question:
    """The facts about a question, as stated by one of its tests.

    points      the test's share of the question, against the shares of the question's other tests
    given       ids of the questions it builds on; the reference stands in for those that are wrong
    settable    attributes that the student's code may set on the reference's objects that stand in
    timeout_s   seconds for the answers to all tests of the question together, the largest value stated by any of them;
                time spent waiting for a core does not count
    hint        shown to the student when the test fails: a question to think about, never the answer
    """

    id: str
    points: float = 1
    given: Sequence[str] = ()
    settable: Sequence[str] = ()
    timeout_s: float = DEFAULT_TIMEOUT_S
    hint: str = ""

    def __post_init__(self) -> None:
        if not (0 < self.points < math.inf and self.timeout_s > 0):
            raise ValueError(
                f"{self.id}: points and timeout_s are positive numbers, not {self.points}, {self.timeout_s}"
            )


def question(id: str, **fields: Any) -> pytest.MarkDecorator:
    """Mark a test as belonging to question `id`; the fields are those of `Question`."""
    return pytest.mark.question(Question(id, **fields))


class Questions:
    """Tests to inherit: a method marked by `asks` belongs to the Question that the subclass has for its role.

    name     the name of what the student defines
    points   shares that differ from those of the inherited tests, by the name of the test

    A subclass leaves out an inherited test that would be wrong for it by setting it to None.
    """

    name = ""
    points: ClassVar[Mapping[str, float]] = {}


def asks(role: str, points: float = 1, before: str = "") -> pytest.MarkDecorator:
    """Mark a method of `Questions` as a test in a role: the attribute of its class that holds the Question.

    before   the inherited test that it precedes, since feedback shows the first failures; "": it comes after them all
    """
    return pytest.mark.asks(role, points, before=before)


def question_of(item: pytest.Item) -> Question:
    """The question a test belongs to; pytest.UsageError if none is stated."""
    marker, role = item.get_closest_marker("question"), item.get_closest_marker("asks")
    cls: type | None = getattr(item, "cls", None)
    if marker is not None:
        asked: Question = marker.args[0]
        return asked
    if role is None or cls is None:
        raise pytest.UsageError(f"{item.nodeid} belongs to no question: mark it with @question(...)")
    return question_in_role(cls, getattr(item, "originalname", item.name), *role.args)


def in_stated_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Move each test that states what it precedes to that place; pytest.UsageError if its class lacks that test."""
    ordered = list(items)
    for item in items:
        role = item.get_closest_marker("asks")
        before: str = role.kwargs["before"] if role is not None else ""
        if before:
            ordered.remove(item)
            ids = [other.nodeid.partition("[")[0] for other in ordered]
            follower = f"{item.nodeid.partition('[')[0].rpartition('::')[0]}::{before}"
            if follower not in ids:
                raise pytest.UsageError(f"{item.nodeid} is to precede {before}, which its class does not test")
            ordered.insert(ids.index(follower), item)
    return ordered


def question_in_role(cls: type, test: str, role: str, points: float) -> Question:
    """The Question that a class has for the role of one of its tests, with the points of that test.

    Raises pytest.UsageError if the class lacks a name or that Question, or gives points to a test that it lacks.
    """
    if not issubclass(cls, Questions) or not cls.name:
        raise pytest.UsageError(f"{cls.__name__} has no name: it is to inherit from Questions and to set `name`")
    asked = getattr(cls, role, None)
    if not isinstance(asked, Question):
        raise pytest.UsageError(f"{cls.__name__}.{test} asks for {role!r}: {cls.__name__}.{role} is no Question")
    unknown = [name for name in cls.points if not callable(getattr(cls, name, None))]
    if unknown:
        raise pytest.UsageError(f"{cls.__name__} has no test {', '.join(unknown)} to give points to")
    return replace(asked, points=cls.points.get(test, points))
