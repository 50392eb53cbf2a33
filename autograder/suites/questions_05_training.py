"""Assignment 05: attention_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder import checks
from autograder.plugin import question
from autograder.student import Student
from autograder.suites import oracles_toy_tasks as toy


@question(
    "attention_training", timeout_s=120, training=True,
    hint="Do gradients come back through the weighted sum and through the weights, to the encoder and to the decoder?",
)  # fmt: skip
def test_attention_training(student: Student, reference: SimpleNamespace) -> None:
    """The student's own pieces write dates of days that they never saw."""
    task = toy.dating(reference)
    model = student.keep("train_toy_dates", *task.train, task.vocab_size, toy.MODEL_SEED)
    oracle = reference.AttentionSeq2seq(*task.shape)
    weights = toy.trained_weights("the trained AttentionSeq2seq", model, oracle)
    where = "the trained AttentionSeq2seq on days that it never saw: its exact match"
    checks.at_least(where, toy.reached(oracle, weights, task.unseen, reverse=True), toy.DATES_REACHES,
                    "a share of right answers")  # fmt: skip
