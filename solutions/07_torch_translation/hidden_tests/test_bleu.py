"""Assignment 07, BLEU: corpus_bleu.

What is wanted is counted by plain loops. Where sacrebleu is installed, it is to agree with them wherever it takes the
same tokens (words without spaces).
"""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from autograder.testing import checks
from autograder.testing.hidden_inputs import hidden_rng, telling_seed
from autograder.testing.question import question
from autograder.testing.student import Student

Sentences = Sequence[Sequence[Hashable]]
Corpus = tuple[list[list[str]], list[list[str]]]
corpus_bleu = partial(question, "corpus_bleu", hint="What is added up over all sentences before anything is divided?")
LETTERS = [*"abcdef"]


def wanted_bleu(hypotheses: Sentences, references: Sentences, max_n: int = 4) -> float:
    """BLEU by plain loops: n-grams are lists, each may match one of the reference that is not yet taken."""
    log_precisions = []
    for n in range(1, max_n + 1):
        matched = written = 0
        for hypothesis, reference in zip(hypotheses, references, strict=True):
            left = [list(reference[i : i + n]) for i in range(len(reference) - n + 1)]
            for i in range(len(hypothesis) - n + 1):
                written += 1
                ngram = list(hypothesis[i : i + n])
                if ngram in left:
                    left.remove(ngram)
                    matched += 1
        if not matched:
            return 0.0
        log_precisions.append(math.log(matched / written))
    h, r = sum(map(len, hypotheses)), sum(map(len, references))
    brevity = 1.0 if h >= r else math.exp(1 - r / h)
    return 100 * brevity * math.exp(sum(log_precisions) / max_n)


def by_sacrebleu(hypotheses: Sentences, references: Sentences, max_n: int) -> float | None:
    """BLEU of sacrebleu, without tokenisation and smoothing; None where it is not installed."""
    if importlib.util.find_spec("sacrebleu") is None:
        return None
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(tokenize="none", smooth_method="none", max_ngram_order=max_n, force=True)
    texts = [[" ".join(map(str, sentence)) for sentence in side] for side in (hypotheses, references)]
    return float(metric.corpus_score(texts[0], [texts[1]]).score)


def check_bleu(label: str, student: Student, hypotheses: Sentences, references: Sentences, max_n: int = 4) -> None:
    """Compare one BLEU to 1e-9."""
    wanted = wanted_bleu(hypotheses, references, max_n)
    if all(type(token) is str and token.split() == [token] for token in itertools.chain(*hypotheses, *references)):
        theirs = by_sacrebleu(hypotheses, references, max_n)
        assert theirs is None or abs(theirs - wanted) < 1e-9
    asked = () if max_n == 4 else (max_n,)
    yours = student.call("corpus_bleu", [*map(list, hypotheses)], [*map(list, references)], *asked)
    count = f"{len(hypotheses)} sentence{'s' if len(hypotheses) > 1 else ''}"
    checks.values(f"corpus_bleu of {count}{label}, max_n {max_n}", yours, wanted, atol=1e-9)


def drawn_corpus(seed: int, count: int, shortest: int = 1) -> Corpus:
    """Hypotheses of `shortest` to 13 words, and references: three of four words in a reference are written."""
    rng = hidden_rng(seed)
    references = [rng.choice(LETTERS, size=rng.integers(max(4, shortest), 14)).tolist() for _ in range(count)]
    hypotheses = [
        [word if rng.random() < 0.75 else str(rng.choice(LETTERS)) for word in reference[: rng.integers(shortest, 14)]]
        for reference in references
    ]
    return hypotheses, references


def telling_corpus(seed: int, count: int, tells: Callable[[Any, Any], bool], shortest: int = 1) -> Corpus:
    """The first corpus from a seed that has a 4-gram that matches, and that tells something."""

    def useful(trial: int) -> bool:
        corpus = drawn_corpus(trial, count, shortest)
        return wanted_bleu(*corpus) > 0 and tells(*corpus)

    return drawn_corpus(telling_seed(seed, useful), count, shortest)


def tokens_in(side: Sentences) -> int:
    """How many tokens a side has."""
    return sum(map(len, side))


def too_short(hypotheses: Sentences, references: Sentences) -> bool:
    """Whether fewer tokens are written than wanted, yet more in one sentence, or as many."""
    pairs = zip(hypotheses, references, strict=True)
    return tokens_in(hypotheses) < tokens_in(references) and any(len(h) >= len(r) for h, r in pairs)


@corpus_bleu(points=3)
def test_corpus_bleu_of_drawn_texts(student: Student) -> None:
    """Corpora of several sizes, hypotheses shorter than references: counts are those of the whole corpus."""
    for seed, count in ((1, 12), (2, 5), (3, 30), (4, 3)):
        check_bleu(", too short", student, *telling_corpus(seed, count, too_short))


@corpus_bleu(points=2)
def test_corpus_bleu_of_long_texts(student: Student) -> None:
    """No brevity penalty where more was written than wanted, or as much: in all sentences together."""
    for seed in (5, 6):
        hypotheses, references = telling_corpus(seed, 8, too_short)
        longer = [[*hypothesis, "a", *LETTERS] for hypothesis in hypotheses]
        check_bleu(", too long", student, longer, references)
        missing = tokens_in(references) - tokens_in(hypotheses)
        filled = [*hypotheses[:-1], [*hypotheses[-1], *["z"] * missing]]
        check_bleu(", as many tokens as wanted, but not in each sentence", student, filled, references)


@corpus_bleu(points=1)
def test_corpus_bleu_of_one_sentence(student: Student) -> None:
    """One sentence, right or nearly, too short or too long."""
    words = hidden_rng(7).permutation([*"abcdefgh"]).tolist()
    for label, hypothesis in ((", right", words), (", too short", words[:-2]), (", too long", [*words, "z", "y"]),
                              (", one word of eight is wrong", ["z", *words[1:]])):  # fmt: skip
        check_bleu(label, student, [hypothesis], [words])
    (hypothesis,), (reference,) = telling_corpus(8, 1, lambda h, r: len(h[0]) < len(r[0]), 6)
    check_bleu("", student, [hypothesis], [reference])


@corpus_bleu(points=2)
def test_corpus_bleu_counts_each_ngram_as_often_as_its_own_reference(student: Student) -> None:
    """What is written again and again, and what another sentence's reference has."""
    reference = hidden_rng(9).permutation([*"aabcdef"]).tolist()
    for n in (1, 2):
        again = [*reference[:n]] * 4
        check_bleu(f", the first {n} of 7 words four times", student, [again, reference], [reference, reference], n)
    check_bleu(", each with the other's words", student, [[*"abab"], [*"cdcdcd"]], [[*"cdab"], [*"abcd"]], 1)
    check_bleu("", student, [[*"abcdabcd"], [*"xyabcd"]], [[*"abcd"], [*"abcdabcd"]])


@corpus_bleu(points=1)
def test_corpus_bleu_max_n(student: Student) -> None:
    """n-grams of 1 to max_n tokens are counted, and the mean is over max_n precisions."""
    corpus = telling_corpus(10, 9, too_short, 5)
    for max_n in (1, 2, 3, 5):
        check_bleu(", too short", student, *corpus, max_n)
    check_bleu("", student, [[*"abcdefgh"]], [[*"abcdefxh"]], 6)


@corpus_bleu(points=1)
def test_corpus_bleu_without_a_match(student: Student) -> None:
    """0.0 where for some n nothing matches, or where no sentence is long enough for one n-gram."""
    words = hidden_rng(11).permutation([*"abcdefgh"]).tolist()
    for label, hypothesis in ((", no word right", [*"wxyz"]), (", no 4-gram right", [*words[:3], "z", *words[4:7]]),
                              (", no 4-gram at all", words[:3])):  # fmt: skip
        check_bleu(label, student, [hypothesis], [words])
        check_bleu(label, student, [hypothesis, hypothesis], [words, words])
    check_bleu(", its longest n-grams right", student, [words[:3]], [words], 3)


@corpus_bleu(points=1)
def test_corpus_bleu_of_empty_and_short_sentences(student: Student) -> None:
    """A sentence without a word, or without a 4-gram, beside others; nothing written at all; an empty reference."""
    hypotheses, references = telling_corpus(12, 6, too_short)
    for short in ([], references[0][:1], references[0][:3]):
        check_bleu(f", the first of {len(short)} words", student, [short, *hypotheses[1:]], references)
    check_bleu(", nothing written", student, [[]], [[*"abcde"]])
    check_bleu(", nothing written", student, [[], []], [[*"abcde"], [*"ab"]])
    check_bleu(", an empty reference", student, [["a"], *hypotheses], [[], *references])


@corpus_bleu(points=1)
def test_corpus_bleu_of_other_tokens(student: Student) -> None:
    """Tokens may be ids, tuples, or texts with spaces in them: two n-grams are the same if all their tokens are."""
    hypotheses, references = telling_corpus(13, 8, too_short)
    for name, token in (("ids", lambda word: ord(word) - ord("a")), ("tuples", lambda word: (word, 1))):
        sides: list[Any] = [[[*map(token, sentence)] for sentence in side] for side in (hypotheses, references)]
        check_bleu(f", tokens are {name}", student, *sides)
    check_bleu(", texts with spaces", student, [["a b", "c", "d"], [*"abcd"]], [["a", "b c", "d"], [*"abcd"]], 2)
    check_bleu(", texts with digits", student, [["1", "11", "1"], [*"abcd"]], [["11", "1", "1"], [*"abcd"]], 2)
    check_bleu(", ids and texts", student, [[1, "1", 2], [3, 3]], [["1", 1, 2], [3, 3]], 2)


@corpus_bleu(points=1)
def test_corpus_bleu_leaves_its_arguments_alone(student: Student) -> None:
    """Both lists, and the sentences in them, are as they were."""
    corpus = telling_corpus(14, 5, too_short)
    kept = [student.put(side) for side in corpus]
    checks.values("corpus_bleu of 5 sentences", student.call("corpus_bleu", *kept), wanted_bleu(*corpus), atol=1e-9)
    for name, ref, side in zip(("hypotheses", "references"), kept, corpus, strict=True):
        checks.equal(f"corpus_bleu: its argument {name}", ref.fetch(), side)
