"""Checks of a torch module against the reference's: values, gradients, rows, mode, inputs, graph.

Inputs are arrays, handed over as tensors, or plain values. An output is one tensor, or a tuple whose parts `names`
names. Every check raises CheckFailed with the part that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed, TaskError
from autograder.testing import checks
from autograder.testing.checks import comparison_count
from autograder.testing.checks.plain_values import described
from autograder.testing.torch_modules.module_pair import ModulePair, local, sent

Names = Sequence[str]


def check_values(label: str, pair: ModulePair, inputs: Sequence[Any], names: Names, **limits: Any) -> list[np.ndarray]:
    """Compare the outputs of `forward`; the wanted ones as arrays."""
    with torch.no_grad():
        wanted = _parts(pair.oracle(*map(local, inputs)), names)
    _compare(label, pair.yours.call("forward", *map(sent, inputs)), wanted, names, **limits)
    return [tensor.numpy() for tensor in wanted]


def check_gradients(label: str, pair: ModulePair, inputs: Sequence[Any], names: Names, upstream: Sequence[Any]) -> None:
    """Compare the gradients of all inputs of floats, and of all parameters, for upstream gradients of the outputs.

    upstream   an array for each output, or None for an output that is not used
    The pair is to have dtype float64. The parameters of modules among the inputs are compared too.
    """
    mine = [sent(value, requires_grad=True) for value in inputs]
    mine = [pair.student.put(value) if type(value) is Tensor else value for value in mine]
    theirs = [local(value, requires_grad=True) for value in inputs]
    outputs = pair.yours.keep("forward", *mine)
    wanted = _parts(pair.oracle(*theirs), names)
    modules = [("", pair), *((f"{one.name}.", one) for one in inputs if isinstance(one, ModulePair))]
    for _, one in modules:
        one.oracle.zero_grad()
        if any(True for _ in one.oracle.parameters()):
            one.yours.keep("zero_grad").release()
    torch.autograd.backward(*_used(wanted, upstream))
    for index, gradient in enumerate(upstream):
        if gradient is not None:
            output = outputs.item(index) if len(names) > 1 else outputs
            output.call("backward", Tensor(gradient), retain_graph=True)
    for index, (ref, tensor) in enumerate(zip(mine, theirs, strict=True)):
        if isinstance(tensor, torch.Tensor) and tensor.requires_grad:
            _compare_gradient(f"{label}: the gradient of argument {index + 1}", ref.get("grad"), tensor.grad, tensor)
    for prefix, one in modules:
        received = one.yours.gradients()
        for key, parameter in one.oracle.named_parameters():
            _compare_gradient(f"{label}: the gradient of {prefix}{key}", received.get(key), parameter.grad, parameter)


def check_rows(label: str, pair: ModulePair, inputs: Sequence[Any], names: Names, row_axes: Sequence[int]) -> None:
    """Check that each row gives alone what it gives in a batch.

    row_axes   the axis of the rows in each output; inputs that are arrays have it first
    """
    wanted = check_values(label, pair, inputs, names)
    rows = next(len(value) for value in inputs if isinstance(value, np.ndarray))
    for row in range(rows):
        alone = [value[row : row + 1] if isinstance(value, np.ndarray) else value for value in inputs]
        parts = [np.take(array, [row], axis) for array, axis in zip(wanted, row_axes, strict=True)]
        _compare(f"{label}, row {row} alone", pair.yours.call("forward", *map(sent, alone)), parts, names)


def check_inputs_untouched(label: str, pair: ModulePair, inputs: Sequence[Any]) -> None:
    """Check that `forward` changes none of its inputs."""
    kept = {i: pair.student.put(sent(value)) for i, value in enumerate(inputs) if isinstance(value, np.ndarray)}
    pair.yours.keep("forward", *(kept.get(i) or sent(value) for i, value in enumerate(inputs)))
    comparison_count.note()
    for index, value in enumerate(inputs):
        if index in kept:
            now = kept[index].fetch()
            if type(now) is not Tensor or now.array.dtype != value.dtype or not np.array_equal(now.array, value):
                raise CheckFailed(
                    f"{label}: argument {index + 1}", "it was changed", "an input as it was before the call"
                )


def check_mode_kept(label: str, pair: ModulePair, action: Callable[[], Any]) -> None:
    """Check that an action leaves the module in the mode in which it was, training or evaluation."""
    for training in (True, False):
        pair.set_mode(training)
        action()
        after = pair.yours.get("training")
        comparison_count.note()
        if after is not training:
            raise CheckFailed(label, f"training is {after} afterwards", f"training is {training}, as it was before")


def check_without_graph(label: str, received: Any) -> None:
    """Check that a tensor, or each of several, carries no graph."""
    comparison_count.note()
    for one in received if type(received) in (list, tuple) else [received]:
        if type(one) is not Tensor:
            raise CheckFailed(label, described(one), "a tensor")
        if one.requires_grad:
            raise CheckFailed(label, "a tensor that requires a gradient", "a tensor without a graph")


def _compare(label: str, received: Any, wanted: Sequence[Any], names: Names, **limits: Any) -> None:
    if len(names) == 1:
        checks.tensor(label, received, wanted[0], **limits)
    else:
        checks.tensors(label, received, wanted, names, **limits)


def _compare_gradient(label: str, received: Any, wanted: torch.Tensor | None, like: torch.Tensor) -> None:
    """Compare one gradient; none at all is as good as zeros."""
    zeros = np.zeros(tuple(like.shape), like.detach().numpy().dtype)
    wanted_array = zeros if wanted is None else wanted.numpy()
    if received is None and wanted_array.any():
        comparison_count.note()
        raise CheckFailed(label, "there is none", f"{described(Tensor(wanted_array))}")
    checks.tensor(label, Tensor(zeros) if received is None else received, wanted_array)


def _used(outputs: Sequence[torch.Tensor], upstream: Sequence[Any]) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The outputs with an upstream gradient, and these gradients."""
    if len(outputs) != len(upstream) or all(gradient is None for gradient in upstream):
        raise TaskError("a gradient check needs an upstream gradient, or None, for each output, and one at least")
    pairs = [(output, torch.from_numpy(g)) for output, g in zip(outputs, upstream, strict=True) if g is not None]
    return [output for output, _ in pairs], [gradient for _, gradient in pairs]


def _parts(output: Any, names: Names) -> list[torch.Tensor]:
    """The tensors of the reference's output."""
    parts = [output] if len(names) == 1 else list(output)
    if len(parts) != len(names):
        raise TaskError(f"the reference gives {len(parts)} outputs where {len(names)} are named")
    return parts
