"""Assignment 05: attention_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.sequence_models.remote_training import model_class, trained_here
from autograder.testing.student import Student
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "attention_training")


@question(
    "attention_training", timeout_s=120,
    hint="Do gradients come back through the weighted sum and through the weights, to the encoder and to the decoder?",
)  # fmt: skip
def test_attention_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own pieces write dates of days that they never saw.

    Once in a while a right answer does not get there; so where the first training falls short, a second one decides.
    """
    task, share = toy_tasks.dating(reference, SETTINGS), 0.0
    oracle, name = reference.AttentionSeq2seq(*task.shape), "AttentionSeq2seq"
    train = trained_here(reference.train_toy_dates, name, model_class(student, name, reference.AttentionSeq2seq))
    for seed in SETTINGS.seeds:
        model = train(*task.train, task.vocab_size, seed)
        share = max(share, toy_tasks.reached(oracle, model.params, task.unseen, reverse=True))
        if share >= SETTINGS.threshold:
            break
    label = "the trained AttentionSeq2seq on days that it never saw: its exact match, the better one of two trainings"
    checks.at_least(label, share, SETTINGS.threshold, "a share of right answers")
