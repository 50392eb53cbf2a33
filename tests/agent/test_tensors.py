"""Tensors on the wire: plain dense ones cross as arrays, any other is refused, and no graph leaves its process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest
import torch
from fork_server import serving

from autograder.agent import tensors
from autograder.agent.tensors import Tensor
from autograder.agent.wire import WireError, pack, unpack
from autograder.errors import BadReply, CallFailed
from autograder.sandbox.connection import open_fork
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.hidden_inputs import hidden_seed
from autograder.testing.student import BareConnection, Student

pytestmark = pytest.mark.torch

NOTEBOOK = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, size, bias=False)
        self.register_buffer("calls", torch.zeros(1))
    def forward(self, xs):
        return self.linear(xs), xs.sum()

class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, xs):
        return self.inner(xs) + 1

class Liar(torch.Tensor):
    pass

def double(xs): return 2 * xs
def kind(xs): return [type(xs).__name__, str(xs.dtype), xs.requires_grad, xs.is_leaf]
def liar(): return torch.zeros(2).as_subclass(Liar)
def hooked():
    xs = torch.ones(2, requires_grad=True)
    ys = 2 * xs
    ys.register_hook(lambda grad: grad * 0)
    return ys
def graph():
    xs = torch.ones(1, requires_grad=True)
    for _ in range(100): xs = xs * 1.01
    return xs
def draw(generator): return torch.rand(3, generator=generator)
def is_module(thing): return isinstance(thing, nn.Module)
def wraps(inner): return Wrapper(inner)(torch.ones(2, 3))
"""


@pytest.fixture(scope="module")
def served() -> Iterator[object]:
    """The socket of a process that has run the notebook."""
    with serving(NOTEBOOK, OMP_NUM_THREADS="1") as (path, _):
        yield path


@pytest.fixture(params=["confined", "bare"])
def opened(request, served):
    """Opens a fork of the agent, or the same names in this process."""

    @contextmanager
    def open_student(**given: object) -> Iterator[Student]:
        if request.param == "confined":
            with closing(open_fork(served, FollowThrough(given), 60.0, 2**29)) as connection:
                yield Student(connection)
        else:
            namespace: dict[str, object] = {"__name__": "__main__"}
            exec(NOTEBOOK, namespace)
            yield Student(BareConnection(namespace, FollowThrough(given)))

    return open_student


def crossed(value: object) -> object:
    return unpack(pack(value))


# what crosses


@pytest.mark.parametrize("dtype", sorted(tensors.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3,), (2, 3)], ids=str)
def test_dense_tensors_cross_with_values_shape_and_dtype(dtype, shape):
    sent = torch.arange(int(np.prod(shape))).reshape(shape).to(getattr(torch, dtype))
    back = crossed(sent)
    assert type(back) is Tensor
    assert (back.array.dtype.name, back.array.shape, back.requires_grad) == (dtype, shape, False)
    assert np.array_equal(back.array, sent.numpy())


@pytest.mark.parametrize(
    "view",
    [
        lambda xs: xs.T,
        lambda xs: xs[:, ::2],
        lambda xs: xs.expand(2, 2, 3),
        lambda xs: xs.to(torch.complex64).conj(),
        lambda xs: torch.view_as_complex(torch.stack([xs, xs], -1)).conj().imag,  # with its negative bit set
        lambda xs: xs.as_strided((2, 2), (1, 1)),
    ],
)
def test_views_cross_as_what_they_show(view):
    xs = view(torch.arange(6.0).reshape(2, 3))
    assert crossed(xs).array.tolist() == xs.tolist()


def test_whether_a_gradient_is_required_is_noted():
    assert crossed(torch.zeros(1, requires_grad=True)).requires_grad is True
    assert crossed(torch.nn.Parameter(torch.zeros(1))).requires_grad is True
    assert crossed([torch.zeros(1, requires_grad=True) * 2])[0].requires_grad is True


def test_nested_tensors_cross():
    one, (two, rest) = crossed((torch.ones(1), [torch.zeros(2), {"k": torch.ones(1, dtype=torch.int64)}]))
    assert one.array.tolist() == [1.0]
    assert two.array.tolist() == [0.0, 0.0]
    assert rest["k"].array.dtype == np.int64


def test_what_is_rebuilt_is_a_leaf_with_its_own_memory():
    array = np.zeros(2)
    tensor = tensors.rebuilt(Tensor(array, True))
    assert (tensor.requires_grad, tensor.is_leaf, tensor.dtype) == (True, True, torch.float64)
    with torch.no_grad():
        tensor += 1
    assert array.tolist() == [0.0, 0.0]


# what does not


class Overriding:
    """An object that answers torch's functions itself."""

    @classmethod
    def __torch_function__(cls, *_: object) -> object:
        return torch.zeros(1)


def quantised() -> torch.Tensor:
    with pytest.warns(DeprecationWarning, match="quant") if torch.__version__ > "3" else _nothing():
        return torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


REFUSED = {
    "sparse": (lambda: torch.eye(2).to_sparse(), "sparse or quantised"),
    "compressed sparse": (lambda: torch.eye(2).to_sparse_csr(), "sparse or quantised"),
    "quantised": (quantised, "sparse or quantised"),
    "on no device": (lambda: torch.zeros(2, device="meta"), "on the device meta"),
    "bfloat16": (lambda: torch.zeros(2, dtype=torch.bfloat16), "of dtype bfloat16"),
    "half complex": (lambda: torch.zeros(2, dtype=torch.complex32), "of dtype complex32"),
    "expanded to 10**12 elements": (lambda: torch.zeros(1).expand(10**12), "1,000,000,000,000 elements"),
    "a subclass": (lambda: torch.zeros(2).as_subclass(type("Liar", (torch.Tensor,), {})), "of the class Liar"),
    "a buffer": (lambda: torch.nn.Buffer(torch.zeros(2)).as_subclass(torch.nn.UninitializedBuffer), "of the class"),
    "a tensor without a shape": (torch.nn.UninitializedParameter, "of the class UninitializedParameter"),
    "nested": (lambda: torch.nested.nested_tensor([torch.ones(1), torch.ones(2)], layout=torch.jagged), "of the class"),
    "an overriding object": (Overriding, "a value of type Overriding cannot be sent"),
    "a module": (lambda: torch.nn.Linear(1, 1), "a value of type Linear cannot be sent"),
    "a generator": (torch.Generator, "a value of type Generator cannot be sent"),
    "a dtype": (lambda: torch.float32, "a value of type dtype cannot be sent"),
}


@pytest.mark.filterwarnings("ignore")  # torch's own, of features that are to go or to come
@pytest.mark.parametrize("kind", REFUSED)
def test_other_tensors_are_refused_with_the_reason(kind):
    make, message = REFUSED[kind]
    with pytest.raises(WireError, match=message):
        pack([make()])


def test_a_large_tensor_is_refused_quickly():
    started = time.process_time()
    with pytest.raises(WireError, match="elements"):
        pack(torch.zeros(1).expand(2**40))
    assert time.process_time() - started < 1.0


def test_a_tensor_inside_vmap_is_refused():
    refusals = []

    def inner(xs: torch.Tensor) -> torch.Tensor:
        with pytest.raises(WireError, match="a tensor that is no array") as refusal:
            pack(xs)
        refusals.append(refusal)
        return xs

    torch.func.vmap(inner)(torch.ones(2, 3))
    assert len(refusals) == 1


# over the wire


def test_a_function_of_tensors_is_called(opened):
    with opened() as student:
        back = student.call("double", Tensor(np.array([1.0, 2.0])))
        assert type(back) is Tensor
        assert back.array.tolist() == [2.0, 4.0]
        assert student.call("kind", Tensor(np.zeros(1, np.float32), True)) == ["Tensor", "torch.float32", True, True]
        assert student.call("double", [1]) == [1, 1]  # an argument that is no tensor stays what it is


def test_gradients_are_taken_over_there(opened):
    with opened() as student:
        xs = student.put(Tensor(np.ones((2, 3), np.float32), requires_grad=True))
        module = student.new("Scale", 3)
        module.load({"linear.weight": np.eye(3, dtype=np.float32), "calls": np.zeros(1, np.float32)})
        both = module.keep("forward", xs)
        assert module.gradients() == {"linear.weight": None}
        both.item(0).call("backward", Tensor(np.full((2, 3), 2.0, np.float32)), retain_graph=True)
        assert xs.get("grad").array.tolist() == [[2.0] * 3] * 2
        assert module.gradients()["linear.weight"].array.tolist() == [[4.0] * 3] * 3
        both.item(1).call("backward")
        assert xs.get("grad").array.tolist() == [[3.0] * 3] * 2


def test_weights_are_read_and_written_by_name(opened):
    with opened() as student:
        module = student.new("Scale", 2)
        assert {name: one.array.shape for name, one in module.weights().items()} == {
            "linear.weight": (2, 2),
            "calls": (1,),
        }
        wanted = {"linear.weight": np.arange(4.0).reshape(2, 2), "calls": np.ones(1)}
        module.load(wanted)
        weights = module.weights()
        assert weights["linear.weight"].array.dtype == np.float32
        assert weights["linear.weight"].array.tolist() == wanted["linear.weight"].tolist()
        assert (weights["linear.weight"].requires_grad, weights["calls"].requires_grad) == (True, False)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "Scale: it has calls, linear.weight, which nobody asked for"),
        ({"linear.weight": np.eye(2), "calls": np.ones(1), "bias": np.ones(2)}, "Scale: it has no bias"),
        ({"linear.weight": np.eye(3), "calls": np.ones(1)}, r"linear.weight has shape \(2, 2\), not \(3, 3\)"),
    ],
)
def test_other_names_or_shapes_are_refused(opened, weights, message):
    with opened() as student:
        module = student.new("Scale", 2)
        with pytest.raises(CallFailed, match=message):
            module.load(weights)


def test_what_is_no_module_has_no_weights(opened):
    with opened() as student:
        kept = student.put([1])
        for ask in (kept.weights, kept.gradients, lambda: kept.load({})):
            with pytest.raises(CallFailed, match=r"a torch.nn.Module is needed here, not a list"):
                ask()


def test_generators_draw_the_same_in_both_processes(opened):
    with opened() as student:
        drawn = student.call("draw", student.torch_rng(5))
        again = student.call("draw", student.torch_rng(5))
    wanted = torch.rand(3, generator=torch.Generator().manual_seed(hidden_seed(5)))
    assert drawn.array.tolist() == again.array.tolist() == wanted.tolist()


def test_a_subclass_that_lies_is_refused(opened):
    with opened() as student, pytest.raises(BadReply, match="of the class Liar"):
        student.call("liar")


def test_hooks_and_graphs_stay_over_there(opened):
    with opened() as student:
        back = student.call("hooked")
        assert (back.array.tolist(), back.requires_grad) == ([2.0, 2.0], True)
        assert student.call("graph").array.tolist() == pytest.approx([1.01**100], rel=1e-5)


def triple(xs: torch.Tensor) -> torch.Tensor:
    return 3 * xs


class Tripling(torch.nn.Module):
    """A module of the grader's."""

    def forward(self, xs: torch.Tensor) -> torch.Tensor:
        """Three times xs."""
        return 3 * xs


def test_a_function_that_stands_in_takes_and_gives_tensors(opened):
    with opened(double=triple) as student:
        assert student.call("double", Tensor(np.array([1.0, 2.0]))).array.tolist() == [3.0, 6.0]


def test_a_module_that_is_lent_is_called_as_one_and_carries_no_gradient(opened):
    with opened() as student:
        back = student.call("wraps", student.stand_in(Tripling()))
        assert (back.array.tolist(), back.requires_grad) == ([[4.0] * 3] * 2, False)
        assert student.call("is_module", student.stand_in(Tripling())) is False
