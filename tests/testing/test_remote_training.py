"""Training in the grader's own loop: only a right model ends with exactly the reference's weights.

Most tests use small tasks in one process; real kernels show that a notebook cannot do its own training.
"""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from autograder import course
from autograder.authoring.filled_notebook import answers_only, as_bytes, filled
from autograder.errors import CallFailed, CheckFailed, NotWritten, StudentError
from autograder.grading.grader import grade
from autograder.grading.options import Options
from autograder.testing.sequence_models import toy_tasks
from autograder.testing.sequence_models.remote_training import RemoteLayer, RemoteModel, model_class, trained_here
from autograder.testing.student import BareConnection, Student

oracle_training = import_module("solutions.01_rnn_lm_sampling.hidden_tests.oracle_training")
tagging = import_module("solutions.06_bidirectional_lstm.hidden_tests.oracle_tagging")

MODELS = {
    "01_rnn_lm_sampling": ("train_toy_rnnlm", "Rnnlm"),
    "02_seq2seq": ("train_toy_adder", "Seq2seq"),
    "04_peeky": ("train_toy_repeater", "PeekySeq2seq"),
    "05_attention": ("train_toy_dates", "AttentionSeq2seq"),
}


@pytest.fixture(scope="module")
def references() -> dict[str, SimpleNamespace]:
    return {id: course.current().reference(id) for id in [*MODELS, "06_bidirectional_lstm"]}


def student_of(reference: SimpleNamespace, **others: object) -> Student:
    """A notebook with the reference's definitions, some of them replaced by `others`."""
    return Student(BareConnection(dict(vars(reference)) | others))


def task(id: str, reference: SimpleNamespace) -> tuple[object, ...]:
    """The arguments of an assignment's training function besides model and seed, with few rows."""
    rng = np.random.default_rng(5)
    if id == "01_rnn_lm_sampling":
        return reference.ToyGrammar().sample(400, rng), reference.ToyGrammar().vocab_size
    return rng.integers(1, 6, (40, 5)), rng.integers(1, 6, (40, 4)), 6


def trained(id: str, reference: SimpleNamespace, student: Student) -> list[np.ndarray]:
    """The weights after training the student's model in the grader's loop."""
    function, name = MODELS[id]
    model = model_class(student, name, getattr(reference, name))
    train = trained_here(getattr(reference, function), name, model)
    arguments = (*task(id, reference), 7)
    return list((train(model, *arguments) if id == "04_peeky" else train(*arguments)).params)


@pytest.mark.parametrize("id", MODELS)
def test_a_right_model_comes_to_the_weights_of_the_reference(id, references):
    reference, (function, name) = references[id], MODELS[id]
    arguments = (*task(id, reference), 7)
    arguments = (getattr(reference, name), *arguments) if id == "04_peeky" else arguments
    wanted = getattr(reference, function)(*arguments).params
    received = trained(id, reference, student_of(reference))
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(received, wanted, strict=True))


def test_a_right_layer_too(references):
    reference = references["06_bidirectional_lstm"]
    student = student_of(reference)
    (xs, tags), _ = tagging.lines(reference)
    arguments = xs[:40], tags[:40], tagging.STATIONS, True, 7

    def layer(*weights: np.ndarray) -> RemoteLayer:
        return RemoteLayer("the trained TimeBiLSTM", student.new("TimeBiLSTM", *weights), weights, 64)

    received = trained_here(reference.train_toy_tagger, "TimeBiLSTM", layer)(*arguments).params
    wanted = reference.train_toy_tagger(*arguments).params
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(received, wanted, strict=True))


def broken(*args: object, **kwargs: object) -> None:
    raise AssertionError("the notebook's own training was used")


@pytest.mark.parametrize("name", ["train_toy_rnnlm", "Adam", "fit_language_model", "TimeSoftmaxWithLoss"])
def test_a_notebooks_replacements_of_handed_out_code_are_not_used(name, references):
    reference = references["01_rnn_lm_sampling"]
    student = student_of(reference, **{name: broken})
    assert trained("01_rnn_lm_sampling", reference, student)[0].shape == (24, 24)


def test_weights_that_a_model_brings_along_are_not_used(references):
    reference = references["01_rnn_lm_sampling"]

    class Friends(reference.Rnnlm):
        def __init__(self, *sizes, rng=None):
            super().__init__(*sizes, rng=np.random.default_rng(1))
            for param in self.params:
                param[...] = 9

        def backward(self):
            for grad in self.grads:
                grad[...] = 0

    received = trained("01_rnn_lm_sampling", reference, student_of(reference, Rnnlm=Friends))
    begun = reference.Rnnlm(24, 24, 48, np.random.default_rng(7)).params
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(received, begun, strict=True))


class Odd:
    """A model whose methods a test replaces."""

    def __init__(self, *sizes: int, rng: object = None) -> None:
        self.params, self.grads = [np.zeros((2, 3), np.float32)], [np.zeros((2, 3), np.float32)]

    def forward(self, xs: object, ts: object) -> object:
        return 1.0

    def backward(self) -> None:
        pass


def with_grads(grads: object) -> type:
    return type("Odd", (Odd,), {"backward": lambda self: setattr(self, "grads", grads)})


ODD = {
    "no loss": (type("Odd", (Odd,), {"forward": lambda *_: None}), CheckFailed, "forward while it is trained"),
    "a loss that is a list": (type("Odd", (Odd,), {"forward": lambda *_: [1.0]}), CheckFailed, "one number"),
    "no gradients": (with_grads([]), CheckFailed, "1 arrays"),
    "gradients that are none": (with_grads(None), CheckFailed, "1 arrays"),
    "other shapes": (with_grads([np.zeros((3, 2))]), CheckFailed, r"shape \(2, 3\)"),
    "not numbers": (with_grads([np.full((2, 3), np.nan)]), CheckFailed, "not finite"),
    "not there": (with_grads([np.full((2, 3), "x")]), CheckFailed, "an array of numbers"),
    "params of other shapes": (type("Odd", (Odd,), {"params": property(lambda s: [np.zeros(2)], lambda s, v: None)}),
                               CallFailed, r"shape \(2,\) where \(2, 3\)"),
    "an exception": (type("Odd", (Odd,), {"backward": lambda s: 1 / 0}), CallFailed, "division by zero"),
    "not written": (type("Odd", (Odd,), {"forward": lambda *_: (_ for _ in ()).throw(NotImplementedError("x"))}),
                    NotWritten, "x"),
}  # fmt: skip


def one_step(model: RemoteModel) -> None:
    model.forward(np.zeros(1), np.zeros(1))
    model.backward()


@pytest.mark.parametrize(("kind", "error", "message"), ODD.values(), ids=ODD)
def test_whatever_a_model_answers_is_the_students_mistake_and_no_fault_of_the_suite(kind, error, message):
    student = Student(BareConnection({"Odd": kind}))
    model = RemoteModel("the trained Odd", student.new("Odd"), [np.zeros((2, 3), np.float32)])
    assert issubclass(error, StudentError)
    with pytest.raises(error, match=message):
        one_step(model)


def test_a_seed_draws_the_weights_whatever_the_students_model_does_with_it(references):
    reference = references["02_seq2seq"]

    class Seedless(reference.Seq2seq):
        def __init__(self, *sizes, rng=None):
            super().__init__(*sizes)

    one, two = (
        trained("02_seq2seq", reference, student_of(reference, Seq2seq=cls)) for cls in (Seedless, reference.Seq2seq)
    )
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(one, two, strict=True))


def test_the_sizes_are_those_of_the_training_functions(references):
    model = references["01_rnn_lm_sampling"].train_toy_rnnlm(np.arange(24).repeat(2), 24, 1)
    assert (model.params[0].shape[1], model.params[2].shape[0]) == (
        oracle_training.WORDVEC_SIZE,
        oracle_training.HIDDEN_SIZE,
    )
    assert toy_tasks.WORDVEC_SIZE == 16


# in real kernels

FAKES = {
    "a training function of one's own": """
class _Follows:
    def __init__(self): self.g, self.s = ToyGrammar(), None
    def reset_state(self): self.s = None
    def predict(self, xs):
        self.s = np.zeros(len(xs), int) if self.s is None else self.s
        self.s = self.g._next[self.s, xs[:, 0]]
        return np.log(self.g._probabilities[self.s] + 1e-9)[:, None]
def train_toy_rnnlm(corpus, vocab_size, seed, curve=None):
    return _Follows()
""",
    "what is handed out, changed": """
import given, sys
class _Never:
    def __init__(self, *a, **k): raise SystemExit
for _module in (sys.modules["given"], sys.modules["__main__"]):
    for _name in ("Adam", "TimeSoftmaxWithLoss", "fit_language_model"):
        setattr(_module, _name, _Never)
""",
    "NumPy, changed": "np.random.default_rng = np.zeros_like = np.add = None",
    "all names deleted": "%reset -f",
}
ID, QUESTION = "01_rnn_lm_sampling", "rnnlm_training"


def judged(answers: dict[str, str], below: str) -> tuple[float | None, str]:
    notebook = answers_only(filled(ID, answers))
    notebook.cells.append(nbformat.v4.new_code_cell(below))
    result = grade(as_bytes(notebook), Options(assignment=ID, questions=frozenset([QUESTION]))).result
    (asked,) = [question for question in result.questions if question.id == QUESTION]
    return asked.score, asked.reason


@pytest.mark.slow
@pytest.mark.parametrize("fake", ["a training function of one's own", "what is handed out, changed"])
def test_a_notebook_without_a_model_trains_none(fake):
    stub = "class Rnnlm:\n    def __init__(self, *sizes, rng=None):\n        raise NotImplementedError('rnnlm')\n"
    assert judged({"Rnnlm": stub, "RnnlmGen": "", "BetterRnnlm": ""}, FAKES[fake]) == (0.0, "missing")


@pytest.mark.slow
@pytest.mark.parametrize("fake", ["a training function of one's own", "all names deleted"])
def test_a_notebook_with_a_right_model_trains_it_whatever_a_later_cell_does(fake):
    assert judged({}, FAKES[fake]) == (8.0, "correct")
