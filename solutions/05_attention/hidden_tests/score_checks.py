"""What every score function is asked: each function is one test's work, for the class of that name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.sequence_models import layer_gradients
from autograder.testing.sequence_models.layer_gradients import LayerRun
from autograder.testing.sequence_models.likeness import FEW_TRAITS
from autograder.testing.student import RemoteObject, Student

PARAMETERS = {"GeneralScore": ("W",), "AdditiveScore": ("W_enc", "W_dec", "v")}
SIZES = {"N": 2, "S": 5, "H_enc": 3, "H_dec": 7, "A": 11}
SMALL: tuple[dict[str, int], ...] = (
    {"N": 1}, {"S": 1}, {"H_enc": 1}, {"H_dec": 1}, {"A": 1}, {"H_enc": 7}, dict.fromkeys(SIZES, 1),
)  # fmt: skip


def score_run(student: Student, name: str, seed: int, dtype: Any = np.float64, **sizes: int) -> LayerRun:
    """A score function, hidden states hs (N, S, H_enc), decoder states h (N, H_dec), and the gradient of the scores."""
    N, S, H_enc, H_dec, A = (sizes.get(axis, size) for axis, size in SIZES.items())
    shapes = [(H_dec, H_enc)] if name == "GeneralScore" else [(H_enc, A), (H_dec, A), (A,)]
    rng = hidden_rng(seed)
    weights = [(rng.standard_normal(shape) * shape[0] ** -0.5).astype(dtype) for shape in shapes]
    hs, h, dscores = (rng.standard_normal(shape).astype(dtype) for shape in ((N, S, H_enc), (N, H_dec), (N, S)))
    return LayerRun(student, name, weights, [hs, h], [dscores], ("hs", "h"), PARAMETERS[name], leeway=FEW_TRAITS)


def wanted_scores(reference: SimpleNamespace, run: LayerRun) -> Array:
    """The oracle's scores."""
    scores: Array = getattr(reference, run.name)(*run.weights).forward(*run.inputs)
    assert scores.size == 1 or np.ptp(scores) > 0.1, "the scores hardly differ"
    return scores


def check_scores(
    note: str, layer: RemoteObject, reference: SimpleNamespace, run: LayerRun, inputs: Sequence[Any] = (), **kind: Any
) -> None:
    """The student's scores against the oracle's; `inputs` are hs and h where these are over there already."""
    yours = layer.call("forward", *(inputs or run.inputs))
    checks.values(f"{run.name}.forward{note}: the scores", yours, wanted_scores(reference, run), **kind)


def check_values(student: Student, reference: SimpleNamespace, name: str) -> None:
    """Scores of several inputs; source steps in another order have their scores in that order."""
    for seed in (351, 352):
        run = score_run(student, name, seed)
        check_scores("", run.layer(), reference, run)
        moved = replace(run, inputs=[run.inputs[0][:, [2, 4, 0, 1, 3]], run.inputs[1]])
        check_scores(" with its source steps in another order", run.layer(), reference, moved)


def check_small_sizes(student: Student, reference: SimpleNamespace, name: str) -> None:
    """One of everything; hidden states as long as decoder states."""
    for seed, sizes in enumerate(SMALL, start=353):
        run = score_run(student, name, seed, **sizes)
        check_scores(f" with {sizes}", run.layer(), reference, run)


def check_params(student: Student, reference: SimpleNamespace, name: str) -> None:
    """`params` are the arrays given; changing them in place, as an optimizer does, changes what forward gives."""
    old, new = (score_run(student, name, seed) for seed in (360, 361))
    layer = old.layer()
    check_scores("", layer, reference, old)
    checks.values(f"{name}.params: {', '.join(PARAMETERS[name])}", layer.get("params"), list(old.weights))
    layer.fill("params", new.weights)
    check_scores(" after its params were changed in place", layer, reference, new)


def check_dtype(student: Student, reference: SimpleNamespace, name: str) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        run = score_run(student, name, 362, dtype)
        check_scores(f" in {dtype.__name__}", run.layer(), reference, run, dtype=dtype)


def check_untouched(student: Student, reference: SimpleNamespace, name: str) -> None:
    """hs, h and the parameters are still what they were, also after backward; and so is dscores."""
    run = score_run(student, name, 363)
    kept = [student.put(part) for part in (*run.inputs, *run.weights)]
    layer = student.new(name, *kept[2:])
    check_scores("", layer, reference, run, kept[:2])
    for call in ("forward", "backward"):
        sent = (*run.inputs, *run.weights)
        for title, ref, array in zip((*run.input_names, *run.parameters), kept, sent, strict=True):
            checks.untouched(f"{name}.{call}: {title}", ref, array)
        layer.call("backward", *run.upstream)
    layer_gradients.check_upstream_untouched(run, ("dscores",), seed=363)


def check_input_gradients(student: Student, name: str) -> None:
    """dhs and dh, against differences of forward."""
    for seed in (371, 372):
        layer_gradients.check_input_gradients(score_run(student, name, seed), seed)


def check_parameter_gradients(student: Student, name: str) -> None:
    """The gradient of each parameter, against differences of forward."""
    for seed in (373, 374):
        layer_gradients.check_parameter_gradients(score_run(student, name, seed), seed)


def check_small_gradients(student: Student, name: str) -> None:
    """One of everything; hidden states as long as decoder states."""
    for seed, sizes in enumerate(SMALL, start=375):
        run = score_run(student, name, seed, **sizes)
        layer_gradients.check_input_gradients(run, seed)
        layer_gradients.check_parameter_gradients(run, seed)


def check_grads_overwritten(student: Student, name: str) -> None:
    """In place, never rebound, never added up over two calls."""
    first, second = (score_run(student, name, 382, S=S) for S in (5, 2))
    layer_gradients.check_grads_overwritten(first, second, seed=382)


def check_gradient_dtype(student: Student, name: str) -> None:
    """float32 in, float32 out."""
    layer_gradients.check_float32_kept(score_run(student, name, 383), seed=383)
