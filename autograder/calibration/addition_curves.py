"""What to expect on full addition: trains the models of 02, 03 and 04; writes the component that draws the curves.

    OPENBLAS_NUM_THREADS=1 python -m autograder.calibration.addition_curves

A quarter of an hour on one core: three models, three seeds each, 25 epochs. Every training is that of the notebooks'
experiments: word vectors of 16, 128 hidden units, batches of 128, Adam(0.001), gradients clipped to a norm of 5.0.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autograder import course
from autograder.suites.received import Array

SEEDS, EPOCHS, BATCH_SIZE = range(100, 103), 25, 128
WORDVEC_SIZE, HIDDEN_SIZE = 16, 128
QUESTION_WIDTH, ANSWER_WIDTH = 7, 5
COMPONENT = course.ROOT / "solutions" / "components" / "addition_curves.py"
REPORT = Path(__file__).with_suffix(".md")
Pair = tuple[Array, Array]
Curves = dict[str, list[list[float]]]


def encoded() -> tuple[Pair, Pair, int]:
    """Full addition as ids: train and test, each (xs (N, 7), ts (N, 5)), and the vocabulary's size."""
    handed_out = course.reference("02_seq2seq")
    train, test, characters = handed_out.load_addition()
    char_to_id = {char: id for id, char in enumerate(characters)}

    def ids(texts: tuple[list[str], list[str]]) -> Pair:
        questions, answers = texts
        encode = handed_out.encode_texts
        return encode(questions, char_to_id, QUESTION_WIDTH), encode(answers, char_to_id, ANSWER_WIDTH)

    return ids(train), ids(test), len(characters)


def trainings() -> Iterator[tuple[str, type, bool]]:
    """(name, class of the model, whether the questions are read backwards)."""
    plain, peeky = course.reference("03_reversal").Seq2seq, course.reference("04_peeky").PeekySeq2seq
    yield "plain", plain, False
    yield "reversed", plain, True
    yield "reversed + peeky", peeky, True


def measure() -> Curves:
    """For each training, the exact match on the test rows after every epoch, one list per seed."""
    train, test, vocab_size = encoded()
    learning_curve = course.reference("03_reversal").learning_curve
    curves: Curves = {}
    for name, model_class, reverse in trainings():
        make = maker(model_class, vocab_size)
        curves[name] = [
            learning_curve(make, train, test, EPOCHS, BATCH_SIZE, reverse, np.random.default_rng(seed))
            for seed in tqdm(SEEDS, desc=name)
        ]
    return curves


def maker(model_class: type, vocab_size: int) -> Callable[[np.random.Generator], Any]:
    """What learning_curve calls for a fresh model."""
    return lambda rng: model_class(vocab_size, WORDVEC_SIZE, HIDDEN_SIZE, rng)


def component(curves: Mapping[str, list[list[float]]]) -> str:
    """The text of the component: the median over the seeds, epoch by epoch."""
    seeds = min(map(len, curves.values()))
    rows = "\n".join(f'    "{name}": [\n{_median(runs)}\n    ],' for name, runs in curves.items())
    return f'''"""What exact match to expect on full addition, epoch by epoch: medians of {seeds} trainings.

Written by `python -m autograder.calibration.addition_curves`; not edited by hand.
"""

EXPECTED_CURVES = {{
{rows}
}}  # fmt: skip


def expected_curves(*names):
    """Expected learning curves, each a list of {EPOCHS} floats, one per epoch: "plain", "reversed", "reversed + peeky".

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {{f"{{name}}, expected": EXPECTED_CURVES[name] for name in names}}
'''


def _median(runs: list[list[float]]) -> str:
    """The median over the seeds, as lines of numbers."""
    numbers = ", ".join(f"{share:.4f}" for share in np.median(runs, axis=0))
    return textwrap.fill(f"{numbers},", 100, initial_indent=8 * " ", subsequent_indent=8 * " ")


def report(curves: Mapping[str, list[list[float]]]) -> str:
    """What every seed reached."""
    seeds = " | ".join(f"seed {seed}" for seed in SEEDS)
    rows = "\n".join(
        f"| {name} | {epoch} | " + " | ".join(f"{run[epoch - 1]:.1%}" for run in runs) + " |"
        for name, runs in curves.items()
        for epoch in (5, 10, 15, 20, 25)
    )
    return f"""# Full addition

Written by `python -m autograder.calibration.addition_curves`; not edited by hand.

Exact match on the 5,000 test rows of `datasets/addition.txt`: word vectors of {WORDVEC_SIZE},
{HIDDEN_SIZE} hidden units, batches of {BATCH_SIZE}, Adam(0.001), gradients clipped to a norm of 5.0.

| training | epoch | {seeds} |
| --- | --- | {" | ".join("---" for _ in SEEDS)} |
{rows}
"""


def main() -> None:
    """Measure, and write the component and the report."""
    curves = measure()
    COMPONENT.write_text(component(curves), encoding="utf-8")
    REPORT.write_text(report(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
