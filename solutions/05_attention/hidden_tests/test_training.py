"""Assignment 05: attention_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.plugin import question
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.sequence_models.remote_training import model_class, trained_here
from autograder.testing.student import Student


@question(
    "attention_training", timeout_s=120,
    hint="Do gradients come back through the weighted sum and through the weights, to the encoder and to the decoder?",
)  # fmt: skip
def test_attention_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own pieces write dates of days that they never saw.

    Once in a while a right answer does not get there; so where the first training falls short, a second one decides.
    """
    task, share = toy_tasks.dating(reference), 0.0
    oracle, name = reference.AttentionSeq2seq(*task.shape), "AttentionSeq2seq"
    train = trained_here(reference.train_toy_dates, name, model_class(student, name, reference.AttentionSeq2seq))
    for seed in toy_tasks.DATES_SEEDS:
        model = train(*task.train, task.vocab_size, seed)
        share = max(share, toy_tasks.reached(oracle, model.params, task.unseen, reverse=True))
        if share >= toy_tasks.DATES_REACHES:
            break
    label = "the trained AttentionSeq2seq on days that it never saw: its exact match, the better one of two trainings"
    checks.at_least(label, share, toy_tasks.DATES_REACHES, "a share of right answers")
