"""What teacher forcing is judged by: a decoder that tells the truth from its own words, and pieces with gradients."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.errors import CheckFailed, StudentError
from autograder.testing.checks import comparison_count
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_checks import check_gradients
from autograder.testing.torch_modules.module_pair import ModulePair, module_pair

from .oracle_scripted import EOS, PAD, SOS, WORD, sources

NAME = "Translator"
TRUTH = 6  # the first of the two words of a target; those that the decoder scores best are WORD and the next


class CountingDecoder:
    """A decoder that scores WORD best at even steps and the next word at odd ones, and notes what it reads.

    A state is the number of the row and the number of steps that it has made.
    """

    def __init__(self) -> None:
        self.read: dict[tuple[int, int], int] = {}

    def forward(self, input_ids: Any, hidden: Any, enc_outputs: Any, mask: Any) -> tuple[Any, Any, Any]:
        """Logits (N, 8), the new states (N, 2), weights (N, S)."""
        for id, (row, step) in zip(input_ids.tolist(), hidden.tolist(), strict=True):
            self.read[int(row), int(step)] = id
        logits = torch.zeros(len(hidden), 8)
        logits[torch.arange(len(hidden)), WORD + hidden[:, 1].long() % 2] = 1.0
        return logits, hidden + torch.tensor([0.0, 1.0]), mask.float()

    __call__ = forward


class CountingEncoder:
    """An encoder whose outputs are 0, and whose states are those of a CountingDecoder at the start."""

    def forward(self, src: Any, lengths: Any) -> tuple[Any, Any]:
        """Outputs (N, S, 1) and states (N, 2)."""
        number = (src[:, 0] - WORD).float()
        return torch.zeros(*src.shape, 1), torch.stack([number, torch.zeros_like(number)], dim=1)

    __call__ = forward


@dataclass
class Coins:
    """The student's Translator of a CountingDecoder, which is told the truth at some steps."""

    student: Student
    decoder: CountingDecoder = field(default_factory=CountingDecoder)

    def __post_init__(self) -> None:
        pieces = self.student.stand_in(CountingEncoder()), self.student.stand_in(self.decoder)
        self.yours = self.student.new(NAME, *pieces)

    def told(self, steps: int, prob: float, generator: Any = None) -> list[bool]:
        """For each step after the first, whether both rows were told the truth. Raises CheckFailed for a mixture."""
        src, lengths = np.array([[WORD, EOS], [WORD + 1, EOS]]), np.array([2, 2])
        tgt = np.array([[SOS, *(TRUTH + (t + row) % 2 for t in range(steps + 1))] for row in range(2)])
        self.decoder.read.clear()
        self.yours.keep("forward", *map(Tensor, (src, lengths, tgt)), prob, generator)
        label = f"{NAME}.forward, probability {prob:g}: what the two rows read at step"
        return [self._told(f"{label} {t}", t, tgt[:, t].tolist()) for t in range(1, steps + 1)]

    def _told(self, label: str, step: int, truth: list[int]) -> bool:
        """Whether both rows read the truth; False: both read what the decoder scored best."""
        comparison_count.note()
        read, own = [self.decoder.read.get((row, step)) for row in range(2)], [WORD + (step - 1) % 2] * 2
        if read not in (truth, own):
            raise CheckFailed(label, str(read), f"{truth} (the truth) or {own} (its own): one draw for both")
        return read == truth


def own_pieces(student: Student, reference: SimpleNamespace) -> tuple[ModulePair, ModulePair] | None:
    """The student's Encoder and AttentionDecoder, if each alone has the reference's gradients; else None."""
    rng = hidden_rng(697)
    make = partial(module_pair, student, reference, dtype="float64")
    src, lengths = sources([4, 2, 3]), np.array([4, 2, 3])
    step = [np.array([4, 6, 5]), rng.standard_normal((3, 5)), rng.standard_normal((3, 4, 10)), src != PAD]
    upstream = rng.standard_normal((3, 7)), rng.standard_normal((3, 5)), rng.standard_normal((3, 4))
    try:
        encoder = make("Encoder", 9, 4, 5, seed=1, num_layers=1)
        decoder = make("AttentionDecoder", 7, 4, 5, 10, make("GeneralScore", 5, 10, seed=2), seed=3)
        back = rng.standard_normal((3, 4, 10)), rng.standard_normal((3, 5))
        check_gradients("Encoder", encoder, [src, lengths], ("outputs", "hidden"), back)
        check_gradients("AttentionDecoder", decoder, step, ("logits", "hidden", "weights"), upstream)
    except StudentError:
        return None
    return encoder, decoder
