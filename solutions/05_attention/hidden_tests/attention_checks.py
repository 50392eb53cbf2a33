"""What every layer that looks back is asked: each function is one test's work, for the class of that name.

AttentionWeight gives the weights (N, S) of one decoder state h (N, H), Attention the context vector (N, H), and
TimeAttention the context vectors (N, T, H) of every step's state (N, T, H), over hidden states hs (N, S, H). Values
are the oracle's; gradients are judged against the student's own forward. All sizes are different primes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models import layer_gradients
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.likeness import FEW_TRAITS
from autograder.testing.student import RemoteObject, Student

WEIGHTS = {"Attention": "attention_weight", "TimeAttention": "attention_weights"}  # where these keep their weights
SMALL: tuple[dict[str, int], ...] = ({"N": 1}, {"S": 1}, {"H": 1}, {"N": 1, "S": 1, "H": 1, "T": 1})


@dataclass(frozen=True)
class LookCase:
    """Hidden states hs (N, S, H), decoder states h, a mask (N, S) or None, and the gradient of what forward gives."""

    name: str
    hs: Array
    h: Array
    upstream: Array
    mask: Array | None = None

    @property
    def arguments(self) -> list[Array]:
        """As forward takes them."""
        return [self.hs, self.h, *([] if self.mask is None else [self.mask])]

    @property
    def input_names(self) -> tuple[str, str]:
        """What the docstring calls hs and h."""
        return ("hs_enc", "hs_dec") if self.name == "TimeAttention" else ("hs", "h")

    def masked(self, mask: Array) -> LookCase:
        """The same under a mask."""
        return replace(self, mask=mask)

    def run(self, student: Student) -> LayerRun:
        """A run of the student's layer, for its gradients."""
        inputs, fixed = self.arguments[:2], self.arguments[2:]
        names, leeway = self.input_names, FEW_TRAITS
        return LayerRun(student, self.name, [], inputs, [self.upstream], names, (), fixed, leeway=leeway)


def look_case(
    name: str, seed: int, N: int = 3, S: int = 7, H: int = 5, T: int = 11, dtype: Any = np.float64
) -> LookCase:
    """A case whose weights are neither equal nor all on one step."""
    rng = hidden_rng(seed)
    h_shape = (N, T, H) if name == "TimeAttention" else (N, H)
    hs, h = rng.standard_normal((N, S, H)), 0.7 * rng.standard_normal(h_shape)
    upstream = rng.standard_normal((N, S) if name == "AttentionWeight" else h_shape)
    return LookCase(name, *(part.astype(dtype) for part in (hs, h, upstream)))


def masks(N: int = 3, S: int = 7) -> list[Array]:
    """Padding on the right, of another length in every row; padding on the left; padding anywhere."""
    lengths = np.array([S, (S + 1) // 2, 1])[:N]
    ragged = np.arange(S) < lengths[:, None]
    anywhere = np.arange(N * S).reshape(N, S) % 3 == 1
    assert anywhere.any(axis=1).all(), "nothing is seen in some row"
    return [ragged, ragged[:, ::-1].copy(), anywhere]


def oracle_of(reference: SimpleNamespace, case: LookCase) -> tuple[Array, Array]:
    """What the oracle's forward gives, and its weights."""
    layer = getattr(reference, case.name)()
    result = layer.forward(*case.arguments)
    weights = getattr(layer, WEIGHTS[case.name]) if case.name in WEIGHTS else result
    assert case.hs.shape[1] == 1 or np.ptp(weights) > 0.1, "the weights hardly differ"
    return result, weights


def check_forward(note: str, layer: RemoteObject, reference: SimpleNamespace, case: LookCase, **kind: Any) -> None:
    """What the student's forward gives against the oracle's."""
    label = f"{case.name}.forward{note}"
    yours, (wanted, _) = layer.call("forward", *case.arguments), oracle_of(reference, case)
    if case.name == "AttentionWeight":
        check_are_weights(f"{label}: the weights", array(label, yours, wanted.shape), case)
    checks.values(label, yours, wanted, **kind)


def check_are_weights(label: str, weights: Array, case: LookCase) -> None:
    """Each row adds up to 1; where the mask is False there is nothing at all."""
    if case.mask is not None:
        hidden = weights[np.broadcast_to(~(case.mask if weights.ndim < 3 else case.mask[:, None, :]), weights.shape)]
        if hidden.size:
            checks.equal(f"{label} where mask is False", hidden, np.zeros_like(hidden))
    sums = weights.sum(axis=-1)
    checks.values(f"{label} of each row, added up over the source steps", sums, np.ones_like(sums, np.float32))


def check_values(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Without a mask, with several inputs."""
    for seed in (301, 302):
        check_forward("", student.new(name), reference, look_case(name, seed))


def check_masked_values(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Under several masks; under one that hides nothing; and without one after that."""
    case, layer = look_case(name, 303), student.new(name)
    for mask in (np.ones((3, 7), bool), *masks()):
        check_forward(f" with {int((~mask).sum())} steps hidden", layer, reference, case.masked(mask))
    check_forward(" without a mask, after one with a mask", layer, reference, case)
    named = student.new(name).call("forward", case.hs, case.h, mask=masks()[0])
    checks.values(f"{name}.forward(..., mask=mask)", named, oracle_of(reference, case.masked(masks()[0]))[0])


def check_weights_kept(student: Student, reference: SimpleNamespace, name: str) -> None:
    """The weights of the last forward, as an attribute, which backward leaves alone."""
    layer, attribute = student.new(name), WEIGHTS[name]
    for seed, mask in enumerate((None, *masks(), None), start=304):
        case = replace(look_case(name, seed), mask=mask)
        wanted = oracle_of(reference, case)[1]
        check_forward("", layer, reference, case)
        for calls in ("forward", "forward and backward"):
            label = f"{name}.{attribute} after {calls}"
            weights = array(label, layer.get(attribute), wanted.shape)
            check_are_weights(label, weights, case)
            checks.values(label, weights, wanted)
            layer.call("backward", case.upstream)


def check_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """One row, one source step, one hidden unit, one decoder step."""
    for seed, sizes in enumerate((*SMALL, {"T": 1}), start=311):
        case = look_case(name, seed, **sizes)
        check_forward(f" with {sizes}", student.new(name), reference, case)
        if "S" in sizes:
            alone = case.masked(np.ones(case.hs.shape[:2], bool))
            check_forward(f" with {sizes} and a mask", student.new(name), reference, alone)


def check_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """float32 in, float32 out; float64 in, float64 out; with a mask too."""
    for dtype in (np.float32, np.float64):
        case = look_case(name, 316, dtype=dtype)
        for asked in (case, case.masked(masks()[2])):
            check_forward(f" in {dtype.__name__}", student.new(name), reference, asked, dtype=dtype)


def check_inputs_untouched(student: Student, reference: SimpleNamespace, name: str) -> None:
    """What forward was given is still what it was, also after backward."""
    case = look_case(name, 317).masked(masks()[2])
    kept = [student.put(part) for part in case.arguments]
    layer = student.new(name)
    checks.values(f"{name}.forward", layer.call("forward", *kept), oracle_of(reference, case)[0])
    for calls in ("forward", "backward"):
        for title, ref, sent in zip((*case.input_names, "mask"), kept, case.arguments, strict=True):
            checks.untouched(f"{name}.{calls}: the {title} given to forward", ref, sent)
        layer.call("backward", case.upstream)


def check_order_of_steps(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Source steps in another order: their weights in that order, the context vectors as they were."""
    order = [3, 0, 6, 2, 1, 5, 4]
    for mask in (None, masks()[0]):
        case = replace(look_case(name, 318), mask=mask)
        result, weights = oracle_of(reference, case)
        layer = student.new(name)
        moved = replace(case, hs=case.hs[:, order], mask=None if mask is None else mask[:, order])
        label = f"{name} with its source steps in another order"
        wanted = result if name in WEIGHTS else weights[..., order]
        checks.values(label, layer.call("forward", *moved.arguments), wanted)


def check_large_scores(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Scores of 10000 and -10000 and their neighbours, all whole numbers, which float32 holds exactly."""
    high, low = [[100, 0], [100, 1]], [[-100, 0], [-100, 1], [-100, 2]]
    hs = np.array([[*high, low[0]], [low[2], *low[:2]], [low[1], high[0], low[0]]])
    h = np.broadcast_to([100, 1], (3, 2))
    if name == "TimeAttention":
        h = np.stack([h, -h, h * [1, 2], h // 100, h], axis=1)
    mask = np.array([[True, True, False], [True, True, True], [True, False, True]])
    for dtype in (np.float64, np.float32):
        case = LookCase(name, hs.astype(dtype), h.astype(dtype), np.ones(1))
        for asked, note in ((case, ""), (case.masked(mask), " and a mask")):
            check_forward(f" with scores of 10000 and -10000{note}", student.new(name), reference, asked, dtype=dtype)


def check_nothing_to_see(student: Student, reference: SimpleNamespace, name: str) -> None:
    """A row of mask without a True is refused, whichever it is; others are not."""
    case, layer = look_case(name, 319), student.new(name)
    for mask in masks():
        for row in range(len(mask)):
            blind = mask.copy()
            blind[row] = False
            action = partial(layer.call, "forward", *case.masked(blind).arguments)
            checks.raises(f"{name}.forward with a mask whose row {row} has no True", "ValueError", action)
        check_forward(" with a mask that has a True in every row", student.new(name), reference, case.masked(mask))


def check_gradients(student: Student, name: str) -> None:
    """What backward returns, against differences of forward."""
    for seed in (321, 322):
        layer_gradients.check_input_gradients(look_case(name, seed).run(student), seed)


def check_masked_gradients(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Under a mask; whatever hs holds where it is False changes nothing, and its gradient there is exactly 0."""
    for seed, mask in enumerate(masks(), start=323):
        case = look_case(name, seed).masked(mask)
        hs = np.where(mask[:, :, None], case.hs, 30 * case.hs[::-1, ::-1] - 20)
        plain, other = (_received(student, reference, asked) for asked in (case, replace(case, hs=hs)))
        layer_gradients.check_input_gradients(case.run(student), seed, plain[1:])
        titles = (f"{name}.forward", *(f"{name}.backward: the gradient of {title}" for title in case.input_names))
        for title, mine, before in zip(titles, other, plain, strict=True):
            checks.values(f"{title} with other hidden states where mask is False", mine, before)
        hidden = np.stack([part[1][~mask] for part in (plain, other)])
        checks.equal(f"{titles[1]} where mask is False", hidden, np.zeros_like(hidden))


def _received(student: Student, reference: SimpleNamespace, case: LookCase) -> list[Array]:
    """What the student's forward gives, which must be right, and then the gradients."""
    layer, run, wanted = student.new(case.name), case.run(student), oracle_of(reference, case)[0]
    result = array(f"{case.name}.forward", layer.call("forward", *case.arguments), wanted.shape)
    checks.values(f"{case.name}.forward with a mask", result, wanted)
    return [result, *run.returned(layer.call("backward", case.upstream))]


def check_small_gradients(student: Student, name: str) -> None:
    """One of everything; of a single source step the weight is 1 whatever it holds, and so has no gradient."""
    for seed, sizes in enumerate((*SMALL, {"T": 1}), start=326):
        case = look_case(name, seed, **sizes)
        zero: Sequence[str] = case.input_names if name not in WEIGHTS else case.input_names[1:]
        layer_gradients.check_input_gradients(case.run(student), seed, zero=zero if "S" in sizes else ())


def check_gradient_dtype(student: Student, name: str) -> None:
    """float32 in, float32 out."""
    for seed, mask in ((331, None), (332, masks()[2])):
        layer_gradients.check_float32_kept(replace(look_case(name, seed), mask=mask).run(student), seed)


def check_upstream_untouched(student: Student, name: str) -> None:
    """What came from above is still what it was."""
    title = "da" if name == "AttentionWeight" else "dcs" if name == "TimeAttention" else "dc"
    layer_gradients.check_upstream_untouched(look_case(name, 333).run(student), (title,), seed=333)


def check_last_forward_counts(student: Student, name: str) -> None:
    """After two forwards backward is that of the second, and the same for a second time."""
    case = look_case(name, 335, N=2, S=3)
    run, layer = case.run(student), student.new(name)
    layer.call("forward", *look_case(name, 334).masked(masks()[0]).arguments)
    first = run.backward(layer)
    layer_gradients.check_input_gradients(run, 335, first)
    again = run.returned(layer.call("backward", case.upstream))
    for title, mine, before in zip(case.input_names, again, first, strict=True):
        checks.values(f"{name}.backward for the second time: the gradient of {title}", mine, before)
