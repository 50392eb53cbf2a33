"""Assignment 01, the quality of a model: perplexity, rnnlm_training."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, number
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import Student

from . import oracle_training
from .oracle_perplexity import FailingModel, NoisyModel, ScriptedModel, UniformModel, perplexity_of_script

V = 11
FLAG = ("train_flag",)  # the attribute that perplexity sets on a model
perplexity = partial(
    question, "perplexity",
    hint="Over how many words is the loss of each chunk a mean, and what has the model read when a strip begins?",
)  # fmt: skip
rnnlm_training = partial(
    question, "rnnlm_training", timeout_s=120,
    hint="Do all gradients reach the optimiser, and does the state go on from one piece of text to the next?",
)  # fmt: skip


def corpus(length: int, seed: int = 0) -> Array:
    """A text of the given number of words."""
    return hidden_rng(seed).integers(V, size=length)


def check_value(
    student: Student, model: ScriptedModel, text: Array, batch_size: int, time_size: int, kind: str = ""
) -> None:
    """Compare perplexity of a scripted model with its known value."""
    label = f"perplexity of {len(text)} words, batch_size {batch_size}, time_size {time_size}{kind}"
    model_there = student.stand_in(model, settable=FLAG)
    yours = number(label, student.call("perplexity", model_there, text, batch_size, time_size))
    checks.values(label, yours, perplexity_of_script(V, text, batch_size), rtol=1e-6)


@perplexity(points=3)
def test_perplexity_values(student: Student) -> None:
    """Strips and chunks of even length: the state is carried along each strip."""
    for length, batch_size, time_size in ((31, 2, 5), (31, 3, 5), (31, 1, 10), (22, 3, 1)):
        check_value(student, ScriptedModel(V), corpus(length), batch_size, time_size)


@perplexity(points=3)
def test_perplexity_of_uneven_strips(student: Student) -> None:
    """Incomplete strips and short last chunks: each word counts once."""
    for length, batch_size, time_size in (
        (31, 4, 3),
        (30, 7, 3),
        (24, 2, 5),
        (14, 5, 2),
        (23, 3, 100),
        (4, 5, 2),
        (2, 1, 3),
    ):
        check_value(student, ScriptedModel(V), corpus(length), batch_size, time_size)


@perplexity(points=1)
def test_perplexity_of_a_uniform_model(student: Student) -> None:
    """The perplexity of a model that knows nothing is the number of words."""
    label = "perplexity of a model that finds every word as likely as any other"
    for length, batch_size, time_size in ((31, 2, 5), (30, 7, 3)):
        answer = student.call("perplexity", student.stand_in(UniformModel(V)), corpus(length), batch_size, time_size)
        checks.values(label, number(label, answer), float(V), rtol=1e-6)


@perplexity(points=2)
def test_perplexity_resets_the_state(student: Student) -> None:
    """Reset before, so that earlier words do not count, and after, so that no state is left behind."""
    for batch_size in (2, 3):
        model = ScriptedModel(V)
        model.predict(corpus(12, seed=1).reshape(2, 6))
        for turn in ("", ", for the second time"):
            check_value(student, model, corpus(30), batch_size, 4, f", of a model that has read something{turn}")
            label = f"perplexity{turn}: whether the model's state is fresh afterwards"
            checks.equal(label, not model.read_since_reset, True)


@perplexity(points=2)
def test_perplexity_switches_dropout_off(student: Student) -> None:
    """train_flag is off meanwhile and restored afterwards; a model without one works too."""
    for train_flag in (True, False):
        model = NoisyModel(V, train_flag=train_flag)
        check_value(student, model, corpus(30), 3, 4, f", of a model whose train_flag is {train_flag}")
        checks.equal("perplexity: the model's train_flag afterwards", model.train_flag, train_flag)
    check_value(student, ScriptedModel(V), corpus(30), 3, 4, ", of a model without train_flag")


@perplexity(points=1)
def test_perplexity_puts_the_flag_back_after_an_error(student: Student) -> None:
    """train_flag is restored even if the model's forward raises."""
    for train_flag in (True, False):
        kind = f"of a model whose train_flag is {train_flag}"
        check_value(student, NoisyModel(V, train_flag=train_flag), corpus(31), 3, 4, f", {kind}")
        model = FailingModel(V, train_flag=train_flag)
        refused = student.stand_in(model, settable=FLAG)
        label = f"perplexity {kind} and whose second forward raises"
        checks.raises(label, "Exception", partial(student.call, "perplexity", refused, corpus(31), 3, 4))
        checks.equal(f"{label}: its train_flag afterwards", model.train_flag, train_flag)


@perplexity(points=1)
def test_perplexity_reads_in_chunks(student: Student) -> None:
    """Never more than batch_size rows or time_size steps at a time; the text is unchanged."""
    for length, batch_size, time_size in ((31, 3, 4), (29, 5, 2)):
        log: list[tuple[int, int]] = []
        model, text = ScriptedModel(V, log=log), corpus(length)
        kept = student.put(text)
        label = f"perplexity of {length} words, batch_size {batch_size}, time_size {time_size}"
        yours = number(label, student.call("perplexity", student.stand_in(model), kept, batch_size, time_size))
        checks.values(label, yours, perplexity_of_script(V, text, batch_size), rtol=1e-6)
        rows, steps = np.max(log, axis=0)
        checks.at_most(f"{label}: what the model reads at once", int(rows), batch_size, "a number of rows")
        checks.at_most(f"{label}: what the model reads at once", int(steps), time_size, "a number of steps")
        checks.untouched("perplexity: its argument corpus", kept, text)


@perplexity(points=1)
def test_perplexity_of_the_reference_model(student: Student, reference: SimpleNamespace) -> None:
    """A real model: BetterRnnlm with dropout, in float32."""
    model = reference.BetterRnnlm(V, 7, 7, rng=hidden_rng(160))
    for param in model.params:
        param *= 5
    text = corpus(40)
    model.train_flag = False
    wanted = reference.perplexity(model, text, 3, 4)
    model.train_flag = True
    label = "perplexity of a BetterRnnlm with dropout"
    yours = number(label, student.call("perplexity", student.stand_in(model, settable=FLAG), text, 3, 4))
    checks.values(label, yours, float(wanted), rtol=1e-4)
    checks.equal("perplexity of a BetterRnnlm: its train_flag afterwards", model.train_flag, True)


@rnnlm_training(points=1)
def test_rnnlm_training_perplexity(student: Student, reference: SimpleNamespace) -> None:
    """After training, the model's perplexity on the toy grammar is close to the optimum, and not below it."""
    oracle_training.check_trained(student, reference)
