"""Assignment 01, sampling: next_word_probabilities, generate."""

from __future__ import annotations

import itertools
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array, words
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.sequence_models.model_pair import STATE, ModelPair
from autograder.testing.student import Student

from . import oracle_sampling
from .oracle_generation import (
    AFTER_TWO_WORDS,
    AT_TEMPERATURE,
    FOLLOW,
    FRESH,
    SKIPPING,
    START,
    Scenario,
    exact,
)
from .oracle_rnnlm import check_scores, model_pair
from .oracle_sampling import DRAWS, GAIN, SMALL, of_oracle

LAYERS = ("lstm_forward", "lstm_backward", "time_lstm_forward", "time_lstm_backward", "time_lstm_state")
next_word_probabilities = partial(
    question, "next_word_probabilities", given=("softmax",),
    hint="After each of temperature, skip, top_k, top_p: which words are left, and what do they add up to?",
)  # fmt: skip
generate = partial(
    question, "generate", settable=STATE, given=("softmax", *LAYERS, "rnnlm", "next_word_probabilities"), timeout_s=60,
    hint="Which words has the LSTM read when generate begins, before each draw, and when it is done?",
)  # fmt: skip
# By hand: at temperature 2 these weights become 3, 0.5, 5, 6, 1, 4, 2.
WEIGHTS = np.array([9, 0.25, 25, 36, 1, 16, 4])
LONG, HOT = 60, 3.0  # some word to be cut occurs in such a text almost surely: 1 in 10^8 lacks one
NOTHING_LEFT = {"skip_ids": [0, 1, 2, 3, 4, 5, 6]}


def shares(*weights: float) -> Array:
    """Weights as probabilities."""
    return np.array(weights) / sum(weights)


def check_shares(label: str, student: Student, wanted: Array, **controls: Any) -> None:
    """Check next_word_probabilities of the weights above; words cut have probability exactly 0."""
    p = student.call("next_word_probabilities", np.log(WEIGHTS), **controls)
    checks.values(f"next_word_probabilities {label}", p, wanted)
    cut = np.asarray(p)[wanted == 0]
    if cut.size:
        checks.equal(f"next_word_probabilities {label}: of the words cut", cut.tolist(), [0.0] * cut.size)


@next_word_probabilities(points=2)
def test_next_word_probabilities_temperature(student: Student, reference: SimpleNamespace) -> None:
    """Softmax of scores over temperature, which defaults to 1."""
    check_shares("without controls", student, shares(*WEIGHTS))
    check_shares("at temperature 2", student, shares(3, 0.5, 5, 6, 1, 4, 2), temperature=2.0)
    check_shares("at temperature 0.5", student, shares(*WEIGHTS**2), temperature=0.5)
    scores = hidden_rng(100).standard_normal(11) * 3
    wanted = reference.softmax(scores / 0.7)
    checks.values(
        "next_word_probabilities of 11 scores", student.call("next_word_probabilities", scores, temperature=0.7), wanted
    )


@next_word_probabilities(points=2)
def test_next_word_probabilities_skip(student: Student) -> None:
    """Skipped words have probability 0; the others share the rest."""
    check_shares("with a word skipped", student, shares(9, 0.25, 25, 0, 1, 16, 4), skip_ids=[3])
    check_shares("with three words skipped", student, shares(0, 0.25, 0, 36, 1, 16, 0), skip_ids=[6, 0, 2])
    check_shares("with all words skipped but one", student, shares(0, 0, 0, 0, 1, 0, 0), skip_ids=[0, 1, 2, 3, 5, 6])
    check_shares("with an empty list of words to skip", student, shares(*WEIGHTS), skip_ids=[])


@next_word_probabilities(points=2)
def test_next_word_probabilities_top_k(student: Student) -> None:
    """The k most probable words share everything."""
    check_shares("with top_k 1", student, shares(0, 0, 0, 1, 0, 0, 0), top_k=1)
    check_shares("with top_k 3", student, shares(0, 0, 25, 36, 0, 16, 0), top_k=3)
    for top_k in (7, 100):
        check_shares(f"with top_k {top_k}", student, shares(*WEIGHTS), top_k=top_k)


@next_word_probabilities(points=2)
def test_next_word_probabilities_top_p(student: Student) -> None:
    """The smallest set of words whose mass is at least p shares everything."""
    total = WEIGHTS.sum()
    check_shares("with a small top_p", student, shares(0, 0, 0, 1, 0, 0, 0), top_p=0.01)
    check_shares("with top_p just below the first word", student, shares(0, 0, 0, 1, 0, 0, 0), top_p=35.9 / total)
    check_shares("with top_p just above the first word", student, shares(0, 0, 25, 36, 0, 0, 0), top_p=36.1 / total)
    check_shares("with top_p just above the first three", student, shares(9, 0, 25, 36, 0, 16, 0), top_p=77.1 / total)
    check_shares("with top_p 1", student, shares(*WEIGHTS), top_p=1.0)


@next_word_probabilities(points=3)
def test_next_word_probabilities_order_of_controls(student: Student) -> None:
    """Temperature, skip, top_k, top_p, each applied to the renormalised result of the one before."""
    all_four = {"temperature": 2.0, "skip_ids": [3], "top_k": 4}
    check_shares("with all controls and top_p 0.6", student, shares(0, 0, 5, 0, 0, 4, 0), **all_four, top_p=0.6)
    check_shares("with all controls and top_p 0.7", student, shares(3, 0, 5, 0, 0, 4, 0), **all_four, top_p=0.7)
    check_shares("with skip_ids and top_k", student, shares(0, 0, 25, 0, 0, 16, 0), skip_ids=[3], top_k=2)
    check_shares("with skip_ids and top_p", student, shares(0, 0, 25, 0, 0, 16, 0), skip_ids=[3], top_p=0.7)
    check_shares("with temperature and top_p", student, shares(0, 0, 5, 6, 0, 4, 0), temperature=2.0, top_p=0.6)


@next_word_probabilities(points=1)
def test_next_word_probabilities_of_equal_words(student: Student) -> None:
    """A mass equal to top_p is enough; any of equally probable words may be kept."""
    for size, top_p, kept in ((4, 0.5, 2), (8, 0.75, 6), (2, 0.5, 1)):
        label = f"next_word_probabilities of {size} equal scores with top_p {top_p}"
        p = array(label, student.call("next_word_probabilities", np.zeros(size), top_p=top_p), (size,))
        checks.values(f"{label}, in order of size", np.sort(p), shares(*[0.0] * (size - kept), *[1.0] * kept))


@next_word_probabilities(points=1)
def test_next_word_probabilities_dtype_and_input(student: Student, reference: SimpleNamespace) -> None:
    """The dtype of the scores is kept, and the scores are unchanged."""
    for dtype in (np.float32, np.float64):
        scores = np.log(WEIGHTS).astype(dtype)
        kept = student.put(scores)
        controls: dict[str, Any] = {"temperature": 2.0, "skip_ids": [3], "top_k": 4, "top_p": 0.6}
        label = f"next_word_probabilities of {dtype.__name__} scores"
        p = student.call("next_word_probabilities", kept, **controls)
        checks.values(label, p, shares(0, 0, 5, 0, 0, 4, 0).astype(dtype), dtype=dtype)
        checks.untouched("next_word_probabilities: its argument scores", kept, scores)


@next_word_probabilities(points=2)
def test_next_word_probabilities_refuses(student: Student) -> None:
    """temperature <= 0, top_k < 1, top_p outside (0, 1], nothing left: ValueError."""
    check_shares("at temperature 2", student, shares(3, 0.5, 5, 6, 1, 4, 2), temperature=2.0)
    bad: list[dict[str, Any]] = [{"temperature": 0.0}, {"temperature": -1.0}, {"top_k": 0}, {"top_k": -1}]
    bad += [{"top_p": 0.0}, {"top_p": -0.1}, {"top_p": 1.1}, NOTHING_LEFT]
    for controls in bad:
        asked = ", ".join(f"{name}={value}" for name, value in controls.items())
        label = f"next_word_probabilities of 7 scores with {asked}"
        checks.raises(
            label, "ValueError", partial(student.call, "next_word_probabilities", np.log(WEIGHTS), **controls)
        )


def generator(student: Student, reference: SimpleNamespace, seed: int) -> ModelPair:
    """The student's RnnlmGen and the oracle's, with weights that make every word read matter."""
    return model_pair(student, reference, "RnnlmGen", SMALL, seed, gain=GAIN)


def check_distribution(student: Student, reference: SimpleNamespace, scenario: Scenario) -> None:
    """Test texts of three words against their exact probabilities."""
    case = scenario.telling(reference)
    pair, label = generator(student, reference, case.seed), f"RnnlmGen.generate of 3 words, {DRAWS} times, {case.name}"
    seen = oracle_sampling.count_texts(
        label, pair, student.rng(case.seed), DRAWS, case.before, START, FOLLOW, **case.asked
    )
    oracle_sampling.check_texts(f"{label}: how often each text comes", seen, exact(reference, case))


@generate(points=3)
def test_generate_distribution(student: Student, reference: SimpleNamespace) -> None:
    """Texts of three words occur with their exact probabilities, from a fresh state and from another."""
    check_distribution(student, reference, FRESH)
    check_distribution(student, reference, AFTER_TWO_WORDS)


@generate(points=2)
def test_generate_distribution_with_temperature(student: Student, reference: SimpleNamespace) -> None:
    """The temperature reaches every draw."""
    check_distribution(student, reference, AT_TEMPERATURE)


@generate(points=2)
def test_generate_distribution_with_skipped_words(student: Student, reference: SimpleNamespace) -> None:
    """At every step, skipped words never follow and the others share the rest."""
    check_distribution(student, reference, SKIPPING)


@generate(points=3)
def test_generate_most_probable_words(student: Student, reference: SimpleNamespace) -> None:
    """With top_k 1 only one text is possible: the initial state is not reset, and every word written is read."""
    texts = set()
    for seed in range(127, 139):
        pair = generator(student, reference, seed)
        before, size = [[], [3], [2, 4]][seed % 3], 2 + seed % 5
        for call in (pair.yours.call, of_oracle(pair.oracle)):
            oracle_sampling.read_before(call, before)
        wanted = greedy(reference, pair.oracle, seed % SMALL.V, size)
        label = f"RnnlmGen.generate of {size} words with top_k=1, after {len(before)} words were read"
        text = pair.yours.call("generate", seed % SMALL.V, sample_size=size, rng=student.rng(seed), top_k=1)
        checks.equal(label, words(label, text), wanted)
        texts.add(tuple(wanted[1:]))
    assert len(texts) > 6, "the oracle's texts hardly vary"


def greedy(reference: SimpleNamespace, oracle: Any, start: int, size: int) -> list[int]:
    """The text of the most probable words, each clearly ahead of the second."""
    text = [start]
    while len(text) < size:
        p = oracle_sampling.next_distribution(reference, oracle, text[-1])
        second, first = np.sort(p)[-2:]
        assert first - second > 2e-3, "two words are nearly as probable"
        text.append(int(np.argmax(p)))
    return text


@generate(points=1)
def test_generate_keeps_to_the_likeliest_words(student: Student, reference: SimpleNamespace) -> None:
    """top_k and top_p reach every draw. (The allowed mass is a little larger, for rounding.)"""
    for seed, controls, allowed in ((160, {"top_k": 2}, {"top_k": 2}), (161, {"top_p": 0.5}, {"top_p": 0.501})):
        pair = generator(student, reference, seed)
        label = f"RnnlmGen.generate of {LONG} words with {controls}"
        asked: dict[str, Any] = {"sample_size": LONG, "rng": student.rng(seed), "temperature": HOT, **controls}
        text = words(label, pair.yours.call("generate", 1, **asked))
        checks.equal(f"{label}: its length", len(text), LONG)
        checks.equal(f"{label}: words that are not in the vocabulary", len(set(text) - set(range(SMALL.V))), 0)
        strange = 0
        for word, following in itertools.pairwise(text):
            p = oracle_sampling.next_distribution(reference, pair.oracle, word, temperature=HOT)
            kept = p[reference.next_word_probabilities(np.log(p), **allowed) > 0]
            strange += p[following] < kept.min() - 1e-4
        checks.equal(f"{label}: words that should have been cut", int(strange), 0)


@generate(points=3)
def test_generate_leaves_the_state_behind(student: Student, reference: SimpleNamespace) -> None:
    """Every word written has been read exactly once, except the last one."""
    for seed in range(130, 142):
        pair = generator(student, reference, seed)
        start, size = seed % SMALL.V, 1 + seed % 6
        check_text_and_state(student, pair, seed, start, size, skip_ids=[start, (start + 1) % SMALL.V])


def check_text_and_state(
    student: Student, pair: ModelPair, seed: int, start: int, size: int, **asked: Any
) -> list[int]:
    """Check that the text begins with `start`, skips words as asked, is read except its last word; return it."""
    label = f"RnnlmGen.generate of {size} word{'s' if size > 1 else ''}"
    text = words(label, pair.yours.call("generate", start, sample_size=size, rng=student.rng(seed), **asked))
    checks.equal(f"{label}: its length", len(text), size)
    checks.equal(f"{label}: its first word", text[0], start)
    followed = set(text[1:]) & set(asked.get("skip_ids", ()))
    checks.equal(f"{label}: how many of the skipped words follow", len(followed), 0)
    for word in text[:-1]:
        pair.oracle.predict(np.array([[word]]))
    check_scores(f"{label}: the scores that predict gives next", pair, np.array([[(start + 2) % SMALL.V]]))
    return text


@generate(points=1)
def test_generate_draws_from_rng(student: Student, reference: SimpleNamespace) -> None:
    """The same rng gives the same text, another rng another one; rng may be omitted."""
    texts = []
    for seed in (150, 150, 151):
        pair = generator(student, reference, 150)
        texts.append(check_text_and_state(student, pair, seed, 1, 40, temperature=10.0))
    checks.equal("RnnlmGen.generate twice with the same rng: the second text", texts[1], texts[0])
    if texts[2] == texts[0]:
        raise CheckFailed(
            "RnnlmGen.generate with another rng: 40 words at temperature 10", "the same text", "another text"
        )
    written = words("RnnlmGen.generate without rng", generator(student, reference, 150).yours.call("generate", 1))
    checks.equal("RnnlmGen.generate without rng and sample_size: its length", len(written), 100)
