"""A torch module trained in the grader's own loop: a right one ends with exactly the weights of the same loop here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from autograder.errors import CallFailed, CheckFailed
from autograder.testing.student import BareConnection, RemoteObject, Student
from autograder.testing.torch_modules.remote_training import RemoteModule

pytestmark = pytest.mark.torch

N, D = 4, 3


class Net(nn.Module):
    """Two parameters, one of them behind a switch of mode, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(D, 2)
        self.gain = nn.Parameter(torch.ones(2))
        self.register_buffer("offset", torch.full((2,), 0.5))

    def forward(self, xs):
        ys = torch.tanh(self.linear(xs) + self.offset)
        return ys * self.gain if self.training else ys


class Friends(Net):
    """Weights of its own, which the loop overwrites."""

    def __init__(self) -> None:
        super().__init__()
        with torch.no_grad():
            self.linear.weight.fill_(9.0)


def twin() -> Net:
    torch.manual_seed(3)
    return Net()


def inputs(seed: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(N, D)).astype(np.float32))


def train(model: nn.Module, steps: int = 5) -> None:
    """Some steps of Adam on squares."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    model.train()
    for seed in range(steps):
        optimizer.zero_grad()
        (model(inputs(seed)) - 1).square().mean().backward()
        optimizer.step()


def remote(kind: type) -> tuple[RemoteModule, RemoteObject]:
    """A module of this class on the other side, in a loop of this one."""
    yours = Student(BareConnection(vars(SimpleNamespace(Net=kind)))).new("Net")
    return RemoteModule("the trained Net", yours, twin(), lambda xs: (len(xs), 2)), yours


@pytest.mark.parametrize("kind", [Net, Friends])
def test_a_right_module_comes_to_the_weights_of_the_same_loop(kind):
    local, (model, _) = twin(), remote(kind)
    train(local)
    train(model)
    assert local.gain.ne(1).all()
    for name, weight in local.state_dict().items():
        assert torch.equal(model.twin.state_dict()[name], weight), name


def test_its_mode_goes_over():
    model, yours = remote(Net)
    with torch.no_grad():
        model.twin.gain.fill_(2.0)
        trained, judged = model.train()(inputs(1)), model.eval()(inputs(1))
    assert torch.allclose(trained, 2 * judged)
    assert yours.get("training") is False


def test_without_gradients_nothing_is_kept():
    model, yours = remote(Net)
    train(model, steps=2)
    with torch.no_grad():
        model(inputs(1))
    assert not model(inputs(1)).detach().requires_grad
    kept = yours._connection._servant.objects
    assert [type(thing) for thing in kept if thing is not None] == [Net, torch.Tensor]


def test_what_is_released_cannot_be_asked():
    yours = remote(Net)[1]
    yours.release()
    with pytest.raises(CallFailed, match="NoneType"):
        yours.call("forward", 1)


def net(forward) -> type:
    return type("Net", (Net,), {"forward": forward})


class Poisoned(torch.autograd.Function):
    """The same values, and gradients that are no numbers."""

    @staticmethod
    def forward(ctx, xs):
        return xs.clone()

    @staticmethod
    def backward(ctx, upstream):
        return upstream * float("nan")


ODD = {
    "no tensor": (net(lambda self, xs: 1.0), CheckFailed, "wanted  a tensor"),
    "an array": (net(lambda self, xs: np.ones((4, 2), np.float32)), CheckFailed, "wanted  a tensor"),
    "another shape": (net(lambda self, xs: Net.forward(self, xs)[:1]), CheckFailed, r"shape \(1, 2\)"),
    "another dtype": (net(lambda self, xs: Net.forward(self, xs).double()), CheckFailed, "dtype float64"),
    "no graph": (net(lambda self, xs: Net.forward(self, xs).detach()), CallFailed, "does not require grad"),
    "not finite": (net(lambda self, xs: Poisoned.apply(Net.forward(self, xs))), CheckFailed, "not finite"),
    "no parameters": (type("Net", (nn.Module,), {}), CallFailed, "has no gain"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_modules_are_failures_of_the_student(name):
    kind, error, message = ODD[name]
    model, _ = remote(kind)
    with pytest.raises(error, match=message):
        train(model, steps=1)


def test_a_gradient_that_is_missing_is_none():
    model, _ = remote(net(lambda self, xs: Net.forward(self, xs) + 0 * self.gain.detach()))
    model.eval()
    model(inputs(1)).sum().backward()
    assert model.twin.gain.grad is None
    assert model.twin.linear.weight.grad.any()
