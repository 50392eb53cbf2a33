"""How well a trained language model knows the toy grammar, measured on text that it never saw.

The unseen text goes over one column at a time, and the answer for a column is received before the next one leaves: a
model cannot know what comes. What it says is turned into surprise here, in the grader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from autograder import checks
from autograder.errors import CheckFailed
from autograder.student import Student
from autograder.suites.oracles_perplexity import log_softmax
from autograder.suites.received import Array, array

TRAINING_WORDS = 20_000
TRAINING_SEED, UNSEEN_SEED, MODEL_SEED = 201, 202, 203
ROWS, STEPS = 64, 120
# calibration/rnnlm_training.md: where the threshold stands between right and wrong answers, and how surely
FACTOR = 1.03
# A predictor that does not see the future saves more than s nats in all over the true probabilities with probability
# below exp(-s), whatever it does (Markov's inequality for the likelihood ratio, whose mean is 1).
MOST_NATS_SAVED = float(np.log(1e7))


@dataclass(frozen=True)
class Unseen:
    """Texts (ROWS, STEPS), each from the start of a sentence, and the true surprise of their words but the first."""

    texts: Array
    true: Array


def training_corpus(reference: SimpleNamespace) -> Array:
    """The text to train on: ids (TRAINING_WORDS,)."""
    corpus: Array = reference.ToyGrammar().sample(TRAINING_WORDS, np.random.default_rng(TRAINING_SEED))
    return corpus


def unseen(reference: SimpleNamespace) -> Unseen:
    """The text to judge by."""
    grammar, rng = reference.ToyGrammar(), np.random.default_rng(UNSEEN_SEED)
    texts = np.stack([grammar.sample(STEPS, rng) for _ in range(ROWS)])
    return Unseen(texts, np.stack([grammar.surprise(text)[1:] for text in texts]))


def surprise(predict: Callable[[Array], Array], texts: Array) -> Array:
    """-log of the probability that a model gave to each word but the first, (ROWS, STEPS - 1), in nats.

    predict   ids (ROWS, 1) -> scores (ROWS, 1, V); the model carries its state on
    """
    columns = []
    for t in range(texts.shape[1] - 1):
        logs = log_softmax(predict(texts[:, t : t + 1]).astype(np.float64))[:, 0]
        columns.append(-logs[np.arange(len(texts)), texts[:, t + 1]])
    return np.stack(columns, axis=1)


def ratio(received: Array, text: Unseen) -> float:
    """The model's perplexity over that of the true probabilities, on the same words: 1 is the best there is."""
    return float(np.exp(np.mean(received - text.true)))


def check_trained(student: Student, reference: SimpleNamespace) -> None:
    """Train the student's own pieces, then judge the model by the unseen text."""
    vocab_size = reference.ToyGrammar().vocab_size
    model = student.keep("train_toy_rnnlm", training_corpus(reference), vocab_size, MODEL_SEED)
    model.call("reset_state")
    text = unseen(reference)

    def predict(xs: Array) -> Array:
        scores = array("the trained model's predict", model.call("predict", xs), (*xs.shape, vocab_size))
        if not np.isfinite(scores).all():
            raise CheckFailed("the trained model's predict", "scores that are not finite", "finite scores")
        return scores

    received = surprise(predict, text.texts)
    where = "the trained Rnnlm on unseen text: its perplexity over the best possible one"
    checks.at_most(where, ratio(received, text), FACTOR, "a ratio")
    saved = float(np.sum(text.true - received))
    where = "the trained Rnnlm on unseen text: how much less surprised it is than the true probabilities allow"
    checks.at_most(where, saved, MOST_NATS_SAVED, "a saving in nats")
