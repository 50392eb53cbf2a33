"""The options of a grading."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.sandbox.box import Limits
from autograder.sandbox.own_files import NONE, OwnFiles


@dataclass(frozen=True)
class Options:
    """Options of one grading.

    assignment  the id it should be; None: recognise it
    questions   ids to grade; None: all
    training    whether training questions are graded
    confined    whether bubblewrap is used
    own_files   files that the student handed in beside the notebook
    variant     the variant of the hidden inputs; None: the one that the file meets (`variants`)
    """

    assignment: str | None = None
    questions: frozenset[str] | None = None
    training: bool = True
    confined: bool = True
    limits: Limits = field(default_factory=Limits)
    own_files: OwnFiles = NONE
    variant: int | None = None
