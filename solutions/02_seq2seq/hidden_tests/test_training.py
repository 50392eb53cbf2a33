"""Assignment 02: seq2seq_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.sequence_models.remote_training import model_class, trained_here
from autograder.testing.student import Student
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "seq2seq_training")


@question(
    "seq2seq_training", timeout_s=120,
    hint="Which of the checks above does your model pass alone: loss, gradients, generate?",
)  # fmt: skip
def test_seq2seq_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own pieces, trained on small sums, know sums that they never saw."""
    task = toy_tasks.adding(reference, SETTINGS)
    train = trained_here(reference.train_toy_adder, "Seq2seq", model_class(student, "Seq2seq", reference.Seq2seq))
    model = train(*task.train, task.vocab_size, SETTINGS.seeds[0])
    oracle = reference.Seq2seq(*task.shape)
    label = "the trained Seq2seq on sums that it never saw: its exact match"
    checks.at_least(
        label, toy_tasks.reached(oracle, model.params, task.unseen), SETTINGS.threshold, "a share of right answers"
    )
