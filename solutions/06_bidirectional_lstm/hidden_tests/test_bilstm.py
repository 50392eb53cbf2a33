"""Assignment 06, an LSTM of two directions: time_bilstm_forward, time_bilstm_backward."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, array, arrays
from autograder.testing.question import question
from autograder.testing.sequence_models import large_sizes, layer_gradients
from autograder.testing.student import Student

from .oracle_bilstm import NAME, PARAMETERS, BiCase, bi_case, bi_run, large_case

time_bilstm_forward = partial(
    question, "time_bilstm_forward",
    hint="In which order does the second LSTM read, and at which step does what it says first have to stand?",
)  # fmt: skip
time_bilstm_backward = partial(
    question, "time_bilstm_backward",
    hint="Which half of dhs belongs to which LSTM, in which order of steps, and by how many ways does xs come in?",
)  # fmt: skip


def check_read(label: str, yours: Any, reference: SimpleNamespace, case: BiCase, **kind: Any) -> Array:
    """What `TimeBiLSTM.forward` returned against the oracle's."""
    wanted = np.asarray(reference.TimeBiLSTM(*case.weights).forward(case.xs))
    checks.values(f"{NAME}.forward{label}: hs", yours, wanted, **kind)
    return wanted


@time_bilstm_forward(points=4)
def test_time_bilstm_forward_values(student: Student, reference: SimpleNamespace) -> None:
    """Both halves at every step, each direction with its own weights."""
    for seed in (1, 2):
        case = bi_case(seed)
        wanted = check_read("", student.new(NAME, *case.weights).call("forward", case.xs), reference, case)
        assert np.abs(wanted[..., : case.H] - wanted[..., case.H :]).max() > 0.1, "the halves are alike"


@time_bilstm_forward(points=1)
def test_time_bilstm_forward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """T = 1, N = 1, H = 1, and every size 1."""
    for sizes in ({"T": 1}, {"N": 1}, {"H": 1}, {"N": 1, "T": 1, "D": 1, "H": 1}, {"N": 5, "T": 2, "D": 7, "H": 3}):
        case = bi_case(3, **sizes)
        yours = student.new(NAME, *case.weights).call("forward", case.xs)
        check_read(f" with {sizes}", yours, reference, case)


@time_bilstm_forward(points=2)
def test_time_bilstm_forward_what_each_half_has_read(student: Student, reference: SimpleNamespace) -> None:
    """Another step t changes the first half from t on, and the second half up to t; nothing else."""
    case = bi_case(4)
    H, shape = case.H, case.dhs.shape
    before = array(f"{NAME}.forward: hs", student.new(NAME, *case.weights).call("forward", case.xs), shape)
    check_read("", before, reference, case)
    for t in range(shape[1]):
        changed = BiCase(case.weights, case.xs.copy(), case.dhs)
        changed.xs[:, t] += 1.0
        note = f" with another step {t}"
        answer = student.new(NAME, *case.weights).call("forward", changed.xs)
        after = array(f"{NAME}.forward{note}: hs", answer, shape)
        wanted = check_read(note, after, reference, changed)
        moved = np.abs(wanted - before).max(axis=0) > 1e-6
        assert moved[t:, :H].all() and moved[: t + 1, H:].all(), "a step does not matter"
        for half, steps, part in (("first", slice(t), slice(H)), ("second", slice(t + 1, None), slice(H, None))):
            if before[:, steps].size:
                title = f"{NAME}.forward{note}: the {half} half, at steps that it reads before that one"
                checks.values(title, after[:, steps, part], before[:, steps, part])


@time_bilstm_forward(points=1)
def test_time_bilstm_forward_starts_afresh(student: Student, reference: SimpleNamespace) -> None:
    """Every forward starts from zeros at both ends, whatever was read before and however many rows it had."""
    weights = bi_case(5).weights
    layer = student.new(NAME, *weights, stateful=False)
    for turn, (N, T) in enumerate(((2, 3), (2, 2), (3, 1), (2, 5)), start=1):
        case = BiCase(weights, *(getattr(bi_case(5 + turn, N, T), part) for part in ("xs", "dhs")))
        check_read(f", call {turn}", layer.call("forward", case.xs), reference, case)


@time_bilstm_forward(points=1)
def test_time_bilstm_forward_rows(student: Student, reference: SimpleNamespace) -> None:
    """Rows in another order are read as before."""
    case, order = bi_case(10, N=3), [2, 0, 1]
    wanted = check_read("", student.new(NAME, *case.weights).call("forward", case.xs), reference, case)
    yours = student.new(NAME, *case.weights).call("forward", case.xs[order])
    checks.values(f"{NAME}.forward with its rows in another order: hs", yours, wanted[order])


@time_bilstm_forward(points=1)
def test_time_bilstm_forward_keeps_dtype(student: Student, reference: SimpleNamespace) -> None:
    """float32 in, float32 out; float64 in, float64 out."""
    for dtype in (np.float32, np.float64):
        case = bi_case(11, dtype=dtype)
        yours = student.new(NAME, *case.weights).call("forward", case.xs)
        check_read(f" in {dtype.__name__}", yours, reference, case, dtype=dtype)


@time_bilstm_forward(points=1)
def test_time_bilstm_forward_leaves_its_input_alone(student: Student, reference: SimpleNamespace) -> None:
    """xs is still what it was."""
    case = bi_case(12)
    kept = student.put(case.xs)
    check_read("", student.new(NAME, *case.weights).call("forward", kept), reference, case)
    checks.untouched(f"{NAME}.forward: its argument xs", kept, case.xs)


@time_bilstm_forward(points=2)
def test_time_bilstm_forward_reads_its_params(student: Student, reference: SimpleNamespace) -> None:
    """`params` are Wx1, Wh1, b1, Wx2, Wh2, b2; changing them in place, as an optimizer does, changes what it reads."""
    old, new = bi_case(13), bi_case(14)
    layer = student.new(NAME, *old.weights)
    checks.values(f"{NAME}.params: {', '.join(PARAMETERS)}", layer.get("params"), old.weights)
    arrays(f"{NAME}.grads", layer.get("grads"), [weight.shape for weight in old.weights])
    layer.fill("params", new.weights)
    check_read(" after its params were changed in place", layer.call("forward", new.xs), reference, new)


@time_bilstm_backward(points=4)
def test_time_bilstm_backward_input_gradient(student: Student) -> None:
    """dxs at every step, by way of both directions."""
    for seed in (21, 22):
        layer_gradients.check_input_gradients(bi_run(student, bi_case(seed)), seed=seed)


@time_bilstm_backward(points=4)
def test_time_bilstm_backward_parameter_gradients(student: Student) -> None:
    """The gradients of six arrays."""
    layer_gradients.check_parameter_gradients(bi_run(student, bi_case(23)), seed=23)


@time_bilstm_backward(points=2)
def test_time_bilstm_backward_overwrites_grads(student: Student) -> None:
    """In place, never rebound, never added up over two calls."""
    first, second = bi_run(student, bi_case(24)), bi_run(student, bi_case(24, T=3))
    layer_gradients.check_grads_overwritten(first, second, seed=24)


@time_bilstm_backward(points=1)
def test_time_bilstm_backward_of_small_sizes(student: Student, reference: SimpleNamespace) -> None:
    """T = 1 (where h starts at zero from both ends, and so Wh1 and Wh2 have no gradient), N = 1, D = H = 1.

    Of a forward that is wrong there, and may give nothing that has a slope, an ordinary size is asked.
    """
    for sizes in ({"T": 1, "N": 3}, {"T": 3, "N": 1}, {"T": 2, "N": 1, "D": 1, "H": 1}):
        case, zero = bi_case(25, **sizes), ["Wh1", "Wh2"] if sizes["T"] == 1 else []
        try:
            check_read("", student.new(NAME, *case.weights).call("forward", case.xs), reference, case)
        except CheckFailed:
            case, zero = bi_case(25), []
        run = bi_run(student, case)
        layer_gradients.check_input_gradients(run, seed=25)
        layer_gradients.check_parameter_gradients(run, seed=25, zero=zero)


@time_bilstm_backward(points=1)
def test_time_bilstm_backward_keeps_dtype(student: Student) -> None:
    """float32 in, float32 out."""
    layer_gradients.check_float32_kept(bi_run(student, bi_case(26)), seed=26)


@time_bilstm_backward(points=1)
def test_time_bilstm_backward_leaves_its_upstream_alone(student: Student) -> None:
    """dhs is still what it was."""
    layer_gradients.check_upstream_untouched(bi_run(student, bi_case(27)), ("dhs",), seed=27)


@time_bilstm_backward(points=2)
def test_time_bilstm_backward_of_many_weights(student: Student) -> None:
    """By the chain rule, not by moving each number and looking what forward gives."""
    large_sizes.check_layer(bi_run(student, bi_case(28)), bi_run(student, large_case(29)), seed=28)
