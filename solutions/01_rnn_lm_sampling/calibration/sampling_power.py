"""Measure the power and false alarms of the hypothesis tests of `generate`; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.01_rnn_lm_sampling.calibration.sampling_power

A minute on one core. The distributions of right and wrong generators are known exactly (`oracle_generation`), in each
variant of the hidden inputs. Any number of counts can be drawn from them without generating text.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from autograder import course
from autograder.testing.checks.distributions import divergence, pooled, tail_bound
from autograder.testing.hidden_inputs import VARIANTS, in_variant

from ..hidden_tests.oracle_generation import FOLLOW, SCENARIOS, Texts, exact, mistakes
from ..hidden_tests.oracle_sampling import ALPHA, DRAWS, SMALL

REPORT = Path(__file__).with_suffix(".md")
WRONG_RUNS, RIGHT_RUNS = 2_000, 20_000


def failures(written: Texts, right: Texts, runs: int, rng: np.random.Generator) -> int:
    """The number of `runs` in which the suite's test fails for texts distributed as in `written`."""
    expected = np.array(list(right.values()))
    shares = np.array([written[text] for text in right])
    failed = 0
    for counts in rng.multinomial(DRAWS, shares / shares.sum(), size=runs):
        if np.any((expected == 0) & (counts > 0)):
            failed += 1
            continue
        observed, awaited = pooled(counts.astype(float), expected / expected.sum() * DRAWS)
        failed += tail_bound(divergence(observed, awaited), len(awaited)) < ALPHA
    return failed


def failures_of(reference: SimpleNamespace, rng: np.random.Generator) -> dict[tuple[str, str], int]:
    """(scenario, generator) -> number of failures of its test, in the current variant."""
    counts = {}
    for scenario in SCENARIOS:
        case = scenario.telling(reference)
        right = exact(reference, case)
        counts[scenario.name, "right"] = failures(right, right, RIGHT_RUNS, rng)
        for name, written in mistakes(reference, case, right):
            counts[scenario.name, name] = failures(written, right, WRONG_RUNS, rng)
    return counts


def main() -> None:
    """Simulate, and write the report."""
    reference, rng, every = course.current().reference("01_rnn_lm_sampling"), np.random.default_rng(7), []
    for variant in range(VARIANTS):
        with in_variant(variant):
            every.append(failures_of(reference, rng))
    rows = [
        f"| {scenario} | {name} | {RIGHT_RUNS if name == 'right' else WRONG_RUNS} | "
        f"{' | '.join(str(failed[scenario, name]) for failed in every)} |"
        for scenario, name in every[0]
    ]
    false_fails = sum(count for failed in every for (_, name), count in failed.items() if name == "right")
    REPORT.write_text("\n".join([
        "# generate: power and false alarms", "",
        "Written by `python -m solutions.01_rnn_lm_sampling.calibration.sampling_power`; not edited by hand.", "",
        f"Each test counts {DRAWS} texts of {FOLLOW} words after the start, over {SMALL.V} words, "
        "and compares the counts with the exact probabilities. The bound it uses holds for every sample size, "
        f"so a right answer fails one test with probability at most {ALPHA:.0e}, "
        f"and any of the {len(SCENARIOS)} tests with probability at most **{len(SCENARIOS) * ALPHA:.0e}**. "
        f"Simulated: {false_fails} of {VARIANTS * len(SCENARIOS) * RIGHT_RUNS}. How often a test fails, in each "
        "variant of the hidden inputs:", "",
        f"| test | what writes | simulated | {' | '.join(f'variant {variant}' for variant in range(VARIANTS))} |",
        f"| --- | --- |{' --- |' * (VARIANTS + 1)}", *rows, "",
    ]), encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
