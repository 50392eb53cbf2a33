"""Calibrate `rnnlm_training`: train right and named wrong answers over many seeds; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 python -m solutions.01_rnn_lm_sampling.calibration.rnnlm_training

Seven minutes on one core. The training text and the text to judge by are those of the hidden suite. Right answers
differ in the order of their sums, which matters far less than the seed, so different seeds stand for right answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autograder import course
from autograder.calibration.language_models import Made, mistakes, plain_time_lstm
from autograder.calibration.tail_fit import chance_above, chance_above_by_power_tail
from autograder.calibration.thresholds import exchanged

from ..hidden_tests import oracle_training

REFERENCE_SEEDS, PLAIN_SEEDS, WRONG_SEEDS = range(1000, 1060), range(1000, 1010), range(2000, 2030)
REPORT = Path(__file__).with_suffix(".md")
Ratios = dict[str, list[float]]


def trained_ratio(reference: SimpleNamespace, classes: Made, seed: int, text: oracle_training.Unseen) -> float:
    """Train with some classes replaced; return the ratio that the suite computes."""
    with exchanged(reference.train_toy_rnnlm.__globals__, classes):
        corpus = oracle_training.training_corpus(reference)
        model = reference.train_toy_rnnlm(corpus, reference.ToyGrammar().vocab_size, seed)
    return oracle_training.ratio_reached(reference, model.params, text)


def measure(reference: SimpleNamespace) -> Ratios:
    """Ratios by name of the answer, right ones first."""
    answers: dict[str, Made] = {"reference": {}, "plain loops over LSTM": {"TimeLSTM": plain_time_lstm(reference)}}
    right = len(answers)
    answers |= mistakes(reference)
    ratios: Ratios = {}
    for place, (name, classes) in enumerate(answers.items()):
        seeds = (REFERENCE_SEEDS, PLAIN_SEEDS)[place] if place < right else WRONG_SEEDS
        text = oracle_training.unseen(reference)
        ratios[name] = [trained_ratio(reference, classes, seed, text) for seed in tqdm(seeds, desc=name)]
    return ratios


def report(reference: SimpleNamespace, ratios: Mapping[str, list[float]]) -> str:
    """The table and the conclusions from it."""
    over = [ratio - 1 for ratio in ratios["reference"]]
    lognormal = chance_above([float(np.log(part)) for part in over], float(np.log(oracle_training.FACTOR - 1)))
    power = chance_above_by_power_tail(over, oracle_training.FACTOR - 1)
    sorted_ratios = " ".join(f"{ratio:.4f}" for ratio in sorted(ratios["reference"]))
    return f"""{table(reference, ratios)}

## False fails

Right answers differ in the order in which they add up, which moves the ratio less than another seed does; so one more
right answer is at worst one more seed. Its chance to be above the threshold, by two fits to ratio - 1 of the reference:

| tail | chance |
| --- | --- |
| normal in the logarithm, mean and spread uncertain (Student t) | {lognormal:.1e} |
| a power, fitted to the upper fifth (Hill) | {power:.1e} |

The larger one is the false-fail bound: **{max(lognormal, power):.0e}**. (By counting alone, 0 of {len(over)} says only:
below {1 - 0.05 ** (1 / len(over)):.2f}.)

The reference's ratios, sorted: {sorted_ratios}
"""


def table(reference: SimpleNamespace, ratios: Mapping[str, list[float]]) -> str:
    """The measurements, one row for each answer."""
    rows = "\n".join(row(name, values) for name, values in ratios.items())
    entropy = reference.ToyGrammar().entropy_rate()
    size = f"{oracle_training.ROWS} x {oracle_training.STEPS - 1}"
    return f"""# rnnlm_training

Written by `python -m solutions.01_rnn_lm_sampling.calibration.rnnlm_training`; not edited by hand.

Ratio: perplexity of the reference's model, with the trained weights, over that of the true probabilities, on the same
{size} unseen words of the toy grammar (entropy rate {entropy:.6f} nats per word).
The threshold is {oracle_training.FACTOR}.
Seeds: from {REFERENCE_SEEDS.start} for right answers, from {WRONG_SEEDS.start} for wrong ones.

| answer | seeds | least | median | most | spread | above the threshold |
| --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def row(name: str, ratios: list[float]) -> str:
    """One line of the table."""
    above = sum(ratio > oracle_training.FACTOR for ratio in ratios)
    figures = (min(ratios), float(np.median(ratios)), max(ratios), float(np.std(ratios, ddof=1)))
    return (
        f"| {name} | {len(ratios)} | "
        + " | ".join(f"{figure:.4f}" for figure in figures)
        + f" | {above} of {len(ratios)} |"
    )


def main() -> None:
    """Measure, and write the report."""
    reference = course.current().reference("01_rnn_lm_sampling")
    REPORT.write_text(report(reference, measure(reference)), encoding="utf-8")


if __name__ == "__main__":
    main()
