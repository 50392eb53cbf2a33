"""Assignment 07, the older form that reads one-hot characters: one_hot_translator.

The oracle is the reference with the same weights. States are never looked into: they go back to the student's model.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules.module_checks import (
    check_gradients,
    check_inputs_untouched,
    check_mode_kept,
    check_rows,
    check_values,
)
from autograder.testing.torch_modules.module_pair import ModulePair, check_state, local, module_pair, sent

NAME, PARTS = "OneHotTranslator", ("log-probabilities",)
SRC, TGT, H = 6, 7, 5  # sizes of a source row, of a target row, of a state
N, S, T = 3, 4, 5
BOTH = (False, True)
Pieces = tuple[RemoteObject, RemoteObject]  # states and enc_outputs
one_hot_translator = partial(
    question, "one_hot_translator", hint="What does a step read, where does it begin, and what does it hand on?"
)  # fmt: skip


def one_hot(seed: int, rows: int, steps: int, size: int, dtype: str = "float32") -> Array:
    """Random one-hot rows (rows, steps, size)."""
    return np.eye(size, dtype=dtype)[hidden_rng(seed).integers(0, size, (rows, steps))]


def drawn(seed: int, rows: int = N, S: int = S, T: int = T, dtype: str = "float32") -> list[Array]:
    """Sources (rows, S, SRC) and targets (rows, T, TGT)."""
    return [one_hot(seed, rows, S, SRC, dtype), one_hot(seed + 1, rows, T, TGT, dtype)]


def named(attention: bool, inputs: list[Array], *more: str) -> str:
    """What was called with what, for a message."""
    src, tgt = inputs
    return ", ".join([f"{NAME}(attention={attention}).forward of {src.shape} and {tgt.shape}", *more])


def wanted_log_p(pair: ModulePair, src: Array, tgt: Array) -> Array:
    """The oracle's log-probabilities (N, T, TGT)."""
    with torch.no_grad():
        log_p: Array = pair.oracle(local(src), local(tgt)).numpy()
    return log_p


def encoded(pair: ModulePair, src: Array) -> Pieces:
    """The student's states and enc_outputs."""
    both = pair.yours.keep("encode", sent(src))
    return both.item(0), both.item(1)


def step(label: str, pair: ModulePair, token: Array, pieces: Pieces, wanted: Array) -> RemoteObject:
    """Compare the log-probabilities (N, TGT) of one decode_step from states and enc_outputs; the states after it."""
    both = pair.yours.keep("decode_step", sent(token), *pieces)
    checks.tensor(label, both.item(0).fetch(), wanted)
    return both.item(1)


def check_steps(label: str, pair: ModulePair, src: Array, tgt: Array) -> None:
    """Compare encode and one decode_step after the other with the oracle's forward."""
    wanted, (states, enc_outputs) = wanted_log_p(pair, src, tgt), encoded(pair, src)
    for t in range(tgt.shape[1]):
        token = np.ascontiguousarray(tgt[:, t])
        states = step(f"{label}: decode_step {t}", pair, token, (states, enc_outputs), wanted[:, t])


@one_hot_translator(points=2)
def test_one_hot_forward(student: Student, reference: SimpleNamespace) -> None:
    """Log-probabilities of every step; the decoder begins with the encoder's last h and c."""
    pair = module_pair(student, reference, NAME, SRC, TGT, H, seed=501)
    for seed, steps in ((502, T), (504, S - 1)):
        inputs = drawn(seed, T=steps)
        check_values(named(False, inputs), pair, inputs, PARTS)


@one_hot_translator(points=3)
def test_one_hot_forward_with_attention(student: Student, reference: SimpleNamespace) -> None:
    """The state after reading asks all S states by dot product; [state; context] goes to the output."""
    pair = module_pair(student, reference, NAME, SRC, TGT, H, True, seed=511)
    for seed, steps in ((512, T), (514, S - 1)):
        inputs = drawn(seed, T=steps)
        check_values(named(True, inputs), pair, inputs, PARTS)


@one_hot_translator(points=3)
def test_one_hot_step_by_step(student: Student, reference: SimpleNamespace) -> None:
    """encode, and decode_step for one token after the other, give what forward gives."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=521)
        src, tgt = drawn(522)
        check_steps(f"{NAME}(attention={attention}) of {src.shape} and {tgt.shape}", pair, src, tgt)


@one_hot_translator(points=1)
def test_one_hot_encoder_outputs(student: Student, reference: SimpleNamespace) -> None:
    """enc_outputs are (N, S, H): with attention, the encoder's states h."""
    src, _ = drawn(531)
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=533)
        with torch.no_grad():
            wanted = pair.oracle.get_submodule("encoder_lstm")(local(src))[0]
        label = f"{NAME}(attention={attention}).encode of {src.shape}: enc_outputs"
        limit = None if attention else np.inf  # without attention nobody looks into them
        checks.tensor(label, encoded(pair, src)[1].fetch(), wanted, atol=limit)


@one_hot_translator(points=2)
def test_one_hot_states_can_be_used_again(student: Student, reference: SimpleNamespace) -> None:
    """From the same states, two tokens each: all 8 ways of three steps, the first ones read again at the end."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=541)
        src, _ = drawn(542)
        tokens = [np.roll(one_hot(544, N, 1, TGT), shift, axis=2) for shift in range(2)]
        start, enc_outputs = encoded(pair, src)
        label = f"{NAME}(attention={attention}).decode_step of {tokens[0][:, 0].shape}"
        states: dict[tuple[int, ...], RemoteObject] = {(): start}
        ways = [way for length in (1, 2, 3) for way in product(range(2), repeat=length)]
        for way in [*ways, *ways[:2]]:
            wanted = wanted_log_p(pair, src, np.concatenate([tokens[i] for i in way], axis=1))[:, -1]
            before = states[way[:-1]], enc_outputs
            after = step(f"{label}, after {len(way) - 1} other steps", pair, tokens[way[-1]][:, 0], before, wanted)
            states.setdefault(way, after)


@one_hot_translator(points=1)
def test_one_hot_two_sources_in_turn(student: Student, reference: SimpleNamespace) -> None:
    """A step depends on what it is given alone, not on what else was encoded or decoded meanwhile."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=551)
        (src, tgt), (other, longer) = drawn(552, T=2), drawn(554, S=S + 2)
        one, two = encoded(pair, src), encoded(pair, other)
        wanted, wanted_other = wanted_log_p(pair, src, tgt), wanted_log_p(pair, other, longer)
        label = f"{NAME}(attention={attention}), two sources encoded, decode_step"
        states = step(f"{label} of the first", pair, tgt[:, 0].copy(), one, wanted[:, 0])
        step(f"{label} of the second", pair, longer[:, 0].copy(), two, wanted_other[:, 0])
        check_values(named(attention, [other, longer], "in between"), pair, [other, longer], PARTS)
        label = f"{label} of the first, after a forward of the second"
        step(label, pair, tgt[:, 1].copy(), (states, one[1]), wanted[:, 1])


@one_hot_translator(points=1)
def test_one_hot_reads_no_later_token(student: Student, reference: SimpleNamespace) -> None:
    """Step t reads tgt_one_hot[:, t]: what stands later does not matter."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=561)
        src, tgt = drawn(562)
        wanted = wanted_log_p(pair, src, tgt)
        for t in range(1, T):
            changed = np.concatenate([tgt[:, :t], np.roll(tgt[:, t:], 1, axis=2)], axis=1)
            label = named(attention, [src, changed], f"tgt changed from step {t} on")
            log_p = checks.tensor(label, pair.yours.call("forward", sent(src), sent(changed)), wanted, atol=np.inf)
            checks.values(f"{label}: the steps before", log_p[:, :t], wanted[:, :t])


@one_hot_translator(points=1)
def test_one_hot_of_small_and_equal_sizes(student: Student, reference: SimpleNamespace) -> None:
    """One row, one source character, one step, one unit; and all sizes the same."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=571)
        for seed, sizes in ((572, (1, S, T)), (574, (N, 1, T)), (576, (N, S, 1)), (578, (1, 1, 1)), (580, (5, 5, 5))):
            inputs = drawn(seed, *sizes)
            check_values(named(attention, inputs), pair, inputs, PARTS)
            check_steps(named(attention, inputs, "in steps"), pair, *inputs)
        pair = module_pair(student, reference, NAME, SRC, TGT, 1, attention, seed=582)
        inputs = drawn(583)
        check_values(named(attention, inputs, "H = 1"), pair, inputs, PARTS)


@one_hot_translator(points=1)
def test_one_hot_of_each_row_alone(student: Student, reference: SimpleNamespace) -> None:
    """A row alone gives what it gives in a batch."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=591)
        inputs = drawn(592)
        check_rows(named(attention, inputs), pair, inputs, PARTS, (0,))


@one_hot_translator(points=1)
def test_one_hot_arguments_of_the_constructor(student: Student, reference: SimpleNamespace) -> None:
    """256 units and no attention if nothing is said; all arguments by name."""
    check_state(f"{NAME}({SRC}, {TGT})", student.new(NAME, SRC, TGT), reference.OneHotTranslator(SRC, TGT))
    for attention in BOTH:
        arguments: dict[str, Any] = {"src_size": SRC, "tgt_size": TGT, "hidden_size": H, "attention": attention}
        pair = module_pair(student, reference, NAME, **arguments, seed=601)
        inputs = drawn(602)
        check_values(named(attention, inputs, "arguments of the constructor by name"), pair, inputs, PARTS)


@one_hot_translator(points=2)
def test_one_hot_gradients(student: Student, reference: SimpleNamespace) -> None:
    """In float64, with rows of any floats: log-probabilities, and gradients of both arguments and all weights."""
    rng = hidden_rng(611)
    inputs = [rng.uniform(0, 1, (N, S, SRC)), rng.uniform(0, 1, (N, T, TGT))]
    inputs[0][0, -1] = inputs[1][1, -1] = 0  # rows without a character are read like others
    upstream = rng.standard_normal((N, T, TGT))
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=612, dtype="float64")
        label = named(attention, inputs, "rows of any floats, in float64")
        check_values(label, pair, inputs, PARTS)
        check_steps(f"{label}, in steps", pair, *inputs)
        check_gradients(label, pair, inputs, PARTS, (upstream,))


@one_hot_translator(points=1)
def test_one_hot_leaves_things_as_they_are(student: Student, reference: SimpleNamespace) -> None:
    """Training and evaluation mode make no difference and stay; no argument is changed, of a step neither."""
    for attention in BOTH:
        pair = module_pair(student, reference, NAME, SRC, TGT, H, attention, seed=621)
        inputs = drawn(622)
        label = named(attention, inputs)
        check_inputs_untouched(label, pair, inputs)
        check_mode_kept(label, pair, partial(check_in_mode, label, pair, inputs))
        given = {"encode: src_one_hot": inputs[0], "decode_step: token_one_hot": inputs[1][:, 0].copy()}
        kept = {name: student.put(sent(array)) for name, array in given.items()}
        src, token = kept.values()
        both = pair.yours.keep("encode", src)
        kept["decode_step: enc_outputs"] = both.item(1)
        given["decode_step: enc_outputs"] = both.item(1).fetch()
        pair.yours.keep("decode_step", token, both.item(0), both.item(1))
        for name, array in given.items():
            label = f"{NAME}(attention={attention}).{name}, after the call"
            checks.tensor(label, kept[name].fetch(), array, rtol=0, atol=0)


def check_in_mode(label: str, pair: ModulePair, inputs: list[Array]) -> None:
    """Compare forward and steps in the mode in which the module is."""
    mode = "training" if pair.oracle.training else "evaluation"
    check_values(f"{label}, in {mode} mode", pair, inputs, PARTS)
    check_steps(f"{label}, in {mode} mode and in steps", pair, *inputs)
