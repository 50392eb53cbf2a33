"""Batches for a WordBag, and what an epoch does to it: each loss token by token, each step by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng, telling_seed
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_pair import ModulePair, drawn_weights, module_pair

PAD, SOS, EOS, UNK = 0, 1, 2, 3
SRC_SIZE, TGT_SIZE, SIZE = 11, 9, 6
ROWS = (3, 1, 5)  # of each batch
CLOSE = 1e-5  # of weights and losses, as the question allows
RATE, NO_CLIPPING = 0.7, 1e3

Batch = tuple[Array, Array, Array]


def word_bags(student: Student, reference: SimpleNamespace, seed: int, dtype: str = "float64") -> ModulePair:
    """The student's WordBag and the grader's, with the same weights, in eval mode."""
    return module_pair(student, reference, "WordBag", SRC_SIZE, TGT_SIZE, SIZE, seed=seed, dtype=dtype)


def gradient_norms(reference: SimpleNamespace, seed: int, batches: Sequence[Batch], max_norm: float) -> list[float]:
    """The length of each gradient in an epoch of `word_bags(..., seed)`, before it is clipped."""
    model = reference.WordBag(SRC_SIZE, TGT_SIZE, SIZE).double()
    model.load_state_dict({name: torch.from_numpy(array) for name, array in drawn_weights(model, seed).items()})
    return wanted_epoch(model, batches, RATE, max_norm)[1]


def drawn_batches(seed: int, rows: Sequence[int] = ROWS, longest: int = 6, empty: bool = True) -> list[Batch]:
    """Batches (src, lengths, tgt) of these numbers of rows.

    empty   whether the first source of each batch is EOS alone; otherwise none is
    """
    rng, batches = hidden_rng(seed), []
    for count in rows:
        words = [rng.integers(1, longest, size=count), rng.integers(longest, size=count)]
        words[0][0] *= not empty
        lengths, targets = words[0] + 1, words[1] + 2
        src, tgt = (np.full((count, max(sizes)), PAD) for sizes in (lengths, targets))
        for n in range(count):
            src[n, : lengths[n]] = [*rng.integers(UNK, SRC_SIZE, size=lengths[n] - 1), EOS]
            tgt[n, : targets[n]] = [SOS, *rng.integers(UNK, TGT_SIZE, size=targets[n] - 2), EOS]
        batches.append((src, lengths, tgt))
    return batches


def telling_batches(
    seed: int, tells: Callable[[list[Batch]], bool] = lambda batches: True, **sizes: Any
) -> list[Batch]:
    """The first batches from a seed with padding and other numbers of tokens in each, and that tell something."""

    def useful(trial: int) -> bool:
        batches = drawn_batches(trial, **sizes)
        shares = [tokens_of(batch) / len(batch[2]) for batch in batches]
        return len({tokens_of(batch) for batch in batches}) == len(set(shares)) == len(batches) and tells(batches)

    return drawn_batches(telling_seed(seed, useful), **sizes)


def tokens_of(batch: Batch) -> int:
    """How many tokens of a batch are to be written."""
    return int((batch[2][:, 1:] != PAD).sum())


def widened(batch: Batch, more: int) -> Batch:
    """The same batch with more padding on both sides."""
    src, lengths, tgt = batch
    return np.pad(src, ((0, 0), (0, more))), lengths, np.pad(tgt, ((0, 0), (0, more + 1)))


def sent_batches(batches: Sequence[Batch]) -> list[tuple[Tensor, ...]]:
    """Batches as an argument of the student's code."""
    return [tuple(map(Tensor, batch)) for batch in batches]


def total_loss(model: Any, batch: Batch) -> torch.Tensor:
    """The sum of -log P over the tokens of a batch, in the model's mode."""
    src, lengths, tgt = map(torch.from_numpy, batch)
    log_p = model(src, lengths, tgt).log_softmax(dim=2)
    places = [(n, t) for n, t in np.ndindex(*log_p.shape[:2]) if tgt[n, t + 1] != PAD]
    return -torch.stack([log_p[n, t, tgt[n, t + 1]] for n, t in places]).sum()


def wanted_evaluation(model: Any, batches: Sequence[Batch]) -> float:
    """The loss per token in eval mode."""
    model.eval()
    with torch.no_grad():
        total = sum(float(total_loss(model, batch)) for batch in batches)
    return total / sum(map(tokens_of, batches))


def wanted_epoch(model: Any, batches: Sequence[Batch], rate: float, max_norm: float) -> tuple[float, list[float]]:
    """Train the model; the loss per token, and the length of each gradient before it is clipped."""
    model.train()
    total, norms, parameters = 0.0, list[float](), list(model.parameters())
    for batch in batches:
        loss = total_loss(model, batch)
        gradients = torch.autograd.grad(loss / tokens_of(batch), parameters, allow_unused=True)
        norms.append(float(sum((one**2).sum() for one in gradients if one is not None)) ** 0.5)
        factor = rate * min(1.0, max_norm / norms[-1])
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                if gradient is not None:
                    parameter -= factor * gradient
        total += float(loss.detach())
    return total / sum(map(tokens_of, batches)), norms


def check_epoch(
    label: str,
    pair: ModulePair,
    batches: Sequence[Batch],
    max_norm: float = NO_CLIPPING,
    optimizer: RemoteObject | None = None,
    sent: Any = None,
) -> list[float]:
    """Train both models for one epoch; compare loss and weights. The lengths of the gradients.

    sent   what the student's function is given for the batches, if not these
    """
    steps = optimizer or pair.student.new("gradient_descent", pair.yours, RATE)
    loss = pair.student.call(
        "train_epoch", pair.yours, sent_batches(batches) if sent is None else sent, steps, max_norm
    )
    wanted, norms = wanted_epoch(pair.oracle, batches, RATE, max_norm)
    title = f"train_epoch of {len(batches)} batch{'es' if len(batches) > 1 else ''}{label}"
    checks.values(f"{title}: the loss per token", loss, wanted, atol=CLOSE)
    mine = pair.yours.weights()
    for name, weight in pair.oracle.state_dict().items():
        checks.tensor(f"{title}: {name} afterwards", mine[name], weight, atol=CLOSE)
    return norms


def put_gradients(pair: ModulePair, seed: int) -> dict[str, Array]:
    """Put a drawn gradient on every parameter of the student's model, as if left from before."""
    rng, left = hidden_rng(seed), {}
    for name, parameter in pair.oracle.named_parameters():
        left[name] = rng.normal(size=tuple(parameter.shape))
        owner = pair.yours
        for part in name.split("."):
            owner = owner.ref(part)
        owner.set("grad", Tensor(left[name]))
    return left
