"""A student's torch module in a training loop of the grader's: only values and gradients are the student's.

The parameters are the grader's. They start as the grader draws them, are changed by the grader's optimiser, and are
written into the student's module before every forward. So a notebook that tampers with an optimiser, with the files
handed out or with torch can neither influence the training nor hand in weights of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import described
from autograder.testing.student import RemoteObject
from autograder.testing.torch_modules.module_pair import sent


class RemoteModule(torch.nn.Module):
    """A student's module as a module of this process, for any training loop; its inputs get no gradient.

    label   its name in messages
    yours   the student's module; its parameters and buffers are named as those of `twin`
    twin    the reference's module: its parameters are those that are trained
    shape   the shape of the output for some inputs

    `forward` gives one tensor of the dtype of the parameters. It raises StudentError, and CheckFailed where the output
    has another shape or dtype, or a gradient another shape or a number that is not finite.
    """

    def __init__(
        self, label: str, yours: RemoteObject, twin: torch.nn.Module, shape: Callable[..., tuple[int, ...]]
    ) -> None:
        super().__init__()
        self.label, self.twin = label, twin
        self._yours, self._shape = yours, shape
        self._mode: bool | None = None  # of the student's module, once it is known

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The student's output at the twin's parameters."""
        parameters = list(self.twin.parameters())
        output: torch.Tensor = _Through.apply(self, inputs, torch.is_grad_enabled(), *parameters)  # type: ignore[no-untyped-call]
        return output

    def kept_output(self, inputs: tuple[torch.Tensor, ...]) -> tuple[RemoteObject, np.ndarray]:
        """The output at the twin's parameters and in this module's mode: in the student's process, and its values."""
        if self._mode is not self.training:
            self._yours.keep("train", self.training).release()
            self._mode = self.training
        self._yours.load({name: array.numpy() for name, array in self.twin.state_dict().items()})
        output = self._yours.keep("forward", *(sent(value.numpy()) for value in inputs))
        label, received = f"{self.label}: forward while it is trained", output.fetch()
        if type(received) is not Tensor:
            raise CheckFailed(label, described(received), "a tensor")
        array = checks.shape(label, received.array, self._shape(*inputs))
        checks.dtype(label, array, next(self.twin.parameters()).detach().numpy().dtype)
        return output, array

    def gradients(self, output: RemoteObject, upstream: torch.Tensor) -> list[torch.Tensor | None]:
        """The gradients of all parameters, in the twin's order, for the upstream gradient of an output."""
        self._yours.keep("zero_grad").release()
        output.call("backward", Tensor(upstream.numpy()))
        received = self._yours.gradients()
        named = self.twin.named_parameters()
        return [self._checked(f"the gradient of {name}", received.get(name), weight) for name, weight in named]

    def _checked(self, name: str, received: Tensor | None, like: torch.Tensor) -> torch.Tensor | None:
        if received is None:
            return None
        label = f"{self.label}: {name} while it is trained"
        array = checks.shape(label, received.array, tuple(like.shape))
        if not np.isfinite(array).all():
            raise CheckFailed(label, "numbers that are not finite", "a gradient")
        return torch.from_numpy(array.astype(like.detach().numpy().dtype))


class _Through(torch.autograd.Function):
    """The student's forward and backward as one operation on the parameters."""

    @staticmethod
    def forward(ctx: Any, module: RemoteModule, inputs: tuple[torch.Tensor, ...], keeps: bool, *_: Any) -> torch.Tensor:
        with torch.set_grad_enabled(keeps):  # off in here, which only matters where the student's code shares it
            output, array = module.kept_output(inputs)
        ctx.module, ctx.output = module, output
        if not keeps:
            output.release()
        return torch.from_numpy(array)

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> Any:
        gradients = ctx.module.gradients(ctx.output, upstream[0])
        ctx.output.release()
        return None, None, None, *gradients
