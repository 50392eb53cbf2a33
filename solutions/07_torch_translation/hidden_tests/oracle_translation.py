"""A small translation task: the grader trains a Translator and counts what it gets right on unseen phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import sacrebleu

from autograder.testing.training_settings import training_settings

SETTINGS = training_settings(__file__, "translation_training")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Task:
    """Phrases of common words.

    learned, unseen   pairs of English and French; nothing that an unseen phrase is about is in a learned one
    words             the Vocabulary of each side of the learned pairs
    """

    learned: list[Pair]
    unseen: list[Pair]
    words: tuple[Any, Any]


def task(reference: SimpleNamespace, seed: int = SETTINGS.seed) -> Task:
    """The phrases that a training with this seed learns, and those that it is judged by."""
    train, _, test = reference.load_phrases("french")
    split = reference.Vocabulary([]).split
    common = [_common(split, side) for side in zip(*train, strict=True)]
    candidates, unseen = (
        [pair for pair in pairs if all(words.issuperset(split(text)) for words, text in zip(common, pair, strict=True))]
        for pairs in (train, test)
    )
    order = np.random.default_rng(seed).permutation(len(candidates))[: SETTINGS.learned]
    learned = [candidates[place] for place in order]
    source_words, target_words = (reference.Vocabulary(side) for side in zip(*learned, strict=True))
    return Task(learned, unseen[: SETTINGS.unseen], (source_words, target_words))


def _common(split: Callable[[str], list[str]], texts: tuple[str, ...]) -> set[str]:
    counts = Counter(word for text in texts for word in split(text))
    return {word for word, _ in counts.most_common(SETTINGS.words)}


def new_translator(reference: SimpleNamespace, asked: Task, seed: int = SETTINGS.seed) -> Any:
    """The reference's Translator for a task, its weights drawn from the seed."""
    return reference.make_translator(*asked.words, seed, SETTINGS.embedding_size, SETTINGS.hidden_size)


def train(reference: SimpleNamespace, model: Any, asked: Task, seed: int = SETTINGS.seed) -> None:
    """Train a model in the notebook's way: buckets, Adam with a falling rate, clipping."""
    settings = {"rate": SETTINGS.rate, "progress": False}
    reference.train_translator(model, asked.learned, *asked.words, seed, SETTINGS.epochs, **settings)


def reached(reference: SimpleNamespace, model: Any, asked: Task) -> float:
    """chrF by sacrebleu, 0 to 100, of the model's greedy translations of the unseen phrases."""
    source_words, target_words = asked.words
    hypotheses = reference.translate(model, [english for english, _ in asked.unseen], source_words, target_words)
    wanted = [" ".join(target_words.split(french)) for _, french in asked.unseen]
    return float(sacrebleu.corpus_chrf(hypotheses, [wanted]).score)
