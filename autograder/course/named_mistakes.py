"""The file of named mistakes of an assignment: what each known mistake gives to the tests of its question.

`solutions/<id>/submissions/named_mistakes.json` holds under `known`, question by question, the mistake in words and the
fingerprints (`autograder.testing.fingerprint`) of an answer with it, one for each variant of the hidden inputs, if they
differ. Beside it stands how well naming went when the file was made.
"""

from __future__ import annotations

import json
from typing import Any

from autograder.course.assignments import Assignment
from autograder.errors import TaskError


def read_named_mistakes(assignment: Assignment) -> dict[str, dict[str, str]]:
    """Question id -> fingerprint -> mistake in words; empty if there is no file. Raises TaskError for a damaged one."""
    try:
        return {
            question: {fingerprint: mistake for mistake, fingerprints in known.items() for fingerprint in fingerprints}
            for question, known in named_mistakes_file(assignment).get("known", {}).items()
        }
    except (AttributeError, TypeError):
        raise _damaged(assignment) from None


def named_mistakes_file(assignment: Assignment) -> dict[str, Any]:
    """The whole file as data; {} if there is none. Raises TaskError for one that is not JSON."""
    path = assignment.named_mistakes
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise _damaged(assignment) from None
    if not isinstance(data, dict):
        raise _damaged(assignment)
    return data


def _damaged(assignment: Assignment) -> TaskError:
    name = assignment.named_mistakes.name
    return TaskError(f"{name} of {assignment.id} is damaged: python -m autograder mistakes {assignment.id} mends it")
