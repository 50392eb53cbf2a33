"""Assignment 03: reversal_training."""

from __future__ import annotations

from types import SimpleNamespace

from autograder.testing import checks
from autograder.testing.question import question
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.student import Student
from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "reversal_training")


@question(
    "reversal_training", timeout_s=120,
    hint="In learning_curve, what is read backwards when reverse is on, and what when it is off?",
)  # fmt: skip
def test_reversal_training(student: Student, reference: SimpleNamespace) -> None:
    """With the same budget, learning_curve's reversed model repeats unseen words, and its plain model does not."""
    task = toy_tasks.repeating(reference, SETTINGS)
    oracle = reference.Seq2seq(*task.shape)
    weights = {}
    for reverse in (True, False):
        seen = toy_tasks.first_rows(task.train)
        made = student.keep("train_toy_repeater", task.train, seen, task.vocab_size, reverse, SETTINGS.seeds[0])
        label = f"train_toy_repeater with reverse={reverse}: the trained model"
        weights[reverse] = toy_tasks.trained_weights(label, made.keep("__getitem__", 0), oracle)
    letters = toy_tasks.letters_reached(oracle, weights[True], task.unseen, reverse=True)
    label = "the model trained on reversed words, asked for words that it never saw: its share of right letters"
    checks.at_least(label, letters, SETTINGS.threshold, "a share of right letters")
    either_way = max(
        toy_tasks.letters_reached(oracle, weights[False], task.unseen, reverse) for reverse in (False, True)
    )
    label = "the model trained on plain words, under the same budget: its share of right letters, read either way"
    checks.at_most(label, either_way, SETTINGS.threshold, "a share of right letters")
