"""Assignment 07, the loss of a batch: masked_loss.

What is wanted is worked out token by token, in float64.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student
from autograder.testing.torch_modules import Tensor

PAD, SOS, EOS, UNK = 0, 1, 2, 3
LIMITS: dict[str, Any] = {
    "rtol": 1e-6,
    "atol": 1e-8,
}  # torch divides whole numbers in float32, also where logits are in float64
LENGTHS = [4, 7, 2, 5]  # of the rows of tgt, SOS and EOS counted
V = 9

masked_loss = partial(
    question, "masked_loss", hint="Which token does logits[:, t] score, and which tokens does the mean count?"
)


def drawn_batch(seed: int, lengths: list[int] = LENGTHS, scale: float = 2.0, V: int = V) -> tuple[Array, Array]:
    """logits (N, T - 1, V) in float64 and tgt (N, T), with UNK in the longest row."""
    rng = hidden_rng(seed)
    tgt = np.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(tgt, lengths, strict=True):
        row[:length] = [SOS, *rng.integers(UNK, V, size=length - 2), EOS]
    tgt[np.argmax(lengths), 1] = UNK if max(lengths) > 2 else EOS
    return scale * rng.normal(size=(len(lengths), tgt.shape[1] - 1, V)), tgt


def wanted_loss(logits: Array, tgt: Array) -> tuple[float, Array]:
    """The mean over all tokens but SOS and PAD, and its gradient, token by token."""
    gradient, losses = np.zeros(logits.shape), []
    for n, t in np.ndindex(logits.shape[:2]):
        token = tgt[n, t + 1]
        if token != PAD:
            scores = logits[n, t].astype(np.float64)
            log_p = scores - scores.max() - np.log(np.exp(scores - scores.max()).sum())
            losses.append(-log_p[token])
            gradient[n, t] = np.exp(log_p)
            gradient[n, t, token] -= 1
    return float(np.mean(losses)), gradient / len(losses)


def check_loss(label: str, student: Student, logits: Array, tgt: Array) -> None:
    """Compare the loss, a tensor without axes of the dtype of logits."""
    yours = student.call("masked_loss", Tensor(logits), Tensor(tgt))
    wanted = np.asarray(wanted_loss(logits, tgt)[0], logits.dtype)
    checks.tensor(f"masked_loss of logits {logits.shape}{label}", yours, wanted, **LIMITS)


def gradient_of(label: str, student: Student, logits: Array, tgt: Array) -> Array:
    """The gradient of logits, compared."""
    kept = student.put(Tensor(logits, requires_grad=True))
    student.keep("masked_loss", kept, Tensor(tgt)).call("backward")
    title = f"masked_loss of logits {logits.shape}{label}: the gradient of logits"
    return checks.tensor(title, kept.get("grad"), wanted_loss(logits, tgt)[1], **LIMITS)


def padded(logits: Array, tgt: Array, more: int, score: float) -> tuple[Array, Array]:
    """The same batch with `more` steps of padding, and this score for everything there."""
    wide = np.full((logits.shape[0], logits.shape[1] + more, logits.shape[2]), score)
    wide[:, : logits.shape[1]] = logits
    return wide, np.pad(tgt, ((0, 0), (0, more)), constant_values=PAD)


@masked_loss(points=3)
def test_masked_loss_values(student: Student) -> None:
    """The mean over the real tokens of rows of several lengths; the dtype of logits."""
    for seed, dtype in ((1, np.float64), (2, np.float32)):
        logits, tgt = drawn_batch(seed)
        check_loss(f", in {np.dtype(dtype)}", student, logits.astype(dtype), tgt)


@masked_loss(points=1)
def test_masked_loss_other_sizes(student: Student) -> None:
    """Rows of one length, one row, one token in each row, one token in all."""
    for seed, lengths, words in ((3, [6, 6], 5), (4, [5], 11), (5, [2, 2, 2], 7), (6, [2], 4)):
        check_loss("", student, *drawn_batch(seed, lengths, V=words))


@masked_loss(points=1)
def test_masked_loss_of_each_token(student: Student) -> None:
    """A model that is sure of the right tokens loses nothing, and of a wrong one much; EOS and UNK count like words."""
    _, tgt = drawn_batch(7)
    sure = 20.0 * (tgt[:, 1:, None] == np.arange(V))
    check_loss(", sure of every token", student, sure, tgt)
    for name, id in (("EOS", EOS), ("UNK", UNK)):
        logits = sure.copy()
        logits[tgt[:, 1:] == id] = 0.0
        check_loss(f", sure of every token but {name}", student, logits, tgt)


@masked_loss(points=1)
def test_masked_loss_of_large_scores(student: Student) -> None:
    """Scores are not probabilities: they may be far from 0, all together or each."""
    for seed, scale, shift in ((8, 1.0, 900.0), (9, 1.0, -900.0), (10, 300.0, 0.0)):
        logits, tgt = drawn_batch(seed, scale=scale)
        check_loss(f" around {shift:g}, of a size of about {scale:g}", student, logits + shift, tgt)


@masked_loss(points=2)
def test_masked_loss_padding_changes_nothing(student: Student) -> None:
    """What is scored at PAD, and how much of it there is."""
    logits, tgt = drawn_batch(11)
    other = np.where((tgt[:, 1:] == PAD)[:, :, None], 7.0 * np.arange(V), logits)
    check_loss(", with other scores at PAD", student, other, tgt)
    for more, score in ((1, 0.0), (4, -3.0)):
        wide = padded(logits, tgt, more, score)
        check_loss(f", {more} steps of them padding throughout", student, *wide)
        gradient = gradient_of(f", {more} steps of them padding throughout", student, *wide)
        nothing = np.zeros_like(gradient[wide[1][:, 1:] == PAD])
        checks.equal("masked_loss: the gradient of what is scored at PAD", gradient[wide[1][:, 1:] == PAD], nothing)


@masked_loss(points=2)
def test_masked_loss_gradient(student: Student) -> None:
    """The gradient of every score."""
    for seed, lengths in ((12, LENGTHS), (13, [3]), (14, [2, 6])):
        gradient_of("", student, *drawn_batch(seed, lengths))


@masked_loss(points=1)
def test_masked_loss_leaves_its_arguments_alone(student: Student) -> None:
    """Logits and targets are as they were."""
    sent: dict[str, Any] = dict(zip(("logits", "tgt"), drawn_batch(15), strict=True))
    kept = {name: student.put(Tensor(array)) for name, array in sent.items()}
    wanted = np.asarray(wanted_loss(**sent)[0])
    checks.tensor("masked_loss of logits (4, 6, 9)", student.call("masked_loss", *kept.values()), wanted, **LIMITS)
    for name, array in sent.items():
        checks.tensor(f"masked_loss: its argument {name} after the call", kept[name].fetch(), array, rtol=0, atol=0)
