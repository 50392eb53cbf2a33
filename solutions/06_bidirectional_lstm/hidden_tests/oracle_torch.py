"""torch.nn.LSTM as an oracle, in the grader's own process; torch is loaded at its first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.errors import GraderError
from autograder.testing.checks.plain_values import Array

SUFFIXES = ("_l0", "_l0_reverse")  # suffixes of torch's names: left to right, right to left


@dataclass(frozen=True)
class Read:
    """Hidden states (N, T, 2H), and the gradients of xs and of the weights in the given order."""

    hs: Array
    dxs: Array
    grads: list[Array]


@lru_cache(maxsize=1)
def loaded() -> Any:
    """torch with one thread, so that sums are computed in the same order every time."""
    try:
        import torch
    except ImportError as missing:
        raise GraderError("this suite compares with torch: install the package as autograder[torch]") from missing
    torch.set_num_threads(1)
    return torch


def one_way(theirs: Mapping[str, Array], xs: Array) -> Array:
    """hs (N, T, H) of torch.nn.LSTM, its parameters filled from weight_ih, weight_hh and bias; xs (N, T, D)."""
    torch = loaded()
    H = theirs["weight_hh"].shape[1]
    lstm = torch.nn.LSTM(xs.shape[2], H, batch_first=True, dtype=torch.from_numpy(xs).dtype)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.tensor(theirs["weight_ih"]))
        lstm.weight_hh_l0.copy_(torch.tensor(theirs["weight_hh"]))
        lstm.bias_ih_l0.copy_(torch.tensor(theirs["bias"]))
        lstm.bias_hh_l0.zero_()
        hs: Array = lstm(torch.tensor(xs))[0].numpy()
    return hs


def packed_both_ways(weights: Sequence[Array], xs: Array, lengths: Sequence[int], dhs: Array) -> Read:
    """Both directions over packed sequences, forward and backward, by torch's kernels and autograd.

    weights   Wx1, Wh1, b1, Wx2, Wh2, b2 with gates f, g, i, o along the last axis
    """
    torch = loaded()
    leaves = [torch.tensor(part, requires_grad=True) for part in (*weights, xs)]
    named: dict[str, Any] = {}
    for suffix, (Wx, Wh, b) in zip(SUFFIXES, (leaves[:3], leaves[3:6]), strict=True):
        named |= {f"weight_ih{suffix}": _turned(Wx), f"weight_hh{suffix}": _turned(Wh)}
        named |= {f"bias_ih{suffix}": _turned(b), f"bias_hh{suffix}": torch.zeros_like(b)}
    lstm = torch.nn.LSTM(xs.shape[2], len(weights[1]), batch_first=True, bidirectional=True, dtype=leaves[-1].dtype)
    rnn = torch.nn.utils.rnn
    packed = rnn.pack_padded_sequence(leaves[-1], list(lengths), batch_first=True, enforce_sorted=False)
    out, _ = torch.func.functional_call(lstm, named, (packed,))
    hs, _ = rnn.pad_packed_sequence(out, batch_first=True, total_length=xs.shape[1])
    hs.backward(torch.tensor(dhs))
    grads = [np.asarray(leaf.grad.numpy()) for leaf in leaves]
    return Read(hs.detach().numpy(), grads[-1], grads[:-1])


def _turned(array: Any) -> Any:
    """Gates f, g, i, o of the last axis in torch's layout: i, f, g, o along the first."""
    f, g, i, o = loaded().chunk(array, 4, dim=-1)
    return loaded().cat([i, f, g, o], dim=-1).movedim(-1, 0)
