"""Assignment 01, the models: rnnlm, better_rnnlm."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from autograder.errors import CheckFailed
from autograder.testing import checks
from autograder.testing.checks.plain_values import Array, arrays, number
from autograder.testing.hidden_inputs import telling_seed
from autograder.testing.question import question
from autograder.testing.sequence_models.model_pair import STATE, ModelPair, check_loss
from autograder.testing.sequence_models.weights import LARGE, Sizes, check_initial, text
from autograder.testing.student import Student

from . import oracle_rnnlm
from .oracle_rnnlm import BETTER, RNNLM, model_pair

LAYERS = ("lstm_forward", "lstm_backward", "time_lstm_forward", "time_lstm_backward", "time_lstm_state")
rnnlm = partial(
    question, "rnnlm", settable=STATE, given=LAYERS, timeout_s=30,
    hint="In which order do word ids become scores, and which arrays must an optimiser find in params and grads?",
)  # fmt: skip
better_rnnlm = partial(
    question, "better_rnnlm", settable=STATE, given=LAYERS, timeout_s=60,
    hint="Where does dropout stand, when is it off, and by which two ways does the loss reach the tied array?",
)  # fmt: skip
SQUARE = Sizes(V=11, D=7, H=7)


@rnnlm(points=2)
def test_rnnlm_initial_weights(student: Student) -> None:
    """float32, embedding N(0, 1)/100, matrices N(0, 1)/sqrt(fan in), biases zero, in the order of the layers."""
    check_initial(student, "Rnnlm", RNNLM, LARGE, oracle_rnnlm.shapes("Rnnlm", LARGE))


@rnnlm(points=3)
def test_rnnlm_predict_values(student: Student, reference: SimpleNamespace) -> None:
    """Scores (N, T, V) in float32 for a first text."""
    for seed, (N, T) in enumerate(((2, 5), (1, 5), (3, 1))):
        pair = model_pair(student, reference, "Rnnlm", Sizes(), 63 + seed)
        oracle_rnnlm.check_scores(f"Rnnlm.predict of {N} x {T} words", pair, text(seed, N, T, 11), dtype=np.float32)


@rnnlm(points=2)
def test_rnnlm_state(student: Student, reference: SimpleNamespace) -> None:
    """predict and forward carry the state on; reset_state forgets it."""
    pair = model_pair(student, reference, "Rnnlm", Sizes(), 66)
    oracle_rnnlm.check_scores("Rnnlm.predict", pair, text(1, 2, 2, 11))
    oracle_rnnlm.check_scores("Rnnlm.predict for the second time: the state goes on", pair, text(2, 2, 1, 11))
    check_loss("Rnnlm.forward after predict: the state goes on: the loss", pair, text(3, 2, 2, 11), text(4, 2, 2, 11))
    oracle_rnnlm.check_scores("Rnnlm.predict after forward: the state goes on", pair, text(5, 2, 2, 11))
    pair.yours.call("reset_state")
    pair.oracle.reset_state()
    oracle_rnnlm.check_scores("Rnnlm.predict after reset_state", pair, text(6, 3, 2, 11))


@rnnlm(points=2)
def test_rnnlm_loss(student: Student, reference: SimpleNamespace) -> None:
    """Mean cross-entropy per counted word in nats; a label of -1 is not counted."""
    for seed, (N, T) in enumerate(((2, 5), (1, 5), (3, 1))):
        pair = model_pair(student, reference, "Rnnlm", Sizes(), 67 + seed)
        ts = text(seed + 10, N, T, 11)
        ts[0, 0] = -1 if seed == 0 else ts[0, 0]
        check_loss(f"Rnnlm.forward of {N} x {T} words: the loss", pair, text(seed, N, T, 11), ts)


@rnnlm(points=3)
def test_rnnlm_backward_values(student: Student, reference: SimpleNamespace) -> None:
    """The gradient of every parameter, alone and times dout."""
    for seed, dout in ((70, ()), (71, (0.5,))):
        pair = model_pair(student, reference, "Rnnlm", Sizes(), seed)
        check_loss("Rnnlm.forward: the loss", pair, text(seed, 2, 5, 11), text(seed + 5, 2, 5, 11))
        pair.yours.call("backward", *dout)
        pair.oracle.backward(*dout)
        oracle_rnnlm.check_grads(f"Rnnlm.backward({', '.join(map(str, dout))})", RNNLM, pair)


@rnnlm(points=1)
def test_rnnlm_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never summed over two calls; the gradient stops at the start of forward."""
    pair = model_pair(student, reference, "Rnnlm", Sizes(), 72)
    oracle_rnnlm.check_grads_overwritten("Rnnlm", RNNLM, pair, text(72, 2, 5, 11), text(73, 2, 5, 11))


@rnnlm(points=1)
def test_rnnlm_does_not_look_ahead(student: Student, reference: SimpleNamespace) -> None:
    """Another last word does not change the scores before it; the ids are unchanged."""
    xs = text(74, 2, 5, 11)
    changed = xs.copy()
    changed[:, -1] = (xs[:, -1] + 3) % 11
    answers = []
    for now in (xs, changed):
        pair = model_pair(student, reference, "Rnnlm", Sizes(), 74)
        kept = student.put(now)
        answers.append(pair.yours.call("predict", kept))
        wanted = pair.oracle.predict(now)
        checks.values("Rnnlm.predict", answers[-1], wanted)
        checks.untouched("Rnnlm.predict: its argument xs", kept, now)
    before = [np.asarray(answer)[:, :-1] for answer in answers]
    checks.values("Rnnlm.predict: the scores before a word that was changed", before[1], before[0])


@better_rnnlm(points=2)
def test_better_rnnlm_initial_weights(student: Student) -> None:
    """Two LSTMs, the tied array once, drawn as an embedding."""
    sizes = Sizes(V=97, D=53, H=53)
    check_initial(student, "BetterRnnlm", BETTER, sizes, oracle_rnnlm.shapes("BetterRnnlm", sizes))


@better_rnnlm(points=3)
def test_better_rnnlm_predict_values(student: Student, reference: SimpleNamespace) -> None:
    """Two LSTMs, output weights tied to the embedding; predict never drops, though train_flag is on."""
    pair = model_pair(student, reference, "BetterRnnlm", SQUARE, 81)
    oracle_rnnlm.check_scores("BetterRnnlm.predict", pair, text(81, 2, 5, 11), dtype=np.float32)
    oracle_rnnlm.check_scores("BetterRnnlm.predict for the second time: the state goes on", pair, text(82, 2, 1, 11))
    pair.yours.call("reset_state")
    pair.oracle.reset_state()
    oracle_rnnlm.check_scores("BetterRnnlm.predict after reset_state", pair, text(83, 1, 2, 11))


@better_rnnlm(points=2)
def test_better_rnnlm_without_dropout(student: Student, reference: SimpleNamespace) -> None:
    """Loss and gradients with train_flag off, and with a ratio of 0; the tied array's gradient is a sum."""
    for seed, ratio in ((84, 0.5), (85, 0.0)):
        pair = model_pair(student, reference, "BetterRnnlm", SQUARE, seed, dropout_ratio=ratio)
        if ratio:
            pair.yours.set("train_flag", False)
            pair.oracle.train_flag = False
        kind = "with train_flag off" if ratio else "with dropout_ratio 0"
        check_loss(f"BetterRnnlm.forward {kind}: the loss", pair, text(seed, 2, 5, 11), text(seed + 5, 2, 5, 11))
        pair.yours.call("backward")
        pair.oracle.backward()
        oracle_rnnlm.check_grads(f"BetterRnnlm.backward {kind}", BETTER, pair)


@better_rnnlm(points=1)
def test_better_rnnlm_backward_overwrites_grads(student: Student, reference: SimpleNamespace) -> None:
    """In place, never rebound, never summed over two calls."""
    pair = model_pair(student, reference, "BetterRnnlm", SQUARE, 86, dropout_ratio=0.0)
    oracle_rnnlm.check_grads_overwritten("BetterRnnlm", BETTER, pair, text(86, 2, 5, 11), text(87, 2, 5, 11))


@better_rnnlm(points=4)
def test_better_rnnlm_drops_in_three_places(student: Student, reference: SimpleNamespace) -> None:
    """With one unit, one word and the default ratio of 0.5, the loss takes exactly four values.

    Two of them have probability 1/8: for one in 10^11 right answers, 200 losses miss one. The gradients belong
    to the masks that the loss reveals.
    """
    sizes = Sizes(V=3, D=1, H=1)

    def possibilities(seed: int) -> list[tuple[float, list[Array]]]:
        return oracle_rnnlm.dropped_losses(reference, oracle_rnnlm.weights("BetterRnnlm", sizes, seed), 0.5, x=1, t=2)

    seed = telling_seed(88, lambda trial: np.diff(sorted(loss for loss, _ in possibilities(trial))).min() > 1e-3)
    pair, possible = model_pair(student, reference, "BetterRnnlm", sizes, seed), possibilities(seed)
    losses = [loss for loss, _ in possible]
    seen = set()
    for _ in range(200):
        pair.yours.call("reset_state")
        loss = number("BetterRnnlm.forward: the loss", pair.yours.call("forward", np.array([[1]]), np.array([[2]])))
        nearest = int(np.argmin(np.abs(np.subtract(losses, loss))))
        label = "BetterRnnlm.forward of one word with one unit, dropout on: the loss, against the nearest possible one"
        checks.values(label, loss, losses[nearest], precision=np.float32)
        if nearest not in seen:
            seen.add(nearest)
            check_dropped_grads(pair, possible[nearest][1])
    label = "BetterRnnlm.forward, dropout on: how many different losses one word has in 200 calls"
    checks.equal(label, len(seen), 4)


def check_dropped_grads(pair: ModelPair, wanted: list[Array]) -> None:
    """Gradients after a forward whose masks are known."""
    pair.yours.call("backward")
    received = arrays("BetterRnnlm.grads", pair.yours.get("grads"), [part.shape for part in wanted])
    for name, yours, right in zip(BETTER, received, wanted, strict=True):
        label = f"BetterRnnlm.backward, dropout on: the gradient of {name}"
        checks.values(label, yours, right.astype(np.float32), rtol=1e-3, atol=1e-6)


@better_rnnlm(points=1)
def test_better_rnnlm_train_flag(student: Student, reference: SimpleNamespace) -> None:
    """On at first: two losses of one text differ; once it is off, they are equal. predict does not change it."""
    pair = model_pair(student, reference, "BetterRnnlm", SQUARE, 89)
    xs, ts = text(89, 2, 5, 11), text(90, 2, 5, 11)
    oracle_rnnlm.check_scores("BetterRnnlm.predict", pair, xs)
    checks.equal("BetterRnnlm.train_flag after predict", pair.yours.get("train_flag"), True)
    losses = []
    for _ in range(2):
        pair.yours.call("reset_state")
        losses.append(number("BetterRnnlm.forward: the loss", pair.yours.call("forward", xs, ts)))
    if losses[0] == losses[1]:
        raise CheckFailed("BetterRnnlm.forward with train_flag on: two losses of one text", "equal", "different")


@better_rnnlm(points=1)
def test_better_rnnlm_needs_equal_sizes(student: Student, reference: SimpleNamespace) -> None:
    """Word vectors of a size other than the hidden state's raise a ValueError; equal sizes work."""
    pair = model_pair(student, reference, "BetterRnnlm", SQUARE, 91)
    oracle_rnnlm.check_scores("BetterRnnlm.predict", pair, text(91, 2, 5, 11))
    checks.raises("BetterRnnlm(11, 3, 7)", "ValueError", lambda: student.new("BetterRnnlm", 11, 3, 7))
