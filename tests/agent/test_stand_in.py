"""Stand-ins: a student's code calls the grader's reference, and sees objects that behave as its own would.

Behaviour common to both is tested twice: in one process, and over the wire with a real fork server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import numpy as np
import pytest
from fork_server import serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.agent.wire import StandInRef, pack
from autograder.errors import CallFailed, NotWritten
from autograder.sandbox import reference_server
from autograder.sandbox.connection import open_fork
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.student import BareConnection, Call, Student

MEMORY_BYTES = 2**29
TIMEOUT_S = 20.0

Connect = Callable[..., AbstractContextManager[Student]]


# the grader's reference


class Affine:
    """A layer: y = x @ W + b."""

    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dy):
        self.grads[0][...] = self.x.T @ dy
        self.grads[1][...] = dy.sum(axis=0)
        return dy @ self.params[0].T


class Model:
    """A model with a layer inside, a flag, and a generator to draw from."""

    kind = Affine

    def __init__(self, size, rng, flag=True):
        self.affine = Affine(rng.standard_normal((size, size)), np.zeros(size))
        self.params, self.grads = self.affine.params, self.affine.grads
        self.train_flag = flag
        self.rng = rng
        self._secret = 42

    def predict(self, x):
        return self.affine.forward(x) * (1 if self.train_flag else 10)

    def layer(self):
        return self.affine

    def layers(self):
        return {"inside": [self.affine]}

    def lend(self, layers, x):
        return [layer.forward(x) for layer in layers["inside"]]


def double(x):
    return 2 * x


def fail(message):
    raise KeyError(message)


def fail_oddly():
    return np.linalg.inv(np.zeros((2, 2)))


SETTABLE = ("train_flag",)
GIVEN = {"Affine": Affine, "Model": Model, "double": double, "fail": fail, "fail_oddly": fail_oddly}

# the student's notebook: its own pieces are wrong, so a right answer came from the grader

NOTEBOOK = '''
import numpy as np

class Affine:
    def __init__(self, W, b): raise AssertionError("the student's own Affine ran")


class Model:
    kind = "student's"
    def __init__(self, size, rng, flag=True): raise AssertionError("the student's own Model ran")


class Generating(Model):
    """As RnnlmGen derives from Rnnlm."""

    def __init__(self, size, rng, word="the"):
        self.word = word
        super().__init__(size, rng, flag=True)
        self.after = word * 2

    def generate(self, x):
        return self.predict(x) + self.affine.forward(x)


class Twice(Generating):
    def generate(self, x):
        return 2 * super().generate(x)


class Early(Model):
    def __init__(self, size, rng):
        self.seen_early = hasattr(self, "train_flag")
        super().__init__(size, rng)


class ByName(Model):
    def __init__(self, size, rng):
        Model.__init__(self, size, rng)


def double(x): raise AssertionError("the student's own double ran")
def fail(message): pass
def fail_oddly(): pass
def attempted(layer, action):
    try:
        exec(action)
    except Exception:
        pass

def quadruple(x): return double(double(x))

def same_arrays(W, b):
    layer = Affine(W, b)
    return [layer.params[0] is W, layer.params[1] is b, layer.grads[0].shape == W.shape]

def same_arrays_named(W, b):
    layer = Affine(b=b, W=W)
    return [layer.params[0] is W, layer.params[1] is b]

def forward_after_change(W, b, x):
    layer = Affine(W, b)
    before = layer.forward(x)
    W += 1.0
    return before, layer.forward(x)

def gradients_in_place(W, b, x, dy):
    layer = Affine(W, b)
    kept = layer.grads[0]
    layer.forward(x)
    dx = layer.backward(dy)
    return dx, kept, kept is layer.grads[0]

def make(size, rng): return Model(size, rng)
def through_a_method(model, x): return model.layer().forward(x)
def flag_off(model, x):
    model.train_flag = False
    return model.train_flag, model.predict(x)
def own_attribute(model):
    model.note = {1, 2}
    return len(model.note)
def has(thing, name): return hasattr(thing, name)
def lend(model, W, b, x):
    layer = Affine(W, b)
    return model.lend({"inside": [layer]}, x)[0], layer.calls
def secret(model): return model._secret
def calls(layer, x):
    layer.forward(x)
    return layer.calls
def draws(model): return model.rng.random(3)
def two_of_them(size, rng):
    first, second = Model(size, rng), Model(size, rng=rng)
    return first.params[0], second.params[0], rng.random(3)
def send_a_set(): return double({1})
def stub(): raise NotImplementedError("stub")
def caught(message):
    try: fail(message)
    except KeyError as error: return "caught " + error.args[0]
'''  # fmt: skip


@pytest.fixture(scope="module")
def served():
    """The socket of a process that has run the notebook."""
    with serving(NOTEBOOK) as (path, _):
        yield path


@pytest.fixture
def fork(served):
    """Open a fork of the agent, with stand-ins for some of the given names."""

    @contextmanager
    def opened(*names: str) -> Iterator[Student]:
        answers = FollowThrough({name: GIVEN[name] for name in names}, SETTABLE)
        with closing(open_fork(served, answers, TIMEOUT_S, MEMORY_BYTES)) as connection:
            yield Student(connection)

    return opened


@pytest.fixture(params=["bare", "wire"])
def student_with(request) -> Connect:
    """Open the notebook with stand-ins for some of the given names, in this process or over the wire."""
    if request.param == "wire":
        return request.getfixturevalue("fork")

    @contextmanager
    def opened(*names: str) -> Iterator[Student]:
        namespace: dict[str, object] = {"__name__": "__main__"}
        exec(compile(NOTEBOOK, "<notebook>", "exec"), namespace)
        yield Student(BareConnection(namespace, FollowThrough({name: GIVEN[name] for name in names}, SETTABLE)))

    return opened


RNG = np.random.default_rng(7)
W, B = RNG.standard_normal((3, 3)), RNG.standard_normal(3)
X, DY = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3))


# functions


def test_without_stand_ins_the_students_own_pieces_run(student_with):
    with student_with() as student, pytest.raises(CallFailed, match="the student's own double ran"):
        student.call("quadruple", X)


def test_a_function_runs_in_the_reference(student_with):
    with student_with("double") as student:
        assert np.array_equal(student.call("quadruple", X), 4 * X)
        assert student.call("quadruple", 1.5) == 6.0
        assert student.call("double", [1]) == [1, 1]


def test_only_the_names_that_were_given_are_replaced(student_with):
    with student_with("double") as student, pytest.raises(CallFailed, match="the student's own Affine ran"):
        student.call("same_arrays", W, B)


def test_the_student_can_catch_exceptions_of_the_reference(student_with):
    with student_with("fail") as student:
        assert student.call("caught", "no such word") == "caught 'no such word'"


def test_an_uncaught_exception_stays_the_references(student_with):
    with student_with("fail") as student, pytest.raises(CallFailed, match="no such word") as caught:
        student.call("fail", "no such word")
    assert caught.value.type_name == "KeyError"
    assert "LookupError" in caught.value.bases


def test_an_exception_that_is_not_builtin_arrives_as_a_runtime_error(student_with):
    with student_with("fail_oddly") as student, pytest.raises(CallFailed, match="Singular matrix") as caught:
        student.call("fail_oddly")
    assert caught.value.type_name == "RuntimeError"


# layers


def test_parameters_are_the_arrays_that_were_passed(student_with):
    with student_with("Affine") as student:
        assert student.call("same_arrays", W, B) == [True, True, True]
        assert student.call("same_arrays_named", W, B) == [True, True]
        before, after = student.call("forward_after_change", W, B, X)
    assert np.allclose(before, X @ W + B)
    assert np.allclose(after, X @ (W + 1) + B)


def test_gradients_are_overwritten_in_place(student_with):
    with student_with("Affine") as student:
        dx, dW, in_place = student.call("gradients_in_place", W, B, X, DY)
    assert np.allclose(dx, DY @ W.T)
    assert np.allclose(dW, X.T @ DY)
    assert in_place


def test_a_suite_sees_a_layers_lists_too(student_with):
    with student_with("Affine") as student:
        layer = student.new("Affine", W, B)
        kept = layer.ref("grads", 0)
        layer.call("forward", X)
        layer.call("backward", DY)
        assert np.array_equal(layer.get("params")[0], W)
        assert np.allclose(kept.fetch(), X.T @ DY)
        layer.fill("params", [2 * W, B])
        assert np.allclose(layer.call("forward", X), X @ (2 * W) + B)
        with pytest.raises(CallFailed, match="params has 2 arrays where 1 were expected"):
            layer.fill("params", [W])
        with pytest.raises(CallFailed, match=r"an array of params has shape \(3, 3\) where \(2, 3\) was expected"):
            layer.fill("params", [X, B])


def test_state_is_kept_between_calls(student_with):
    with student_with("Affine") as student:
        layer = student.new("Affine", W, B)
        assert [student.call("calls", layer, X) for _ in range(3)] == [1, 2, 3]


def test_several_calls_are_made_in_order_and_the_first_that_fails_ends_them(student_with):
    with student_with("Affine") as student:
        layer = student.new("Affine", W, B)
        y, dx = layer.many([Call("forward", X), Call("backward", dy=DY)])
        assert np.allclose(y, X @ W + B)
        assert np.allclose(dx, DY @ W.T)
        with pytest.raises(CallFailed, match="nothing"):
            layer.many([Call("forward", 2 * X), Call("nothing"), Call("forward", 3 * X)])
        layer.call("backward", DY)
        assert np.allclose(layer.get("grads")[0], 2 * X.T @ DY)


# classes


def test_a_class_that_derives_from_a_given_one_derives_from_the_references(student_with):
    expected = Model(3, np.random.default_rng(3))
    with student_with("Model") as student:
        model = student.new("Generating", 3, np.random.default_rng(3), word="a")
        assert np.allclose(model.call("generate", X), 2 * expected.predict(X))
        assert np.allclose(model.call("predict", X), expected.predict(X))
        assert [model.get(name) for name in ("word", "after", "train_flag")] == ["a", "aa", True]
        assert np.allclose(model.get("params")[0], expected.params[0])


@pytest.mark.parametrize(("name", "times"), [("Twice", 2), ("ByName", None)])
def test_indirect_derivation_and_a_named_base_lead_to_the_reference_too(student_with, name, times):
    expected = Model(3, np.random.default_rng(3)).predict(X)
    with student_with("Model") as student:
        model = student.new(name, 3, student.rng(3))
        assert np.allclose(model.call("predict", X), expected)
        if times is not None:
            assert np.allclose(model.call("generate", X), times * 2 * expected)


def test_the_generator_is_used_in_the_state_it_was_in(student_with):
    rng, ours = np.random.default_rng(11), np.random.default_rng(11)
    rng.random(5), ours.random(5)
    with student_with("Model") as student:
        assert np.allclose(student.new("Model", 3, rng).get("params")[0], Model(3, ours).params[0])


def test_the_generator_goes_on_from_where_the_reference_left_it(student_with):
    ours = np.random.default_rng(12)
    wanted = Model(3, ours).params[0], Model(3, ours).params[0], ours.random(3)
    with student_with("Model") as student:
        for yours, right in zip(student.call("two_of_them", 3, student.rng(12)), wanted, strict=True):
            assert np.allclose(yours, right)


def test_objects_inside_objects(student_with):
    expected = Model(3, np.random.default_rng(3))
    with student_with("Model") as student:
        model = student.new("Model", 3, np.random.default_rng(3))
        assert np.allclose(student.call("through_a_method", model, X), expected.predict(X))
        assert np.array_equal(student.call("draws", model), expected.rng.random(3))


def test_a_stand_in_can_be_an_argument_of_another(student_with):
    with student_with("Model", "Affine") as student:
        answer, calls = student.call("lend", student.new("Model", 3, np.random.default_rng(3)), W, B, X)
    assert np.allclose(answer, X @ W + B)
    assert calls == 1


def test_a_stand_in_has_no_attributes_before_it_is_made(student_with):
    with student_with("Model") as student:
        model = student.new("Early", 3, np.random.default_rng(3))
        assert model.get("seen_early") is False
        assert model.get("train_flag") is True


def test_settable_attributes_are_set_remotely_and_others_stay_local(student_with):
    expected = Model(3, np.random.default_rng(3))
    with student_with("Model") as student:
        model = student.new("Model", 3, np.random.default_rng(3))
        flag, answer = student.call("flag_off", model, X)
        assert flag is False
        assert np.allclose(answer, 10 * expected.predict(X))
        assert student.call("own_attribute", model) == 2
        assert student.call("has", model, "note")
        model.set("train_flag", True)
        assert np.allclose(model.call("predict", X), expected.predict(X))


def test_private_names_stay_with_the_grader(student_with):
    with student_with("Model") as student:
        model = student.new("Model", 3, np.random.default_rng(3))
        assert [student.call("has", model, name) for name in ("rng", "_secret", "nothing")] == [True, False, False]
        with pytest.raises(CallFailed, match="_secret"):
            student.call("secret", model)


def test_a_class_of_the_graders_is_not_handed_out(student_with):
    with student_with("Model") as student:
        model = student.new("Model", 3, np.random.default_rng(3))
        with pytest.raises(CallFailed, match="is not handed out"):
            student.call("has", model, "kind")


@pytest.mark.parametrize(
    "action",
    [
        "layer.calls = -5", "del layer.calls", "layer.__dict__['calls'] = -5", "vars(layer).update(calls=-5)",
        "object.__setattr__(layer, 'calls', -5)", "layer.calls += 7", "layer.forward = lambda x: x",
        "layer._ask(('set_attribute', layer._ref.id, 'calls', -5))",
        "layer._ask(('set_attribute', layer._ref.id, 'forward', 5))", "layer.params.clear()", "layer.params = []",
        "layer._ask(('set_attribute', layer._ref.id, 'params', []))", "layer.__class__ = object",
    ],
)  # fmt: skip
def test_nothing_is_set_on_an_object_of_the_suites(student_with, action):
    layer = Affine(W.copy(), B.copy())
    with student_with() as student:
        student.call("attempted", student.stand_in(layer), action)
        student.call("attempted", student.stand_in(Model(3, RNG)), f"layer = layer.affine; {action}")
    assert layer.calls == 0
    assert np.array_equal(layer.params[0], W)
    assert np.allclose(layer.forward(X), X @ W + B)


def test_settable_attributes_of_an_object_are_not_settable_on_its_results(student_with):
    model = Model(3, np.random.default_rng(3))
    model.affine.train_flag = True
    with student_with("Model") as student:
        offered = student.stand_in(model, settable=["train_flag"])
        student.call("attempted", offered, "layer.affine.train_flag = False; layer.train_flag = False")
    assert (model.train_flag, model.affine.train_flag) == (False, True)


def test_an_object_of_the_suites_can_be_an_argument(student_with):
    layer = Affine(W.copy(), B.copy())
    with student_with() as student:
        assert student.call("calls", student.stand_in(layer), X) == 1
    assert layer.calls == 1


def test_a_name_that_is_not_there(student_with):
    with student_with() as student:
        assert student.has("quadruple")
        assert not student.has("nobody")
        with pytest.raises(NotWritten, match="nobody is not defined"):
            student.call("nobody")
        with pytest.raises(NotWritten, match="stub"):
            student.call("stub")


def test_an_unsendable_answer_of_the_reference_is_reported(fork):
    with fork("Model") as student:
        model = student.new("Model", 3, np.random.default_rng(3))
        with pytest.raises(CallFailed, match="a value of type Affine cannot be sent") as caught:
            model.call("layers")
        assert caught.value.type_name == "TypeError"


def test_an_unsendable_answer_is_the_students_mistake(fork):
    with fork("double") as student, pytest.raises(CallFailed, match="a value of type set cannot be sent"):
        student.call("send_a_set")


def test_stand_ins_of_one_fork_are_not_in_the_next(fork):
    with fork("double") as student:
        assert student.call("quadruple", 1) == 4
    with fork() as student, pytest.raises(CallFailed, match="the student's own double ran"):
        student.call("quadruple", 1)


# refused requests


def asked(*question, given=GIVEN):
    return FollowThrough(given).answer(question)


ABSURD = [
    (10**6,), (-(10**6),), (np.int64(10**6),), (np.array(10**6),), ([3, 10**6],), ((1, (10**6,)),), ({"k": 10**6},),
    (np.uint64(2**63),), (100_001,), (2**200,),
]  # fmt: skip


@pytest.mark.parametrize("args", ABSURD, ids=repr)
@pytest.mark.parametrize("named", [False, True], ids=["positional", "named"])
def test_absurd_integers_do_not_reach_the_reference(args, named):
    reached = []
    given = {"f": lambda *args, **kwargs: reached.append((args, kwargs))}
    arguments = ((), {"n": args[0]}) if named else (args, {})
    kind, (name, message) = asked("call_function", "f", *arguments, given=given)
    assert (kind, name) == ("error", "ValueError")
    assert "more than the grader's reference takes" in message
    assert not reached


def test_sizes_with_an_absurd_product_do_not_reach_the_reference():
    reached = []
    given = {"f": lambda *args, **kwargs: reached.append((args, kwargs))}
    kind, (_, message) = asked("call_function", "f", (50_000, np.int32(50_000)), {}, given=given)
    assert kind == "error"
    assert "2,500,000,000 are more than" in message
    assert asked("call_function", "f", (50_000,), {"n": 50_000}, given=given)[0] == "error"
    assert asked("call_function", "f", (10_000, 10_000), {"zero": 0, "below": -1}, given=given) == ("value", None)
    assert len(reached) == 1


def test_sizes_of_the_course_reach_the_reference():
    assert (
        asked("call_function", "f", (100_000, -3, np.arange(10**6), 1e12), {}, given={"f": lambda *args: len(args)})[1]
        == 4
    )


def test_absurd_integers_are_refused_in_methods_and_attributes():
    answers = FollowThrough(GIVEN)
    ref = answers.offer(Model(3, np.random.default_rng(0)), settable=["train_flag"])
    for question in (
        ("call_method", ref.id, "predict", (10**6,), {}, None),
        ("set_attribute", ref.id, "train_flag", 10**6),
    ):
        kind, (_, message) = answers.answer(question)
        assert kind == "error"
        assert "more than the grader's reference takes" in message
    assert answers.objects[0].train_flag is True


def test_objects_are_counted(monkeypatch):
    monkeypatch.setattr(reference_server, "MAX_OBJECTS", 3)
    answers = FollowThrough(GIVEN)
    replies = [answers.answer(("call_function", "Affine", (W, B), {})) for _ in range(5)]
    assert [kind for kind, _ in replies] == ["value"] * 3 + ["error"] * 2
    assert replies[-1][1] == ("MemoryError", "too many objects")


MALFORMED = [
    (), ("call_function",), ("call_function", "nobody", (), {}), ("call_function", ["double"], (), {}),
    ("call_function", "double", 5, {}), ("call_function", "double", (1,), {"x": 1, "y": 2}),
    ("call_function", "double", (1,), []),
    ("call_function", "double", (StandInRef(99),), {}), ("call_method", 99, "forward", (), {}, None),
    ("call_method", 0, "_x", (), {}, None), ("call_method", 0, "__init__", (W, B), {}, None),
    ("call_method", 0, "__class__", (W, B), {}, None), ("call_method", 0, "params", (), {}, None),
    ("call_method", 0, 5, (), {}, None), ("call_method", 0, "forward", (X,), {}, [W]),
    ("call_method", 0, "forward", (X,), {}, [W, B, B]), ("call_method", 0, "forward", (X,), {}, [X, B]),
    ("call_method", 0, "forward", (X,), {}, 7), ("call_method", 0, "forward", ("text",), {}, None),
    ("call_method", None, "forward", (X,), {}, None), ("get_attribute", 99, "params"), ("get_attribute", "0", "params"),
    ("get_attribute", 0, 5), ("get_attribute", 0), ("set_attribute", 0, 5, 1), ("set_attribute", 99, "calls", 1),
    ("answer",), ("_register", 1, ()), ("__init__", {}), ("nothing of the kind", 1), (None,), ({},), ([],),
    (np.arange(3), 1),
]  # fmt: skip


@pytest.mark.parametrize("question", [*MALFORMED, None, 5, "call_function", {}, np.arange(4), b"abcd"], ids=repr)
def test_a_malformed_question_is_answered_with_an_error(question):
    answers = FollowThrough(GIVEN)
    answers.offer(Affine(W.copy(), B.copy()))
    kind, (type_name, message) = answers.answer(question)
    assert kind == "error"
    assert type_name.isidentifier()
    assert len(message) <= 500


@settings(deadline=None, derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(
        st.sampled_from(["call_function", "call_method", "get_attribute", "set_attribute"]),
        st.sampled_from([0, 1, -1, "Affine", "double", None]),
        st.sampled_from(["forward", "params", "grads", "calls", "x", "_", "", (), (W, B), (StandInRef(0),)]),
        st.sampled_from([(), (X,), {}, (1,), None, [W, B]]),
        st.sampled_from([{}, {"x": X}, None, [W, B]]),
        st.sampled_from([None, [W, B], [B, W], 3]),
    ).flatmap(lambda fields: st.integers(0, 6).map(lambda n: fields[:n]))
)
def test_no_question_raises_and_every_answer_can_be_sent(question):
    answers = FollowThrough(GIVEN)
    answers.offer(Affine(W.copy(), B.copy()))
    answer = answers.answer(question)
    assert answer[0] in ("value", "error")
    assert pack(answer)


def test_private_attributes_are_absent_and_cannot_be_set():
    answers = FollowThrough(GIVEN)
    ref = answers.offer(Model(3, np.random.default_rng(0)), settable=["_secret", "__class__", "__dict__", "nothing"])
    for name in ("_secret", "__class__", "__dict__", "nothing"):
        assert answers.answer(("get_attribute", ref.id, name)) == ("value", ("absent", None))
        assert answers.answer(("set_attribute", ref.id, name, 1)) == ("value", False)
    assert answers.objects[0]._secret == 42
