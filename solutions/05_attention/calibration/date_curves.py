"""What to expect on full dates: train plain, peeky and attention models; write the component that draws the curves.

    OPENBLAS_NUM_THREADS=1 python -m solutions.05_attention.calibration.date_curves

Half an hour on one core: three models, three seeds each, 5 epochs, all reading backwards. Every training is as
in 05's experiment. For the attention models the report also has the share of their maps on the right places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autograder import course
from autograder.calibration import expected_curves
from autograder.testing.checks.plain_values import Array

SEEDS, EPOCHS, BATCH_SIZE = range(100, 103), 5, 128
WORDVEC_SIZE, HIDDEN_SIZE = 16, 256
DATE_WIDTH, ANSWER_WIDTH = 29, 11
MAP_ROWS = 500
SETTINGS = f"""5,000 test rows of `datasets/dates.txt`, read backwards: word vectors of {WORDVEC_SIZE},
{HIDDEN_SIZE} hidden units, batches of {BATCH_SIZE}, Adam(0.001), gradients clipped to a norm of 5.0."""
EXPERIMENT = expected_curves.Experiment(
    Path(__file__), "full dates", "expected_date_curves", SETTINGS, SEEDS, EPOCHS, tuple(range(1, EPOCHS + 1))
)
MODELS = {
    "attention": ("05_attention", "AttentionSeq2seq"),
    "peeky": ("04_peeky", "PeekySeq2seq"),
    "plain": ("03_reversal", "Seq2seq"),
}
Pair = tuple[Array, Array]
Texts = tuple[list[str], list[str]]


def encoded(reference: SimpleNamespace, texts: Texts, characters: str) -> Pair:
    """Dates and answers as ids: (xs (N, 29), ts (N, 11))."""
    char_to_id = {char: id for id, char in enumerate(characters)}
    dates, answers = texts
    encode = reference.encode_texts
    return encode(dates, char_to_id, DATE_WIDTH), encode(answers, char_to_id, ANSWER_WIDTH)


def curve(reference: SimpleNamespace, name: str, seed: int) -> tuple[list[float], Any]:
    """The exact match on the test rows after every epoch, and the trained model."""
    train, test, characters = reference.load_dates()
    assignment, class_name = MODELS[name]
    model_class, models = getattr(course.current().reference(assignment), class_name), []

    def make_model(rng: np.random.Generator) -> Any:
        models.append(model_class(len(characters), WORDVEC_SIZE, HIDDEN_SIZE, rng))
        return models[-1]

    train, test = (encoded(reference, texts, characters) for texts in (train, test))
    rng = np.random.default_rng(seed)
    learning_curve = course.current().reference("03_reversal").learning_curve
    return learning_curve(make_model, train, test, EPOCHS, BATCH_SIZE, True, rng), models[-1]


def masses(reference: SimpleNamespace, model: Any) -> dict[str, float]:
    """The share of attention on the year while the year is written; the same for month and day; first test rows."""
    _, (dates, answers), characters = reference.load_dates()
    dates, answers = dates[:MAP_ROWS], answers[:MAP_ROWS]
    xs, ts = encoded(reference, (dates, answers), characters)
    weights = reference.attention_map(model, reference.reverse_inputs(xs), ts)
    return dict(reference.mass_on_parts(weights[:, :, ::-1], dates, answers))


def mass_table(attention_masses: Sequence[Mapping[str, float]]) -> str:
    """A table with a row for each seed."""
    rows = "\n".join(
        f"| {seed} | " + " | ".join(f"{mass:.3f}" for mass in part.values()) + " |"
        for seed, part in zip(SEEDS, attention_masses, strict=True)
    )
    return f"""
## Where the attention lies

After {EPOCHS} epochs, over the first {MAP_ROWS} test rows: the mean of the weights that lie on the characters of the
year, month or day in the date while the digits of the same part are written. Spread evenly over the {DATE_WIDTH}
characters, a part would get {2 / DATE_WIDTH:.3f} (two characters) to {9 / DATE_WIDTH:.3f} (nine).

| seed | {" | ".join(attention_masses[0])} |
| --- | {" | ".join("---" for _ in attention_masses[0])} |
{rows}
"""


def main() -> None:
    """Measure, and write the component and the report."""
    reference = course.current().reference("05_attention")
    curves: dict[str, list[list[float]]] = {}
    attention_masses = []
    for name in MODELS:
        curves[name] = []
        for seed in tqdm(SEEDS, desc=name):
            epochs, model = curve(reference, name, seed)
            curves[name].append(epochs)
            if name == "attention":
                attention_masses.append(masses(reference, model))
    expected_curves.write(EXPERIMENT, curves, mass_table(attention_masses))


if __name__ == "__main__":
    main()
