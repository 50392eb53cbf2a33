"""Shows what the hypothesis tests of `generate` find, and how rarely they are wrong; writes the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m autograder.calibration.sampling_power

Ten seconds on one core. A text of three words has an exact distribution, and so has what a wrong generator writes, as
long as its mistake is known: both are worked out with the reference's model at the suite's weights. Counts are then
drawn from them as often as is wanted, without generating any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder import course
from autograder.checks.distributions import divergence, pooled, tail_bound
from autograder.suites import oracles_sampling as judged
from autograder.suites.oracles_rnnlm import weights
from autograder.suites.received import Array

REPORT = Path(__file__).with_suffix(".md")
WRONG_RUNS, RIGHT_RUNS = 2_000, 20_000
START, FOLLOW = 1, 2
Texts = dict[tuple[int, ...], float]
Next = Callable[[Any, list[int]], Mapping[tuple[int, ...], float]]


@dataclass(frozen=True)
class Scenario:
    """One hypothesis test of the suite: the weights' seed, the words read before, and what generate is asked for."""

    name: str
    seed: int
    before: Sequence[int] = ()
    asked: dict[str, Any] = field(default_factory=dict)


def scenarios(reference: SimpleNamespace) -> list[Scenario]:
    """Those of test_generate_distribution*."""
    skip = np.argsort(-judged.next_distribution(reference, model(reference, 132), START))[:2]
    return [
        Scenario("fresh state", 198),
        Scenario("after two words", 182, (3, 0)),
        Scenario("temperature 2.5", 193, (), {"temperature": 2.5}),
        Scenario("two words skipped", 132, (), {"skip_ids": [int(word) for word in skip]}),
    ]


def model(reference: SimpleNamespace, seed: int) -> Any:
    """The reference's generator at the suite's weights."""
    made = reference.RnnlmGen(*judged.SMALL.arguments)
    for param, drawn in zip(made.params, weights("RnnlmGen", judged.SMALL, seed, judged.GAIN), strict=True):
        param[...] = drawn
    return made


def exact(reference: SimpleNamespace, case: Scenario, **changed: Any) -> Texts:
    """The distribution of the texts; `changed` asks for something else, as a wrong answer does."""
    asked = {**case.asked, **changed}
    before = asked.pop("before", case.before)
    return judged.joint(reference, model(reference, case.seed), before, START, FOLLOW, judged.SMALL.V, **asked)


def argmax(texts: Texts) -> Texts:
    """What picking the most probable word each time writes, given the right distribution."""
    first = max(range(judged.SMALL.V), key=lambda word: sum(p for text, p in texts.items() if text[0] == word))
    best = max((text for text in texts if text[0] == first), key=lambda text: texts[text])
    return {text: float(text == best) for text in texts}


def uniform(texts: Texts) -> Texts:
    """Every word that may come, equally often."""
    words = sorted({text[0] for text, p in texts.items() if p > 0})
    return {text: float(set(text) <= set(words)) / len(words) ** FOLLOW for text in texts}


def resampled(reference: SimpleNamespace, case: Scenario) -> Texts:
    """Words to skip are drawn and thrown away, but the model has read its last word once more each time."""
    skip = case.asked["skip_ids"]
    V = judged.SMALL.V
    texts: Texts = {(): 1.0}
    reads: dict[tuple[int, ...], dict[tuple[int, ...], float]] = {(): {(): 1.0}}  # by text: what was read, how probably
    for _ in range(FOLLOW):
        longer: Texts = {}
        longer_reads: dict[tuple[int, ...], dict[tuple[int, ...], float]] = {}
        for text in texts:
            for read, mass in reads[text].items():
                last = (START, *text)[-1]
                for again in range(1, 25):
                    p = after(reference, case, [*read, *[last] * again])
                    for word in range(V):
                        if word not in skip and mass * p[word] > 1e-9:
                            new = (*text, word)
                            longer[new] = longer.get(new, 0.0) + mass * p[word]
                            longer_reads.setdefault(new, {})[(*read, *[last] * again)] = mass * p[word]
                    mass *= float(p[skip].sum())
                    if mass < 1e-7:
                        break
        texts, reads = longer, longer_reads
    total = sum(texts.values())
    return {text: texts.get(text, 0.0) / total for text in exact(reference, case)}


def after(reference: SimpleNamespace, case: Scenario, read: Sequence[int]) -> Array:
    """The model's next-word probabilities, nothing skipped, after reading those words from a fresh state."""
    made = model(reference, case.seed)
    scores = made.predict(np.array([list(read)]))[0, -1].astype(np.float64)
    return np.asarray(reference.next_word_probabilities(scores))


def wrong_answers(reference: SimpleNamespace, case: Scenario) -> dict[str, Texts]:
    """The distributions that named mistakes write in this scenario, where they differ from the right one."""
    right = exact(reference, case)
    found = {"argmax": argmax(right), "uniform": uniform(right)}
    if case.before:
        found["state reset first"] = exact(reference, case, before=())
    if "temperature" in case.asked:
        found["temperature ignored"] = exact(reference, case, temperature=1.0)
    else:
        found["temperature 1.5 throughout"] = exact(reference, case, temperature=1.5)
    if "skip_ids" in case.asked:
        found["skip by resampling that advances the state"] = resampled(reference, case)
    found["state lost after each word"] = stateless(reference, case)
    return found


def stateless(reference: SimpleNamespace, case: Scenario) -> Texts:
    """Each word drawn as if only the one before it had been read."""
    steps = {}
    for last in range(judged.SMALL.V):
        steps[last] = judged.next_distribution(reference, model(reference, case.seed), last, **case.asked)
    first = [text[0] for text in exact(reference, case)]
    second = [text[1] for text in exact(reference, case)]
    return {(a, b): float(steps[START][a] * steps[a][b]) for a, b in zip(first, second, strict=True)}


def failures(written: Texts, right: Texts, runs: int, rng: np.random.Generator) -> int:
    """In how many of `runs` the suite's test fails for texts that come as `written` says."""
    expected = np.array(list(right.values()))
    shares = np.array([written[text] for text in right])
    failed = 0
    for counts in rng.multinomial(judged.DRAWS, shares / shares.sum(), size=runs):
        if np.any((expected == 0) & (counts > 0)):
            failed += 1
            continue
        observed, awaited = pooled(counts.astype(float), expected / expected.sum() * judged.DRAWS)
        failed += tail_bound(divergence(observed, awaited), len(awaited)) < judged.ALPHA
    return failed


def main() -> None:
    """Simulate, and write the report."""
    reference, rng = course.reference("01_rnn_lm_sampling"), np.random.default_rng(7)
    rows, false_fails, cases = [], 0, scenarios(reference)
    for case in cases:
        right = exact(reference, case)
        failed = failures(right, right, RIGHT_RUNS, rng)
        false_fails += failed
        rows.append(f"| {case.name} | right | {failed} of {RIGHT_RUNS} |")
        for name, written in wrong_answers(reference, case).items():
            rows.append(f"| {case.name} | {name} | {failures(written, right, WRONG_RUNS, rng)} of {WRONG_RUNS} |")
    REPORT.write_text("\n".join([
        "# generate: power and false alarms", "",
        "Written by `python -m autograder.calibration.sampling_power`; not edited by hand.", "",
        f"Each test counts {judged.DRAWS} texts of {FOLLOW} words after the start, over {judged.SMALL.V} words, "
        "and compares the counts with the exact probabilities. The bound it uses holds for every sample size, "
        f"so a right answer fails one test with probability at most {judged.ALPHA:.0e}, "
        f"and any of the {len(cases)} tests with probability at most **{len(cases) * judged.ALPHA:.0e}**. "
        f"Simulated: {false_fails} of {len(cases) * RIGHT_RUNS}.", "",
        "| test | what writes | fails |", "| --- | --- | --- |", *rows, "",
    ]), encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
