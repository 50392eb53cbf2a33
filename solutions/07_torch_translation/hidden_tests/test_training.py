"""Assignment 07: translation_training."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import described
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_pair import sent
from autograder.testing.torch_modules.remote_training import RemoteModule

from . import oracle_translation
from .oracle_translation import SETTINGS

QUANTITY = "a chrF"


@question(
    "translation_training", timeout_s=60,
    hint="Does every part get its gradient, from the loss back to the first word of the source?",
)  # fmt: skip
def test_translation_training(student: Student, reference: SimpleNamespace) -> None:
    """A Translator of the student's parts translates phrases that it never saw.

    Judged twice: as the student's encoder and decoder read them, and as the grader's own do with the trained weights,
    so that no answer is taken on its word. The loop, the optimiser and the greedy search are the grader's.
    """
    task = oracle_translation.task(reference)
    twin = oracle_translation.new_translator(reference, task)
    yours = _new_translator(student, task)
    label = "the trained Translator on phrases that it never saw"
    model = RemoteModule(label, yours, twin, lambda src, lengths, tgt: (*_next(tgt), len(task.words[1])))
    oracle_translation.train(reference, model, task)
    yours.load({name: array.numpy() for name, array in twin.state_dict().items()})
    yours.keep("eval").release()
    own = AsStudentReads(yours, twin)
    checks.at_least(label, oracle_translation.reached(reference, own, task), SETTINGS.threshold, QUANTITY)
    share = oracle_translation.reached(reference, twin, task)
    checks.at_least(f"{label}, with its weights in another Translator", share, SETTINGS.threshold, QUANTITY)


class AsStudentReads(torch.nn.Module):
    """A Translator for decoding: every forward of encoder and decoder runs in the student's process."""

    def __init__(self, yours: RemoteObject, twin: torch.nn.Module) -> None:
        super().__init__()
        self.twin = twin
        self.encoder = _remote("the trained encoder", yours.ref("encoder"), twin.encoder)
        self.decoder = _remote("the trained decoder", yours.ref("decoder"), twin.decoder)


def _remote(label: str, yours: RemoteObject, twin: Any) -> Callable[..., list[torch.Tensor]]:
    """A function that runs `forward` over there, and gives as many tensors, of the same shapes, as the twin."""

    def forward(*inputs: torch.Tensor) -> list[torch.Tensor]:
        received, wanted = yours.call("forward", *(sent(value.numpy()) for value in inputs)), twin(*inputs)
        if type(received) not in (list, tuple) or [type(part) for part in received] != [Tensor] * len(wanted):
            raise CheckFailed(label, described(received), f"{len(wanted)} tensors")
        pairs = zip(received, wanted, strict=True)
        return [torch.from_numpy(checks.shape(label, mine.array, tuple(theirs.shape))) for mine, theirs in pairs]

    return forward


def _new_translator(student: Student, task: oracle_translation.Task) -> RemoteObject:
    """A new Translator of the student's parts, of the sizes of the task."""
    D, H = SETTINGS.embedding_size, SETTINGS.hidden_size
    source_words, target_words = map(len, task.words)
    score = student.new("GeneralScore", H, 2 * H)
    decoder = student.new("AttentionDecoder", target_words, D, H, 2 * H, score)
    return student.new("Translator", student.new("Encoder", source_words, D, H, num_layers=1), decoder)


def _next(tgt: torch.Tensor) -> tuple[int, int]:
    """N and T - 1: the targets' tokens that are scored."""
    return len(tgt), tgt.shape[1] - 1
