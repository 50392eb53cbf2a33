"""Assignment 07, the whole model: teacher_forcing.

Encoder and decoder are scripted and note what they are given. Gradients need pieces in the student's own process: their
Encoder and AttentionDecoder, where these carry gradients as they should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.testing import checks
from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng, hidden_seed
from autograder.testing.question import question
from autograder.testing.student import RemoteObject, Student
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_checks import check_gradients, check_values
from autograder.testing.torch_modules.module_pair import module_pair

from .oracle_forcing import Coins, own_pieces
from .oracle_scripted import EOS, PAD, SOS, WORD, ScriptedModel, scripted, sources, step_of

NAME = "Translator"
teacher_forcing = partial(
    question, "teacher_forcing", given=("encoder", "soft_lookup", "score_modules", "decoder_step"), timeout_s=30,
    hint="Which token does the decoder read at each step, and who decides between the true one and its own?",
)  # fmt: skip
FALSE_ALARM = 1e-10  # the probability that a right answer fails one test of its draws


def target(seed: int, counts: Sequence[int], V: int) -> Array:
    """Targets (N, T) of so many tokens, SOS and EOS counted; the rest is PAD."""
    rng = hidden_rng(seed)
    tgt = np.full((len(counts), max(counts)), PAD)
    for row, count in enumerate(counts):
        tgt[row, :count] = [SOS, *rng.integers(WORD, V, count - 2), EOS]
    return tgt


@dataclass
class Case:
    """A translator of scripted pieces.

    model   the pieces, and what they have noted
    tgt     targets (N, T)
    yours   the student's Translator of these pieces
    """

    model: ScriptedModel
    tgt: Array
    yours: RemoteObject

    def ask(self, *more: Any, tgt: Array | None = None, **named: Any) -> Any:
        """What forward gives for the sources and a target."""
        arguments = (self.model.src, self.model.lengths, self.tgt if tgt is None else tgt)
        return self.yours.call("forward", *map(Tensor, arguments), *more, **named)

    def logits(self, prob: float) -> Array:
        """The oracle's logits (N, T - 1, V), of full forcing or of none."""
        rows = []
        for row, ids in enumerate(self.tgt[:, :-1]):
            read: list[int] = [SOS]
            for t in range(1, len(ids)):
                read.append(int(ids[t] if prob == 1 else self.model.logits(row, read[1:]).argmax()))
            rows.append([self.model.logits(row, read[1 : t + 1]) for t in range(len(ids))])
        return np.array(rows)

    def read(self) -> list[list[int]]:
        """The id that each row has read at each of its steps since the last time, however the calls were made."""
        rows, read = len(self.tgt), [[-1] * (self.tgt.shape[1] - 1) for _ in self.tgt]
        for ids, hidden, *_ in self.model.decoder.calls:
            for id, (number, place) in zip(ids, hidden, strict=True):
                read[int(number) % rows][min(step_of(int(place), self.model.V), len(read[0]) - 1)] = int(id)
        self.model.decoder.calls.clear()
        return read


def case(student: Student, seed: int, counts: Sequence[int] = (5, 3, 4), V: int = 7, **kind: Any) -> Case:
    """A case of random scores: rows of sources of 4, 2, 5 ... tokens, of targets of as many as `counts` says."""
    model = scripted(seed, [4, 2, 5, 3][: len(counts)], V, max(counts), **kind)
    yours = student.new(NAME, student.stand_in(model.encoder), student.stand_in(model.decoder))
    return Case(model, target(seed + 40, counts, V), yours)


@teacher_forcing(points=4)
def test_translator_with_full_forcing(student: Student) -> None:
    """The logits of every step after the true tokens; the probability is 1 if none is given."""
    one = case(student, 601)
    checks.tensor(f"{NAME}.forward, no probability given", one.ask(), one.logits(1))
    checks.tensor(f"{NAME}.forward, probability 1", one.ask(1.0), one.logits(1))


@teacher_forcing(points=3)
def test_translator_on_its_own(student: Student) -> None:
    """With the probability 0, each step reads what scored best before it; the target is not looked at, but for SOS."""
    one = case(student, 611)
    checks.tensor(f"{NAME}.forward, probability 0", one.ask(0.0), one.logits(0))
    other = target(612, (3, 5, 5), 7)
    yours = one.ask(teacher_forcing_prob=0.0, tgt=other)
    checks.tensor(f"{NAME}.forward, probability 0, with another target", yours, one.logits(0))


@teacher_forcing(points=3)
def test_translator_what_the_decoder_reads(student: Student) -> None:
    """SOS first: then, with the probability 1, the target, and with 0 what itself scored best the step before."""
    one = case(student, 621)
    for prob in (1.0, 0.0):
        label = f"{NAME}.forward, probability {prob:g}"
        logits, wanted = one.ask(prob), one.tgt[:, :-1].copy()
        if prob == 0:
            wanted[:, 1:] = one.logits(0)[:, :-1].argmax(2)
        checks.equal(f"{label}: what the decoder reads, row by row", one.read(), wanted.tolist())
        checks.tensor(label, logits, one.logits(prob))


@teacher_forcing(points=1)
def test_translator_which_tokens_are_real(student: Student) -> None:
    """The mask that the decoder gets has a True for each token of the source, and for no PAD."""
    one = case(student, 631)
    logits = one.ask()
    for _, hidden, _, mask in one.model.decoder.calls:
        for (number, _), real in zip(hidden, mask, strict=True):
            row = int(number) % len(one.tgt)
            wanted = (np.arange(len(real)) < one.model.lengths[row]).tolist()
            checks.equal(f"{NAME}.forward: the mask of source {row}", real.tolist(), wanted)
    checks.tensor(f"{NAME}.forward", logits, one.logits(1))


@teacher_forcing(points=1)
def test_translator_of_small_sizes(student: Student) -> None:
    """One row; targets of one token after SOS; logits in float64 stay in float64."""
    for seed, counts, dtype in ((641, (4,), "float64"), (642, (2, 2, 2), "float64"), (643, (2,), "float32")):
        one = case(student, seed, counts, dtype=dtype)
        for prob in (1.0, 0.0):
            label = f"{NAME}.forward of {len(counts)} rows, T = {max(counts)}, probability {prob:g}"
            checks.tensor(label, one.ask(prob), one.logits(prob))


@teacher_forcing(points=1)
def test_translator_rows_and_padding(student: Student) -> None:
    """A row alone gives what it gives in a batch; columns of PAD more in the source change nothing."""
    one = case(student, 651)
    for prob in (1.0, 0.0):
        wanted = one.logits(prob)
        src = np.pad(one.model.src, ((0, 0), (0, 2)))
        yours = one.yours.call("forward", Tensor(src), Tensor(one.model.lengths), Tensor(one.tgt), prob)
        checks.tensor(f"{NAME}.forward, probability {prob:g}, 2 columns of PAD more in src", yours, wanted)
        for row in range(len(src)):
            parts = [Tensor(part[row : row + 1]) for part in (one.model.src, one.model.lengths, one.tgt)]
            yours = one.yours.call("forward", *parts, prob)
            checks.tensor(f"{NAME}.forward, probability {prob:g}, row {row} alone", yours, wanted[row : row + 1])


@teacher_forcing(points=1)
def test_translator_in_either_mode(student: Student) -> None:
    """Train or eval makes no difference, and stays as it is."""
    one = case(student, 661)
    for training in (True, False):
        one.yours.keep("train", training)
        for prob in (1.0, 0.0):
            label = f"{NAME}.forward, probability {prob:g}, training = {training}"
            checks.tensor(label, one.ask(prob), one.logits(prob))
        checks.equal(f"{NAME}.forward: training afterwards", one.yours.get("training"), training)


@teacher_forcing(points=3)
def test_translator_throws_a_coin_at_every_step(student: Student) -> None:
    """The truth with the probability given, in train and in eval mode; one draw decides for the whole batch."""
    for training, prob in ((True, 0.2), (False, 0.75)):
        coins = Coins(student)
        coins.yours.keep("train", training)
        told = sum(coins.told(300, prob, student.torch_rng(671)))
        label = f"{NAME}.forward, probability {prob:g}, training = {training}: steps on its own, steps told the truth"
        checks.distribution(label, [300 - told, told], np.array([1 - prob, prob]), alpha=FALSE_ALARM)


@teacher_forcing(points=1)
def test_translator_draws_from_the_generator(student: Student) -> None:
    """The same seed, the same draws, whatever torch's own generator does; a generator that goes on draws others."""
    coins = Coins(student)
    first = coins.told(60, 0.5, student.torch_rng(681))
    student.put(Tensor(np.zeros(3))).keep("normal_")  # torch's own generator goes on
    generator = student.torch_rng(681)
    label = f"{NAME}.forward, probability 0.5: at which of 60 steps it is told the truth"
    checks.equal(f"{label}, by two generators of one seed", coins.told(60, 0.5, generator), first)
    repeats = coins.told(60, 0.5, generator) == first
    checks.equal(f"{label}: whether a generator that goes on draws the same once more", repeats, False)


@teacher_forcing(points=1)
def test_translator_draws_from_torchs_own_generator(student: Student) -> None:
    """Without a generator: the same draws after the same torch.manual_seed, others without it."""
    coins, own_torch = Coins(student), student.new("ChainEncoder").ref("forward").ref("__globals__").item("torch")
    own_torch.keep("manual_seed", hidden_seed(691))
    first, second = coins.told(60, 0.5), coins.told(60, 0.5)
    own_torch.keep("manual_seed", hidden_seed(691))
    label = f"{NAME}.forward, probability 0.5, no generator: at which of 60 steps it is told the truth"
    checks.equal(f"{label}, twice after the same manual_seed", coins.told(60, 0.5), first)
    checks.equal(f"{label}: whether these are the same a second time", second == first, False)


@teacher_forcing(points=1)
def test_translator_keeps_its_pieces(student: Student) -> None:
    """The attributes encoder and decoder are what was handed in, and forward uses what they are now."""
    one = case(student, 695)
    checks.tensor(f"{NAME}.forward", one.ask(), one.logits(1))
    outputs, hidden = one.model.encoder.forward(torch.from_numpy(one.model.src), torch.from_numpy(one.model.lengths))
    mine = one.yours.ref("encoder").call("forward", Tensor(one.model.src), Tensor(one.model.lengths))
    checks.tensors(f"{NAME}.encoder", mine, (outputs, hidden), ("outputs", "hidden"))
    step = (Tensor(one.tgt[:, 0]), Tensor(hidden.numpy()), Tensor(outputs.numpy()), Tensor(one.model.src != PAD))
    answer = one.yours.ref("decoder").keep("forward", *step).item(0)
    checks.tensor(f"{NAME}.decoder: logits", answer.fetch(), one.logits(1)[:, 0])


@teacher_forcing(points=1)
def test_translator_changes_no_argument(student: Student) -> None:
    """Sources, lengths and targets are as they were."""
    one = case(student, 696)
    for prob in (1.0, 0.0):
        sent = {"src": one.model.src, "lengths": one.model.lengths, "tgt": one.tgt}
        kept = {name: student.put(Tensor(array)) for name, array in sent.items()}
        checks.tensor(f"{NAME}.forward", one.yours.call("forward", *kept.values(), prob), one.logits(prob))
        for name, array in sent.items():
            checks.tensor(f"{NAME}.forward: its argument {name}, after the call", kept[name].fetch(), array)


@teacher_forcing(points=2)
def test_translator_gradients(student: Student, reference: SimpleNamespace) -> None:
    """Parameters are found under encoder and decoder, and every step's gradient reaches them; in float64."""
    pieces = own_pieces(student, reference)
    if pieces is None:
        check_graph_kept(student)
        return
    pair = module_pair(student, reference, NAME, *pieces, seed=698, dtype="float64")
    rng = hidden_rng(699)
    src, lengths = sources([4, 2, 3]), np.array([4, 2, 3])
    tgt = np.column_stack([np.full(3, SOS), rng.integers(WORD, 7, (3, 3)), np.full(3, EOS)])
    for prob in (1.0, 0.0):
        inputs, label = [src, lengths, tgt, prob], f"{NAME}.forward, probability {prob:g}, with parameters"
        check_values(label, pair, inputs, ("logits",))
        check_gradients(label, pair, inputs, ("logits",), (rng.standard_normal((3, 4, 7)),))


def check_graph_kept(student: Student) -> None:
    """Check, with scripted pieces whose logits require a gradient, that what forward gives requires one."""
    one = case(student, 694, graph=True)
    logits = one.ask()
    checks.tensor(f"{NAME}.forward", logits, one.logits(1))
    checks.equal(f"{NAME}.forward: whether its logits require a gradient", bool(logits.requires_grad), True)
