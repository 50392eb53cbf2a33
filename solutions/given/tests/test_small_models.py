"""The small model of 07 against loops, the gradients it has, its modes, and plain steps."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from everything_given import everything_given

pytestmark = pytest.mark.torch
SRC, LENGTHS = torch.tensor([[4, 2, 0], [6, 5, 2], [2, 0, 0]]), torch.tensor([2, 3, 1])
TGT = torch.tensor([[1, 4, 2, 0], [1, 3, 4, 2], [1, 2, 0, 0]])


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """All that is handed out."""
    return everything_given("07_torch_translation")


@pytest.fixture
def model(given):
    """A WordBag of 7 and 5 words with 4 numbers each, in float64."""
    torch.manual_seed(1)
    bag = given.WordBag(7, 5, 4).double()
    with torch.no_grad():
        bag.nothing.normal_()
    return bag


def scored(model, source, before, thinned):
    """The scores of one next token, by hand."""
    bag = model.nothing if len(source) == 1 else sum(model.source.weight[id] for id in source) / len(source)
    hidden = torch.tanh(bag + model.target.weight[before])
    if thinned:
        hidden = torch.stack([0 * hidden[0], 2 * hidden[1], 0 * hidden[2], 2 * hidden[3]])
    return model.output.weight @ hidden + model.output.bias


@pytest.mark.parametrize("training", [True, False])
def test_scores_by_hand(model, training):
    logits = model.train(training)(SRC, LENGTHS, TGT)
    assert logits.shape == (3, 3, 5)
    for row, length, target, scores in zip(SRC, LENGTHS, TGT, logits, strict=True):
        for before, mine in zip(target[:-1], scores, strict=True):
            torch.testing.assert_close(mine, scored(model, row[:length].tolist(), before, training))


def test_modes_and_graphs_are_noted(model):
    model.train()(SRC, LENGTHS, TGT)
    with torch.no_grad():
        model.eval()(SRC, LENGTHS, TGT)
        model.train()(SRC, LENGTHS, TGT, 1.0)
    assert (model.modes, model.graphs) == ([True, False, True], [True, False, False])


def test_a_parameter_is_not_used_where_no_source_is_empty(model):
    model(SRC[:2], LENGTHS[:2], TGT[:2]).sum().backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == ["nothing"]
    model(SRC, LENGTHS, TGT).sum().backward()
    assert model.nothing.grad.any()


def test_it_is_always_told(model):
    with pytest.raises(ValueError, match=r"always told the token before, not with 0\.5"):
        model(SRC, LENGTHS, TGT, 0.5)


def test_plain_steps(given, model):
    before = [weight.detach().clone() for weight in model.parameters()]
    optimizer = given.gradient_descent(model, 0.25)
    model(SRC, LENGTHS, TGT).square().sum().backward()
    optimizer.step()
    for old, weight in zip(before, model.parameters(), strict=True):
        torch.testing.assert_close(weight.detach(), old - 0.25 * weight.grad)


def test_distance_score_against_a_loop(given):
    score = given.DistanceScore(2).double()
    with torch.no_grad():
        score.weight.copy_(torch.tensor([2.0, 0.5]))
    query, keys = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 4, 5, dtype=torch.float64)
    wanted = [
        [-2 * (q[0] - k[0]) ** 2 - 0.5 * (q[1] - k[1]) ** 2 for k in row] for q, row in zip(query, keys, strict=True)
    ]
    torch.testing.assert_close(score(query, keys), torch.tensor(wanted, dtype=torch.float64))
