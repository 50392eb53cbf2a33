"""A trained language model's knowledge of the toy grammar, measured on unseen text.

The student's model is trained in the grader's own loop and judged by its weights: these are put into the grader's
own model, which reads the unseen text. So no prediction is taken on trust.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.sequence_models.remote_training import model_class, trained_here
from autograder.testing.student import Student
from autograder.testing.training_settings import training_settings

from .oracle_perplexity import log_softmax

SETTINGS = training_settings(__file__, "rnnlm_training")

TRAINING_WORDS = SETTINGS.train_words
TRAINING_SEED, UNSEEN_SEED, MODEL_SEED = SETTINGS.train_seed, SETTINGS.unseen_seed, SETTINGS.seeds[0]
ROWS, STEPS = SETTINGS.unseen_rows, SETTINGS.unseen_steps
WORDVEC_SIZE, HIDDEN_SIZE = 24, 48  # those of train_toy_rnnlm
FACTOR = SETTINGS.threshold


@dataclass(frozen=True)
class Unseen:
    """Texts (ROWS, STEPS), each from the start of a sentence, and the true surprise of all words but the first."""

    texts: Array
    true: Array


def training_corpus(reference: SimpleNamespace) -> Array:
    """The training text: ids (TRAINING_WORDS,)."""
    corpus: Array = reference.ToyGrammar().sample(TRAINING_WORDS, np.random.default_rng(TRAINING_SEED))
    return corpus


def unseen(reference: SimpleNamespace) -> Unseen:
    """The text to judge by."""
    grammar, rng = reference.ToyGrammar(), np.random.default_rng(UNSEEN_SEED)
    texts = np.stack([grammar.sample(STEPS, rng) for _ in range(ROWS)])
    return Unseen(texts, np.stack([grammar.surprise(text)[1:] for text in texts]))


def surprise(predict: Callable[[Array], Array], texts: Array) -> Array:
    """Minus the log of the model's probability of each word but the first, (ROWS, STEPS - 1), in nats.

    predict   ids (ROWS, 1) -> scores (ROWS, 1, V); the model carries its state on
    """
    columns = []
    for t in range(texts.shape[1] - 1):
        logs = log_softmax(predict(texts[:, t : t + 1]).astype(np.float64))[:, 0]
        columns.append(-logs[np.arange(len(texts)), texts[:, t + 1]])
    return np.stack(columns, axis=1)


def ratio(received: Array, text: Unseen) -> float:
    """The model's perplexity over that of the true probabilities, on the same words: 1 is the optimum."""
    return float(np.exp(np.mean(received - text.true)))


def ratio_reached(reference: SimpleNamespace, weights: Sequence[Array], text: Unseen) -> float:
    """`ratio` of the grader's own model with these weights, which are of an Rnnlm of train_toy_rnnlm's sizes."""
    oracle = reference.Rnnlm(reference.ToyGrammar().vocab_size, WORDVEC_SIZE, HIDDEN_SIZE)
    for mine, trained in zip(oracle.params, weights, strict=True):
        mine[...] = trained
    return ratio(surprise(oracle.predict, text.texts), text)


def check_trained(student: Student, reference: SimpleNamespace) -> None:
    """Train the student's own pieces, then judge the weights by the unseen text, in the grader's own model."""
    vocab_size, name = reference.ToyGrammar().vocab_size, "Rnnlm"
    train = trained_here(reference.train_toy_rnnlm, name, model_class(student, name, reference.Rnnlm))
    trained = train(training_corpus(reference), vocab_size, MODEL_SEED)
    label = "the trained Rnnlm on unseen text: its perplexity over the best possible one"
    checks.at_most(label, ratio_reached(reference, trained.params, unseen(reference)), FACTOR, "a ratio")
