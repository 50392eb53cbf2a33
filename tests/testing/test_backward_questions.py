"""Requirements of backward questions besides values: chain rule, float64, order of grads; and odd gradients."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.errors import CallTimeout, CheckFailed, TaskError
from autograder.testing.sequence_models import large_sizes, layer_gradients
from autograder.testing.sequence_models.encoder import EncoderQuestions
from autograder.testing.sequence_models.lstm import (
    large_step_case,
    large_time_case,
    step_case,
    step_run,
    time_case,
    time_run,
)
from autograder.testing.sequence_models.seq2seq import Seq2seqQuestions
from autograder.testing.student import BareConnection, RemoteObject, Student, of_reference

STEPS, MODELS = "01_rnn_lm_sampling", "02_seq2seq"


@lru_cache
def solution(id: str) -> SimpleNamespace:
    return course.current().reference(id)


def student(id: str, cell: str, *changes: tuple[str, str]) -> Student:
    """The reference's answers, one of them changed."""
    answer = reference_answers(id)[cell]
    for old, new in changes:
        assert answer.count(old) == 1
        answer = answer.replace(old, new)
    namespace = dict(vars(solution(id)))
    exec(answer, namespace)
    return Student(BareConnection(namespace), of_reference(solution(id)))


def late(monkeypatch: pytest.MonkeyPatch, starved: bool = False) -> None:
    """Let every call with a limit of its own run out of time."""
    honest = RemoteObject.call

    def call(self, method, *args, timeout_s=None, **kwargs):
        if timeout_s is not None:
            raise CallTimeout(f"no answer within {timeout_s} s", starved)
        return honest(self, method, *args, **kwargs)

    monkeypatch.setattr(RemoteObject, "call", call)


def test_the_chain_rule_answers_in_time() -> None:
    remote = student(STEPS, "LSTM")
    large_sizes.check_layer(step_run(remote, step_case(17)), step_run(remote, large_step_case(18)), 17)
    large_sizes.check_layer(time_run(remote, time_case(17)), time_run(remote, large_time_case(18)), 17)


@pytest.mark.parametrize("starved", [False, True])
def test_a_backward_that_is_late_is_told_why_without_a_number_that_varies(monkeypatch, starved) -> None:
    late(monkeypatch, starved)
    remote = student(STEPS, "LSTM")
    with pytest.raises(CallTimeout, match=r"409,508 numbers in params; differences of forward are a check") as caught:
        large_sizes.check_layer(step_run(remote, step_case(17)), step_run(remote, large_step_case(18)), 17)
    assert caught.value.starved is starved


def test_a_backward_that_is_right_at_small_sizes_only_is_wrong() -> None:
    remote = student(STEPS, "LSTM", ("dWx[...] = x.T @ dA", "dWx[...] = x.T @ dA * (len(Wx) < 100)"))
    with pytest.raises(CheckFailed, match=r"LSTM\.backward of 409,508 numbers: the gradient of Wx"):
        large_sizes.check_layer(step_run(remote, step_case(17)), step_run(remote, large_step_case(18)), 17)


def test_a_large_size_must_be_large() -> None:
    remote = student(STEPS, "LSTM")
    with pytest.raises(TaskError, match="too few to tell the chain rule"):
        large_sizes.check_layer(step_run(remote, step_case(17)), step_run(remote, step_case(18)), 17)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return dA @ Wx.T,", "return (dA @ Wx.T).astype('f'),"),
        ("dA @ Wh.T, dc * f", "(dA @ Wh.T).astype('f'), dc * f"),
        ("dA @ Wh.T, dc * f", "dA @ Wh.T, (dc * f).astype('f')"),
        ("np.zeros_like(b)]", "np.zeros(b.shape, 'f')]"),
        ("[np.zeros_like(Wx),", "[np.zeros(Wx.shape, 'f'),"),
    ],
)
def test_gradients_of_a_float64_layer_are_float64(old, new) -> None:
    run = step_run(student(STEPS, "LSTM", (old, new)), step_case(15))
    layer_gradients.check_input_gradients(run, 15)
    with pytest.raises(CheckFailed, match=r"LSTM\.backward in float64: the gradient of"):
        layer_gradients.check_float32_kept(run, 15)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dWx[...] = x.T @ dA", "dWx[...] = np.nan"),
        ("dWh[...] = h_prev.T @ dA", "dWh[...] = np.inf"),
        ("return dA @ Wx.T,", "return dA @ Wx.T / 0,"),
    ],
)
def test_gradients_are_finite_before_anything_is_compared_with_them(old, new) -> None:
    run = step_run(student(STEPS, "LSTM", (old, new)), step_case(15))
    with np.errstate(all="ignore"), pytest.raises(CheckFailed, match="finite numbers"):
        layer_gradients.check_float32_kept(run, 15)


TURNED = {
    "Encoder": (
        "self.grads = self.embed.grads + self.lstm.grads", "self.grads = self.lstm.grads + self.embed.grads",
    ),
    "Seq2seq": (
        "self.grads = self.encoder.grads + self.decoder.grads", "self.grads = self.decoder.grads + self.encoder.grads",
    ),
}  # fmt: skip


class Encoder(EncoderQuestions):
    name = "Encoder"


class Seq2seq(Seq2seqQuestions):
    name = "Seq2seq"


@pytest.mark.parametrize("tests", [Encoder(), Seq2seq()], ids=lambda tests: tests.name)
def test_grads_in_another_order_than_params_are_a_mistake_of_backward(tests) -> None:
    name = tests.name
    remote = student(MODELS, name, TURNED[name])
    tests.test_forward_initial_weights(remote, solution(MODELS))
    with pytest.raises(CheckFailed, match=f"{name}.backward: grads, an array for each of params in the same order"):
        tests.test_backward_overwrites_grads(remote, solution(MODELS))


@pytest.mark.parametrize("tests", [Encoder(), Seq2seq()], ids=lambda tests: tests.name)
def test_both_lists_in_another_order_are_a_mistake_of_forward(tests) -> None:
    name = tests.name
    both = TURNED[name], tuple(text.replace("grads", "params") for text in TURNED[name])
    remote = student(MODELS, name, *both)
    tests.test_backward_overwrites_grads(remote, solution(MODELS))
    with pytest.raises(CheckFailed, match=f"{name}: params"):
        tests.test_forward_initial_weights(remote, solution(MODELS))


def test_a_model_of_easy_gradients_is_refused() -> None:
    """The loss is the sum of all its numbers, and each gradient is the same number everywhere."""
    remote = student(
        MODELS,
        "Seq2seq",
        ("return self.loss_layer.forward(scores, ts[:, 1:])", "return float(sum(p.sum() for p in self.params))"),
        (
            "self.encoder.backward(self.decoder.backward(self.loss_layer.backward(dout)))",
            "[np.copyto(grad, dout) for grad in self.grads]",
        ),
    )
    with pytest.raises(CheckFailed, match="your forward pass is not, and not nearly, the one asked for"):
        Seq2seq().test_backward_gradients(remote, solution(MODELS))
