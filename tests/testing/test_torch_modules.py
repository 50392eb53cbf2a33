"""The shared checks of torch modules: right ones pass, whatever their insides; each mistake is rejected by name."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from fork_server import serving

from autograder.agent.tensors import Tensor
from autograder.errors import CheckFailed, TaskError
from autograder.sandbox.connection import open_fork
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.checks import comparison_count
from autograder.testing.student import BareConnection, Student
from autograder.testing.torch_modules import module_checks
from autograder.testing.torch_modules.module_pair import Handed, ModulePair, function_pair, module_pair

pytestmark = pytest.mark.torch

REFERENCE = """
import torch
from torch import nn

class Mixer(nn.Module):
    def __init__(self, size, dropout=0.0):
        super().__init__()
        self.linear = nn.Linear(size, size)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("offset", torch.zeros(size))

    def forward(self, xs):
        hidden = torch.tanh(self.linear(self.dropout(xs)) + self.offset)
        return hidden, hidden.sum(dim=1)

    def predict(self, xs):
        before = self.training
        self.eval()
        with torch.no_grad():
            hidden, _ = self.forward(xs)
        self.train(before)
        return hidden

class Twice(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, xs):
        return self.inner(self.inner(xs)[0])[0]

def scaled(xs, inner):
    hidden, total = inner(xs)
    return hidden * xs.sum(dim=1, keepdim=True), total
"""
HEAD, _, FORWARD = REFERENCE.partition("    def forward(self, xs):\n        hidden")


def changed(old: str, new: str) -> str:
    """The reference's text with one change."""
    assert REFERENCE.count(old) >= 1
    return REFERENCE.replace(old, new, 1)


RIGHT = {
    "the reference": REFERENCE,
    "by a matrix product": changed(
        "self.linear(self.dropout(xs))", "(self.dropout(xs) @ self.linear.weight.T + self.linear.bias)"
    ),
    "a row at a time": changed(
        "return hidden, hidden.sum(dim=1)", "return torch.stack(list(hidden)), torch.stack([h.sum() for h in hidden])"
    ),
    "a list of outputs": changed("return hidden, hidden.sum(dim=1)", "return [hidden, hidden.sum(dim=1)]"),
}
WRONG: dict[str, tuple[str, str]] = {  # the change, and what the message says
    "two names": (changed("self.linear = nn", "self.own = self.linear = nn"), "there is own.bias, own.weight"),
    "no bias": (changed("nn.Linear(size, size)", "nn.Linear(size, size, bias=False)"), "there is no linear.bias"),
    "a wrong shape": (changed("torch.zeros(size))", "torch.zeros(1))"), r"offset\nyours   shape \(1,\)"),
    "a wrong dtype": (changed("torch.zeros(size))", "torch.zeros(size).long())"), "offset\nyours   dtype int64"),
    "no tanh": (changed("torch.tanh(", "("), "forward: hidden"),
    "the sum over rows": (changed("sum(dim=1)", "sum(dim=0)"), "forward: sum"),
    "one output": (changed("return hidden, hidden.sum(dim=1)", "return hidden"), r"2 tensors \(hidden, sum\)"),
    "numbers for tensors": (changed("hidden.sum(dim=1)\n", "hidden.sum(dim=1).tolist()\n"), "wanted  a tensor"),
    "a gradient cut off": (changed("self.linear(self.dropout(xs))", "self.linear(xs.detach())"), "of argument 1"),
    "a parameter cut off": (changed("self.linear(", "nn.functional.linear(").replace(
        "(self.dropout(xs))", "(self.dropout(xs), self.linear.weight, self.linear.bias.detach())"), "of linear.bias"),
    "another gradient": (changed("torch.tanh(", "torch.tanh(xs - xs.detach() + "), "of argument 1"),
    "rows mixed": (changed("torch.tanh(", "torch.tanh(0.01 * xs.mean(0) + "), "forward"),
    "an input changed": (changed("        hidden =", "        xs.data[0, 0] = 9\n        hidden ="), "forward"),
    "an input changed at last": (changed("        return hidden,", "        xs.data[0, 0] = 9\n        return hidden,"),
                                 "argument 1\nyours   it was changed"),
    "the mode forgotten": (changed("self.train(before)", "pass"), "training is False afterwards"),
    "the mode set": (changed("self.train(before)", "self.train()"), "training is True afterwards"),
    "a graph kept": (changed("with torch.no_grad():", "if True:"), "a tensor that requires a gradient"),
    "dropout left on": (changed("self.dropout(xs)", "nn.functional.dropout(xs, 0.5)"), "forward"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> SimpleNamespace:
    """The reference's classes."""
    namespace: dict[str, object] = {"__name__": "reference"}
    exec(REFERENCE, namespace)
    return SimpleNamespace(**namespace)


def opened(text: str) -> Student:
    """The definitions of a text, in this process."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(text, namespace)
    return Student(BareConnection(namespace))


def ask_everything(student: Student, reference: SimpleNamespace) -> None:
    """All shared checks, as a suite makes them."""
    rng = np.random.default_rng(1)
    xs = rng.standard_normal((3, 4)).astype(np.float32)
    pair = module_pair(student, reference, "Mixer", 4, seed=2, dropout=0.5)
    names = ("hidden", "sum")
    module_checks.check_values("Mixer.forward", pair, [xs], names)
    module_checks.check_rows("Mixer.forward", pair, [xs], names, (0, 0))
    module_checks.check_inputs_untouched("Mixer.forward", pair, [xs])
    module_checks.check_mode_kept("Mixer.predict", pair, lambda: pair.yours.call("predict", Tensor(xs)))
    module_checks.check_without_graph("Mixer.predict", pair.yours.call("predict", Tensor(xs)))
    exact = module_pair(student, reference, "Mixer", 4, seed=3, dtype="float64")
    upstream = (rng.standard_normal((3, 4)), rng.standard_normal(3))
    module_checks.check_gradients("Mixer.forward", exact, [rng.standard_normal((3, 4))], names, upstream)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_module_passes_every_check(name, reference):
    ask_everything(opened(RIGHT[name]), reference)


def test_they_are_asked_in_another_process_too(reference):
    with (
        serving(REFERENCE, OMP_NUM_THREADS="1") as (path, _),
        closing(open_fork(path, FollowThrough({}), 60.0, 2**29)) as connection,
    ):
        before = comparison_count.made()
        ask_everything(Student(connection), reference)
        assert comparison_count.made() > before


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_module_is_rejected_by_name(name, reference):
    text, message = WRONG[name]
    with pytest.raises(CheckFailed, match=message):
        ask_everything(opened(text), reference)


def test_a_module_is_made_of_others(reference):
    student = opened(REFERENCE)
    inner = module_pair(student, reference, "Mixer", 4, seed=2)
    pair = module_pair(student, reference, "Twice", inner, seed=5)
    assert isinstance(pair, ModulePair)
    xs = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
    (wanted,) = module_checks.check_values("Twice.forward", pair, [xs], ("ys",))
    assert wanted.shape == (3, 4)


def test_an_output_that_is_not_used_has_no_upstream(reference):
    student = opened(REFERENCE)
    pair = module_pair(student, reference, "Mixer", 4, seed=2, dtype="float64")
    xs = np.random.default_rng(1).standard_normal((3, 4))
    module_checks.check_gradients("Mixer.forward", pair, [xs], ("hidden", "sum"), (None, np.ones(3)))
    with pytest.raises(TaskError, match="one at least"):
        module_checks.check_gradients("Mixer.forward", pair, [xs], ("hidden", "sum"), (None, None))
    with pytest.raises(TaskError, match="the reference gives 2 outputs where 3 are named"):
        module_checks.check_values("Mixer.forward", pair, [xs], ("hidden", "sum", "more"))


def ask_scaled(student: Student, reference: SimpleNamespace, pair: ModulePair) -> None:
    """The checks of a function that is given a module: its values, and gradients, those of the module too."""
    xs = np.random.default_rng(4).standard_normal((3, 4))
    inner = module_pair(student, reference, "Mixer", 4, seed=6, dtype="float64")
    module_checks.check_values("scaled", pair, [xs, inner], ("hidden", "sum"))
    module_checks.check_rows("scaled", pair, [xs, inner], ("hidden", "sum"), (0, 0))
    module_checks.check_inputs_untouched("scaled", pair, [xs, inner])
    for _ in range(2):  # gradients of the first time do not count
        module_checks.check_gradients("scaled", pair, [xs, inner], ("hidden", "sum"), (np.ones((3, 4)), None))


def test_a_function_is_checked_like_a_module(reference):
    student = opened(REFERENCE)
    pair = function_pair(student, reference, "scaled")
    ask_scaled(student, reference, pair)
    with pytest.raises(TaskError, match="scaled is a function: it has no train"):
        pair.set_mode(True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hidden * xs.sum", "hidden + xs.sum", "scaled: hidden"),
        ("hidden * xs.sum", "hidden.detach() * xs.sum", "the gradient of"),
        ("= inner(xs)", "= inner(xs.detach())", "the gradient of argument 1"),
        ("hidden, total =", "inner.linear.bias.requires_grad_(False)\n    hidden, total =", "Mixer.linear.bias"),
        (
            "return hidden * xs.sum(dim=1, keepdim=True), total",
            "hidden = hidden * xs.sum(1, True)\n    xs.data[0] = 9\n    return hidden, total",
            "argument 1\nyours   it was changed",
        ),
    ],
)
def test_a_wrong_function_is_rejected_by_name(old, new, message, reference):
    student = opened(changed(old, new))
    with pytest.raises(CheckFailed, match=message):
        ask_scaled(student, reference, function_pair(student, reference, "scaled"))


def test_an_argument_may_differ_on_the_two_sides(reference):
    student = opened(REFERENCE)
    pair = function_pair(student, reference, "scaled")

    def inner(xs):
        return xs + 1, xs.sum(dim=1)

    class Inner:
        forward = staticmethod(inner)

    xs = np.random.default_rng(4).standard_normal((3, 4))
    module_checks.check_values("scaled", pair, [xs, Handed(student.stand_in(Inner()), inner)], ("hidden", "sum"))


def test_a_student_knows_what_is_stood_in(reference):
    namespace: dict[str, object] = {"__name__": "__main__"}
    connection = BareConnection(namespace, FollowThrough({"Mixer": reference.Mixer}))
    assert Student(connection).stood_in == {"Mixer"}
    assert opened(REFERENCE).stood_in == set()
