"""Scripted models: what they score next stands in a table, by the source and by all ids read so far.

The student's process uses them over the wire. A row's state is two numbers, its table and its place in it, so that a
decoder may be called with any rows in any order. A row is scored by a wrong table if its state, its encoder outputs and
its mask do not belong together, if the encoder was told a wrong length, or if the model is in train mode.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch

from autograder.testing.checks.plain_values import Array
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.torch_modules import Tensor
from autograder.testing.torch_modules.module_pair import drawn_weights

PAD, SOS, EOS, UNK = range(4)
WORD = 4  # the first id that is no mark
START = -1.0  # the place of a row that has read nothing
SPREAD = 1.5  # of the scores: nothing is sure, and little is even
MARGIN = 0.7  # by which a forced id is ahead


class Oracle(Protocol):
    """A model whose next scores the grader knows.

    src, lengths   the sources (N, S) that it is asked about, long
    V              the number of ids that it scores
    """

    src: Array
    lengths: Array
    V: int

    def next_log_p(self, row: int, ids: Sequence[int]) -> Array:
        """The log-probability of every id after SOS and these ids, float64 (V,)."""


class Mode:
    """What a model of torch has beside its pieces: `training`, `train(mode)` and `eval()`."""

    training = False

    def train(self, mode: bool = True) -> Mode:
        """Put the model into training or evaluation mode."""
        self.training = bool(mode)
        return self

    def eval(self) -> Mode:
        """Put the model into evaluation mode."""
        return self.train(False)


class ScriptedEncoder:
    """A source that begins with WORD + n gets the state (n % rows, START) and outputs (n % rows + 1, 1) at each token.

    calls   the arguments of every call, as arrays
    """

    def __init__(self, mode: Mode, rows: int) -> None:
        self.mode, self.rows = mode, rows
        self.calls: list[tuple[Array, Array]] = []

    def forward(self, src: Any, lengths: Any) -> tuple[Any, Any]:
        """Outputs (N, S, 2), 0 at padding, and states (N, 2)."""
        lengths = torch.as_tensor(lengths)
        self.calls.append((src.numpy().copy(), lengths.numpy().copy()))
        real = src != PAD
        number = (src[:, 0] - WORD) % self.rows
        number = torch.where(real.sum(1) == lengths, number, number + self.rows).float()
        outputs = torch.stack([(number[:, None] + 1).expand(-1, src.shape[1]), torch.ones(src.shape)], dim=2)
        return outputs * real[:, :, None], torch.stack([number, torch.full_like(number, START)], dim=1)

    __call__ = forward


class ScriptedDecoder:
    """Scores by the table (2 rows, places, V); its second half are the wrong tables.

    calls   input_ids, hidden, enc_outputs and mask of every call, as arrays
    graph   whether the logits require a gradient
    """

    def __init__(self, mode: Mode, table: Array, graph: bool = False) -> None:
        self.mode, self.table, self.graph = mode, torch.from_numpy(table), graph
        self.calls: list[tuple[Array, ...]] = []

    def forward(self, input_ids: Any, hidden: Any, enc_outputs: Any, mask: Any) -> tuple[Any, Any, Any]:
        """Logits (N, V), the new states (N, 2), weights (N, S)."""
        _require_step(input_ids, hidden, enc_outputs, mask)
        self.calls.append(tuple(part.numpy().copy() for part in (input_ids, hidden, enc_outputs, mask)))
        rows, places, V = len(self.table) // 2, *self.table.shape[1:]
        number, before = hidden[:, 0].long(), hidden[:, 1].long()
        place = torch.where(before == int(START), torch.zeros_like(before), (before * V + input_ids + 1) % places)
        begun = (before != int(START)) | (input_ids == SOS)
        expected = torch.stack([(number[:, None] + 1) * mask, mask.expand(len(number), -1)], dim=2)
        belongs = (enc_outputs == expected).flatten(1).all(1) & begun
        right = belongs & torch.tensor(not self.mode.training)
        logits = self.table[torch.where(right, number, number % rows + rows), place].clone()
        state = torch.stack([torch.where(begun, number, number % rows + rows), place], dim=1).to(hidden.dtype)
        return logits.requires_grad_(self.graph), state, mask.float() / mask.sum(1, keepdim=True)

    __call__ = forward


def _require_step(input_ids: Any, hidden: Any, enc_outputs: Any, mask: Any) -> None:
    """Refuse, as torch's modules do, arguments whose axes do not fit."""
    shapes = [tuple(part.shape) for part in (input_ids, hidden, enc_outputs, mask)]
    n = shapes[0][:1]
    fits = len(shapes[0]) == 1 and shapes[1] == (*n, 2) and len(shapes[2]) == 3 and shapes[2][:2] == shapes[3]
    if not fits or shapes[2][:1] not in (n, (1,)):
        raise ValueError(f"the decoder got input_ids, hidden, enc_outputs, mask of the shapes {shapes}")
    if input_ids.dtype != torch.long or mask.dtype != torch.bool:
        raise TypeError(f"the decoder got input_ids of {input_ids.dtype}, a mask of {mask.dtype}")


class ScriptedModel(Mode):
    """A whole scripted model, and its oracle.

    table     (2 rows, places, V): scores, then as many wrong ones; source n has those of n % rows
    lengths   the tokens of each source, at least 2
    graph     whether the logits require a gradient
    """

    def __init__(self, table: Array, lengths: Sequence[int], graph: bool = False) -> None:
        self.V = table.shape[2]
        self.table, self.lengths = table, np.array(lengths)
        self.src = sources(lengths)
        self.encoder = ScriptedEncoder(self, len(table) // 2)
        self.decoder = ScriptedDecoder(self, table, graph)

    def forward(
        self, src: Any, lengths: Any, tgt: Any, teacher_forcing_prob: float = 1.0, generator: Any = None
    ) -> Any:
        """The logits (N, T - 1, V): of full forcing, or of none for any other probability."""
        enc_outputs, hidden = self.encoder(src, lengths)
        steps: list[Any] = []
        for t in range(tgt.shape[1] - 1):
            read = tgt[:, t] if t == 0 or teacher_forcing_prob >= 1 else steps[-1].argmax(1)
            logits, hidden, _ = self.decoder(read, hidden, enc_outputs, src != PAD)
            steps.append(logits)
        return torch.stack(steps, dim=1)

    __call__ = forward

    def next_log_p(self, row: int, ids: Sequence[int]) -> Array:
        """The log-probability of every id after these."""
        return log_softmax(self.logits(row, ids))

    def logits(self, row: int, ids: Sequence[int]) -> Array:
        """The scores of every id after these."""
        scores: Array = self.table[row % (len(self.table) // 2), place_of(ids, self.V)]
        return scores


class WholeModel(Mode):
    """The reference's translator with drawn weights, in evaluation mode; in train mode its dropout is on."""

    def __init__(self, reference: SimpleNamespace, seed: int, lengths: Sequence[int], V: int) -> None:
        D, H = 3, 5
        encoder = reference.Encoder(WORD + len(lengths) + 3, D, H, num_layers=2, dropout=0.5)
        decoder = reference.AttentionDecoder(V, D, H, 2 * H, reference.GeneralScore(H, 2 * H))
        self.translator = reference.Translator(encoder, decoder).eval().requires_grad_(False)
        weights = {name: 3 * array for name, array in drawn_weights(self.translator, seed).items()}
        self.translator.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
        self.V, self.lengths = V, np.array(lengths)
        self.src = sources(lengths)
        self.encoder, self.decoder, self.forward = encoder, decoder, self.translator.forward

    def train(self, mode: bool = True) -> Mode:
        """Put the model and its pieces into training or evaluation mode."""
        self.translator.train(bool(mode))
        return super().train(mode)

    def next_log_p(self, row: int, ids: Sequence[int]) -> Array:
        """The log-probability of every id after these, from a source without padding."""
        mode = self.training
        self.eval()
        src = torch.from_numpy(self.src[row : row + 1, : self.lengths[row]])
        outputs, hidden = self.encoder(src, torch.from_numpy(self.lengths[row : row + 1]))
        for id in (SOS, *ids):
            logits, hidden, _ = self.decoder(torch.tensor([id]), hidden, outputs, src != PAD)
        self.train(mode)
        return log_softmax(logits[0].numpy())


def log_softmax(scores: Array) -> Array:
    """The logarithms of the chances, float64."""
    scores = np.asarray(scores, np.float64)
    largest = scores.max()
    return np.asarray(scores - largest - np.log(np.exp(scores - largest).sum()))


def sources(lengths: Sequence[int]) -> Array:
    """Sources (N, S) of at least 2 tokens: row n begins with the word WORD + n and ends with EOS."""
    src = np.full((len(lengths), max(lengths)), PAD)
    for n, length in enumerate(lengths):
        src[n, :length] = [WORD + n, *(WORD + (n + t) % 3 for t in range(1, length - 1)), EOS]
    return src


def place_of(ids: Iterable[int], V: int) -> int:
    """The place of a beginning in a table: that of no id is 0, and places of equally many ids stand together."""
    place = 0
    for id in ids:
        place = place * V + id + 1
    return place


def step_of(place: int, V: int) -> int:
    """The step that is made from a place: 0 from START."""
    step, last = 0, int(START)
    while place > last:
        step, last = step + 1, V * (last + 1)
    return step


def drawn_table(seed: int, rows: int, V: int, longest: int, dtype: str = "float32") -> Array:
    """Random scores (2 rows, places, V) for all beginnings of fewer than `longest` ids."""
    places = sum(V**length for length in range(longest))
    table: Array = hidden_rng(seed).normal(0, SPREAD, (2 * rows, places, V)).astype(dtype)
    return table


def scripted(
    seed: int, lengths: Sequence[int], V: int, longest: int, dtype: str = "float32", **kind: Any
) -> ScriptedModel:
    """A model of random scores for these sources."""
    return ScriptedModel(drawn_table(seed, len(lengths), V, longest, dtype), lengths, **kind)


def forced(seed: int, answers: Sequence[Sequence[int]], V: int) -> ScriptedModel:
    """A model of random scores whose best ids make these answers, one for each source; `EOS` is to be written out."""
    lengths = [2 + n % 2 for n in range(len(answers))]  # answers are longer than sources
    table = drawn_table(seed, len(answers), V, max(map(len, answers)) + 1)
    for n, answer in enumerate(answers):
        for t, id in enumerate(answer):
            scores = table[n, place_of(answer[:t], V)]
            scores[id] = scores.max() + MARGIN
    return ScriptedModel(table, lengths)


def of_chances(
    seed: int, chances: Mapping[tuple[int, ...], Mapping[int, float]], V: int, longest: int
) -> ScriptedModel:
    """A model of one source with given chances of the next id after some beginnings; after all others EOS is sure."""
    table = drawn_table(seed, 1, V, longest)
    table[0] = np.log(1e-12)
    table[0, :, EOS] = 0.0
    for ids, following in chances.items():
        for id in range(V):
            table[0, place_of(ids, V), id] = np.log(following.get(id, 1e-12))
    return ScriptedModel(table + hidden_rng(seed).uniform(-3, 3, (2, table.shape[1], 1)).astype("float32"), [3])


def every_answer(V: int, max_length: int) -> Iterator[tuple[int, ...]]:
    """Every answer of at most `max_length` tokens: those that end with EOS, and those that are cut."""
    others = [id for id in range(V) if id != EOS]
    for length in range(max_length):
        yield from ((*ids, EOS) for ids in itertools.product(others, repeat=length))
    yield from itertools.product(others, repeat=max_length)


def tensors(oracle: Oracle) -> tuple[Tensor, Tensor]:
    """The model's sources and their lengths, as they are sent."""
    return Tensor(oracle.src), Tensor(oracle.lengths)
