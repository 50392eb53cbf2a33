"""Assignment 04: peeky_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.sequence_models.remote_training import model_class
from autograder.testing.student import Student
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "peeky_training")


@question(
    "peeky_training", timeout_s=120,
    hint="By how many ways does h reach the scores, and does each of them come back in backward?",
)  # fmt: skip
def test_peeky_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own pieces repeat long words that they never saw; a plain decoder does not come that far."""
    task = toy_tasks.repeating(reference, SETTINGS)
    peeky = model_class(student, "PeekySeq2seq", reference.PeekySeq2seq)
    model = reference.train_toy_repeater(peeky, *task.train, task.vocab_size, SETTINGS.seeds[0])
    oracle = reference.PeekySeq2seq(*task.shape)
    label = "the trained PeekySeq2seq on words that it never saw: its exact match"
    share = toy_tasks.reached(oracle, model.params, task.unseen, reverse=True)
    checks.at_least(label, share, SETTINGS.threshold, "a share of right answers")
