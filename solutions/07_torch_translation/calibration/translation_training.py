"""Calibrate `translation_training` with right and named wrong answers; write the table beside this file.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python -m solutions.07_torch_translation.calibration.translation_training

Eight minutes on two cores, many seeds: of the phrases that are learned, of the batches and of the weights. The check
in the notebook trains longer, on all words, and is measured too.

The false-fail bound is over seeds. The suite trains with one seed, weights and batches drawn by the grader: there two
right answers differ by their own dropout and by rounding alone.

An encoder that gets no gradient is measured, though no threshold tells it from a right one for sure: random recurrent
states of short phrases are nearly as good as trained ones. The question `encoder` rejects it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from autograder import course
from autograder.calibration import thresholds
from autograder.calibration.thresholds import REFERENCE, Calibration

from ..hidden_tests import oracle_translation

NOTEBOOK = SimpleNamespace(learned=8000, unseen=500, epochs=4, threshold=70.0)  # as its cell has them
REPORT = Path(__file__).with_suffix(".md")
DROPOUT = "dropout in the encoder"
MEAN, NOTHING, PEEKS = "the mean of the source at every step", "no attention", "is told the word that is wanted"
FORGETS, CUT, FIRST = "the state is not handed on", "the encoder gets no gradient", "every key is the first one"


def replacements(reference: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """Name of each answer -> the definitions that it replaces."""
    encoder, translator = reference.Encoder, reference.Translator
    lookup = reference.soft_lookup

    def mean_lookup(query: Any, keys: Any, values: Any, score: Any, mask: Any = None) -> Any:
        return lookup(query, keys, values, lambda q, k: k @ q.new_zeros(k.shape[2]), mask)

    def no_lookup(*arguments: Any) -> Any:
        value, weights = lookup(*arguments)
        return torch.zeros_like(value), weights

    return {
        REFERENCE: {},
        DROPOUT: {"Encoder": encoder_with(encoder, nn.functional.dropout)},
        MEAN: {"soft_lookup": mean_lookup},
        NOTHING: {"soft_lookup": no_lookup},
        PEEKS: {"Translator": peeking(translator)},
        FORGETS: {"AttentionDecoder": forgetting(reference.AttentionDecoder)},
        CUT: {"Encoder": encoder_with(encoder, lambda tensor, *_, **__: tensor.detach())},
        FIRST: {"Encoder": encoder_with(encoder, lambda tensor, *_, **__: first_of_all(tensor))},
    }


def encoder_with(encoder: type, change: Any) -> type:
    """An Encoder whose outputs, and whose hidden state where it is the same change, pass through `change`."""

    def forward(self: Any, src: Any, lengths: Any) -> Any:
        outputs, hidden = encoder.forward(self, src, lengths)  # type: ignore[attr-defined]
        return change(outputs, 0.1, training=self.training), change(hidden, 0.1, training=self.training)

    return type("Encoder", (encoder,), {"forward": forward})


def first_of_all(tensor: Any) -> Any:
    """Outputs (N, S, 2H), all those of the first step; a state (N, H) as it is."""
    return tensor[:, :1].expand_as(tensor) if tensor.dim() == 3 else tensor


def peeking(translator: type) -> type:
    """A Translator that reads, at each step of training, the very token that it is to write."""

    def forward(self: Any, src: Any, lengths: Any, tgt: Any, *_: Any) -> Any:
        return translator.forward(self, src, lengths, torch.cat([tgt[:, 1:], tgt[:, -1:]], dim=1))  # type: ignore[attr-defined]

    return type("Translator", (translator,), {"forward": forward})


def forgetting(decoder: type) -> type:
    """A decoder that begins each step with a state of zeros."""

    def forward(self: Any, input_ids: Any, hidden: Any, enc_outputs: Any, mask: Any) -> Any:
        return decoder.forward(self, input_ids, torch.zeros_like(hidden), enc_outputs, mask)  # type: ignore[attr-defined]

    return type("AttentionDecoder", (decoder,), {"forward": forward})


@lru_cache
def references() -> tuple[SimpleNamespace, SimpleNamespace]:
    """A reference whose definitions may be replaced, and another as the judge."""
    torch.set_num_threads(1)
    trained, judge = (course.current().reference("07_torch_translation") for _ in range(2))
    return trained, judge


def train(name: str, seed: int) -> float:
    """For one answer and seed: the chrF that the suite computes, the less of the two, as a share of 100."""
    reference, judge = references()
    asked = oracle_translation.task(judge, seed)
    with thresholds.exchanged(reference.make_translator.__globals__, replacements(judge)[name]):
        model = oracle_translation.new_translator(reference, asked, seed)
        oracle_translation.train(reference, model, asked, seed)
        own = oracle_translation.reached(reference, model, asked)
    twin = oracle_translation.new_translator(judge, asked, seed)
    twin.load_state_dict(model.state_dict())
    return min(own, oracle_translation.reached(judge, twin, asked)) / 100


def train_as_in_notebook(name: str, seed: int) -> float:
    """For one answer and seed: the chrF that the notebook's check computes, as a share of 100."""
    reference, judge = references()
    pairs, _, test = judge.load_phrases("french")
    words = [judge.Vocabulary(side) for side in zip(*pairs, strict=True)]
    with thresholds.exchanged(reference.make_translator.__globals__, replacements(judge)[name]):
        model = reference.make_translator(*words, seed)
        reference.train_translator(model, pairs[: NOTEBOOK.learned], *words, seed, NOTEBOOK.epochs, progress=False)
        hypotheses = reference.translate(model, [english for english, _ in test[: NOTEBOOK.unseen]], *words)
    wanted = [words[1].decode(words[1].encode(french)) for _, french in test[: NOTEBOOK.unseen]]
    return float(judge.chrf(hypotheses, wanted)) / 100


def main() -> None:
    """Measure, and write the report."""
    answers = replacements(references()[1])
    right = (REFERENCE, DROPOUT)
    seeds = {name: thresholds.RIGHT_SEEDS if name in right else thresholds.WRONG_SEEDS[:12] for name in answers}
    settings = oracle_translation.SETTINGS
    asked = Calibration(
        "The trained Translator", "chrF / 100 on unseen phrases", settings.unseen, settings.threshold / 100, right=right
    )
    shown = Calibration(
        "The check in the notebook", "chrF / 100 on unseen phrases", NOTEBOOK.unseen, NOTEBOOK.threshold / 100,
        right=(REFERENCE,),
    )  # fmt: skip
    few = {REFERENCE: thresholds.RIGHT_SEEDS[:8], NOTHING: thresholds.WRONG_SEEDS[:4]}
    head = f"Written by `python -m {__spec__.name}`; not edited by hand."
    sections = [
        thresholds.section(asked, thresholds.measure(train, seeds)),
        thresholds.section(shown, thresholds.measure(train_as_in_notebook, few)),
    ]
    REPORT.write_text("\n".join([f"# translation_training\n\n{head}\n", *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
