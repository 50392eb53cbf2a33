"""Assignment 03: reversal_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.plugin import question
from autograder.testing.sequence_models import toy_tasks as toy
from autograder.testing.student import Student


@question(
    "reversal_training", timeout_s=120,
    hint="In learning_curve, what is read backwards when reverse is on, and what when it is off?",
)  # fmt: skip
def test_reversal_training(student: Student, reference: SimpleNamespace) -> None:
    """Under one budget, learning_curve's reversed model repeats words that it never saw, its plain one does not."""
    task = toy.repeating(reference)
    oracle = reference.Seq2seq(*task.shape)
    weights = {}
    for reverse in (True, False):
        seen = toy.first_rows(task.train)
        made = student.keep("train_toy_repeater", task.train, seen, task.vocab_size, reverse, toy.MODEL_SEED)
        where = f"train_toy_repeater with reverse={reverse}: the trained model"
        weights[reverse] = toy.trained_weights(where, made.keep("__getitem__", 0), oracle)
    letters = toy.letters_reached(oracle, weights[True], task.unseen, reverse=True)
    where = "the model trained on reversed words, asked for words that it never saw: its share of right letters"
    checks.at_least(where, letters, toy.REPEATER_LETTERS, "a share of right letters")
    either_way = max(toy.letters_reached(oracle, weights[False], task.unseen, reverse) for reverse in (False, True))
    where = "the model trained on plain words, under the same budget: its share of right letters, read either way"
    checks.at_most(where, either_way, toy.REPEATER_LETTERS, "a share of right letters")
