"""What assignment 06_bidirectional_lstm hands out. Nothing in here is to be written or changed.

Built by `python -m autograder build` from one source per component: edit those, not this file.

Contents, in the order of the file:

- layers: TimeEmbedding, TimeAffine, TimeSoftmaxWithLoss
- checked_files: _checked_pairs, _checked_lines
- toy_dates: MONTHS
- dates: load_dates
- gradients: numerical_gradient
- tagging: Tagger, toy_journeys
- training: Adam, clip_grads, train_step, Trainer
- softmax: the answer to 01_rnn_lm_sampling
- TimeLSTM: the answer to 01_rnn_lm_sampling
- encode_texts: the answer to 02_seq2seq
- Encoder: the answer to 02_seq2seq
- Decoder: the answer to 02_seq2seq
- Seq2seq: the answer to 02_seq2seq
- exact_match: the answer to 02_seq2seq
- reverse_inputs: the answer to 03_reversal
- parameter_count: the answer to 04_peeky
- TimeAttention: the answer to 05_attention
- AttentionEncoder: the answer to 05_attention
- AttentionDecoder: the answer to 05_attention
- AttentionSeq2seq: the answer to 05_attention
- attention_map: the answer to 05_attention
- figures: show, in_words, lines_in_words, draw_line
- diagrams: draw_boxes
- attention_plots: date_parts, mass_on_parts, plot_attention
- bilstm_plots: draw_two_directions, draw_right_to_left, draw_gate_orders, draw_residual_stack
- plots: plot_curves, plot_heatmaps, plot_agreement
- reversal_plots: plot_by_place
"""

import base64
import hashlib
import html
import io
import re
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from tqdm.auto import tqdm

# layers: The plain layers that every model of the course is built from, each over a whole batch of sequences.
#
# A layer has `params` and `grads`, two lists of arrays of the same shapes in the same order. `forward` leaves its
# inputs untouched; `backward` leaves the upstream gradient untouched and overwrites `grads` in place.


class TimeEmbedding:
    """Look up the word vector of every id: `W (V, D)`, one row per word.

    `dout` keeps the upstream gradient of the last `backward`, shape `(N, T, D)`.
    """

    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.dout = None
        self._ids = None

    def forward(self, xs):
        """Ids `(N, T)` int -> word vectors `(N, T, D)`, in the dtype of `W`. ValueError: an id that is no row of W."""
        (W,) = self.params
        xs = np.asarray(xs)
        if xs.ndim != 2 or xs.dtype.kind not in "iu":
            raise ValueError(f"xs must be ids of shape (N, T), got {xs.dtype} of shape {xs.shape}")
        if xs.size and not (xs.min() >= 0 and xs.max() < len(W)):
            raise ValueError(f"xs must hold ids from 0 to {len(W) - 1}, got {xs.min()} to {xs.max()}")
        self._ids = xs.copy()
        return W[xs]

    def backward(self, dout):
        """Fill the gradient of `W` from `dout (N, T, D)`: rows of the same word add up. Ids have no gradient."""
        (dW,) = self.grads
        self.dout = dout
        ids = self._ids.ravel()
        order = np.argsort(ids, kind="stable")  # words side by side, so that each sum is one slice
        ids, rows = ids[order], dout.reshape(len(ids), -1)[order]
        starts = np.flatnonzero(np.diff(ids, prepend=-1))
        dW[...] = 0
        dW[ids[starts]] = np.add.reduceat(rows, starts, axis=0)


class TimeAffine:
    """The same affine map at every time step: `xs W + b`, with `W (D, M)` and `b (M,)`."""

    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self._xs = None

    def forward(self, xs):
        """`xs (N, T, D)` -> `(N, T, M)`. ValueError: the last axis of `xs` is not D."""
        W, b = self.params
        if xs.ndim != 3 or xs.shape[-1] != len(W):
            raise ValueError(f"xs must have shape (N, T, {len(W)}), got {xs.shape}")
        self._xs = xs
        flat = xs.reshape(-1, len(W)) @ W  # one matrix product for all steps of all sequences
        flat += b
        return flat.reshape(*xs.shape[:-1], len(b))

    def backward(self, dout):
        """`dout (N, T, M)` -> the gradient of `xs (N, T, D)`; fills the gradients of `W` and `b`."""
        W, _ = self.params
        dW, db = self.grads
        flat = dout.reshape(-1, W.shape[1])
        np.matmul(self._xs.reshape(-1, len(W)).T, flat, out=dW)
        np.sum(flat, axis=0, out=db)
        return (flat @ W.T).reshape(self._xs.shape)


class TimeSoftmaxWithLoss:
    """Softmax and mean cross-entropy, in nats per counted token; a label of -1 is not counted."""

    def __init__(self):
        self.params, self.grads = [], []
        self._cache = None

    def forward(self, scores, ts):
        """`scores (N, T, V)` and labels `ts (N, T)` int -> the loss, a float; 0.0 where nothing is counted.

        ValueError: the first two axes differ, or a label is neither -1 nor from 0 to V - 1.
        """
        ts = np.asarray(ts)
        if scores.ndim != 3 or scores.shape[:2] != ts.shape:
            raise ValueError(f"ts must have shape {scores.shape[:-1]} for scores {scores.shape}, got {ts.shape}")
        if ts.size and not (ts.min() >= -1 and ts.max() < scores.shape[-1]):
            raise ValueError(f"ts must hold labels from -1 to {scores.shape[-1] - 1}, got {ts.min()} to {ts.max()}")
        logs = scores.reshape(-1, scores.shape[-1])
        logs = logs - logs.max(axis=-1, keepdims=True)
        probabilities = np.exp(logs)
        total = probabilities.sum(axis=-1, keepdims=True)
        probabilities /= total
        rows = np.flatnonzero(ts.ravel() >= 0)
        labels = ts.ravel()[rows]
        self._cache = probabilities, rows, labels, scores.shape
        surprise = np.log(total[rows, 0]) - logs[rows, labels]
        return float(surprise.sum(dtype=np.float64) / max(len(rows), 1))

    def backward(self, dout=1):
        """The gradient of the scores, `(N, T, V)`, for an upstream gradient `dout` (a number)."""
        probabilities, rows, labels, shape = self._cache
        dscores = np.zeros_like(probabilities)
        dscores[rows] = probabilities[rows]
        dscores[rows, labels] -= 1
        dscores *= dscores.dtype.type(dout / max(len(rows), 1))
        return dscores.reshape(shape)


# checked_files: Files of questions and answers, read only if they are what was handed out.


CHECKED_REMEDY = (
    "Take the assignment's folder again, or put its data folder back as it was; "
    "in the course's repository, run `python -m autograder data` and then `python -m autograder build`."
)


def _checked_pairs(path, sha256, rows, train_rows, width):
    """(train, test) of a file whose lines are a question, padded to `width`, and its answer; neither is padded here.

    train and test are pairs (questions, answers) of lists of str; the first `train_rows` of the `rows` lines are train.
    Raises FileNotFoundError if the file is not there, ValueError if its checksum is another one than `sha256`.
    """
    lines = _checked_lines(path, sha256, rows)
    questions = [line[:width].rstrip() for line in lines]
    answers = [line[width:].rstrip() for line in lines]
    return (questions[:train_rows], answers[:train_rows]), (questions[train_rows:], answers[train_rows:])


def _checked_lines(path, sha256, rows):
    """The lines of the file, once its checksum is right. Line ends may be those of any system."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there. {CHECKED_REMEDY}")
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        what = "it was altered" if len(lines) == rows else f"it has {len(lines)} lines, not {rows}"
        raise ValueError(f"{path} is not the file that was handed out: {what}. {CHECKED_REMEDY}")
    return lines


# toy_dates: A small task of dates: days written in four ways, to be rewritten in one.


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# dates: Dates written many ways, each with its ISO form, read from files that are checked first.


DATES_FILE = Path(__file__).parent / "data" / "dates.txt"
DATES_SHA256 = "df4ee1e5a0243b82e515fac1dbe6d3bbe675f4f9ae8532ca1aeec4f29403678e"
DATES_ROWS = 50_000
DATES_TRAIN_ROWS = 45_000  # the first ones; no day of theirs comes again in the others
DATES_WIDTH = 29  # characters of a line, the ISO form takes the rest
DATES_CHARACTERS = " ,-/0123456789ADFJMNOSTW_abcdefghijlmnoprstuvwy"  # the space first, so that padding has the id 0


def load_dates(path=None):
    """The dates of data/dates.txt, as texts: English, written in 20 ways.

    path      the file, if it is another one than data/dates.txt beside this module
    returns   (train, test, characters). train and test are pairs (dates, answers) of lists of str, 45,000 and 5,000 of
              each, without padding: the date "September 27, 1994" (at most 29 characters) has the answer "_1994-09-27"
              (always 11). characters is a str of the 47 characters that occur, the space first
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    path = DATES_FILE if path is None else Path(path)
    train, test = _checked_pairs(path, DATES_SHA256, DATES_ROWS, DATES_TRAIN_ROWS, DATES_WIDTH)
    return train, test, DATES_CHARACTERS


# gradients: Numerical gradients, to look at a hand-written backward pass from outside.


def numerical_gradient(loss, array, eps=1e-5):
    """The gradient of `loss()`, a function without arguments, with respect to every number of `array` (float64).

    Each number is moved by `eps` up and down, in place, and put back: two calls of `loss` per number.
    Returns an array of the same shape. ValueError: `array` is not float64 (float32 is too coarse for this).
    """
    if array.dtype != np.float64:
        raise ValueError(f"array must be float64 for a numerical gradient, got {array.dtype}")
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + eps
        above = loss()
        array[index] = kept - eps
        below = loss()
        array[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


# tagging: Tagging: one answer for every step of a sequence, and a small task in which it depends on both sides.


class Tagger:
    """Scores one tag for every step: an embedding, something that reads the sequence, an affine map.

    embed   a TimeEmbedding
    lstm    a layer with forward(xs) and backward(dhs), such as a TimeLSTM
    affine  a TimeAffine whose W has a row for each unit of the layer's output
    params, grads: those of the three, in this order.
    """

    def __init__(self, embed, lstm, affine):
        self.embed, self.lstm, self.affine = embed, lstm, affine
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = embed.params + lstm.params + affine.params
        self.grads = embed.grads + lstm.grads + affine.grads

    def predict(self, xs):
        """Scores of the tags of ids `xs (N, T)`: `(N, T, number of tags)`."""
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def forward(self, xs, ts):
        """The mean loss in nats per step, a float, for ids `xs (N, T)` and their tags `ts (N, T)`."""
        return self.loss_layer.forward(self.predict(xs), ts)

    def backward(self, dout=1):
        """Fill the gradients of the last forward, for an upstream gradient `dout` (a number)."""
        self.embed.backward(self.lstm.backward(self.affine.backward(self.loss_layer.backward(dout))))


def toy_journeys(count, length, stations, share, rng):
    """Railway lines, read step by step, and for every step which station comes before it and which comes next.

    count     number of lines;  length  steps of each
    stations  number of different stations, ids 1 to `stations`; the id 0 is track without a station
    share     the probability that a step has a station, each as likely as any other, whatever the other steps have
    rng       a numpy.random.Generator
    returns   (xs, tags), int arrays (count, length). tags = last * (stations + 1) + next, where last is the nearest
              station to the left of the step, next the nearest to its right, 0 where there is none
    """
    at_station = rng.random((count, length)) < share
    xs = np.where(at_station, rng.integers(1, stations + 1, (count, length)), 0)
    last, next_one = _nearest_before(xs), _nearest_before(xs[:, ::-1])[:, ::-1]
    return xs, last * (stations + 1) + next_one


def _nearest_before(xs):
    """For every step the last id that is not 0 among those before it, 0 if there is none."""
    nearest = np.zeros_like(xs)
    for t in range(1, xs.shape[1]):
        nearest[:, t] = np.where(xs[:, t - 1] > 0, xs[:, t - 1], nearest[:, t - 1])
    return nearest


# training: Training: an optimiser, gradient clipping, and a loop over shuffled batches.


class Adam:
    """Adam with bias correction. One optimiser belongs to one model: it keeps two averages per parameter."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self._steps = 0
        self._means, self._squares = [], []

    def update(self, params, grads):
        """One step: changes every array of `params` in place. ValueError: the two lists differ in length."""
        if len(params) != len(grads):
            raise ValueError(f"grads must have one array per parameter: {len(params)} params, {len(grads)} grads")
        if not self._means:
            self._means = [np.zeros_like(param) for param in params]
            self._squares = [np.zeros_like(param) for param in params]
        self._steps += 1
        scale = self.lr / (1 - self.beta1**self._steps)
        root = (1 - self.beta2**self._steps) ** 0.5
        for param, grad, mean, square in zip(params, grads, self._means, self._squares, strict=True):
            mean += (1 - self.beta1) * (grad - mean)
            square += (1 - self.beta2) * (grad * grad - square)
            param -= scale * mean / (np.sqrt(square) / root + self.eps)


def clip_grads(grads, max_norm):
    """Shrink all gradients together, in place, so that their joint L2 norm is at most `max_norm`.

    Returns the norm before clipping, a float. ValueError: max_norm <= 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    norm = float(np.sqrt(sum(float(np.vdot(grad, grad)) for grad in grads)))
    if norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return norm


def train_step(model, optimizer, xs, ts, max_grad=None):
    """Forward, backward, clipping (none if `max_grad` is None), one step of the optimiser. Returns the loss."""
    loss = model.forward(xs, ts)
    model.backward()
    if max_grad is not None:
        clip_grads(model.grads, max_grad)
    optimizer.update(model.params, model.grads)
    return loss


class Trainer:
    """Trains a model that has `forward(xs, ts) -> loss`, `backward()`, `params` and `grads`."""

    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    def fit(self, xs, ts, epochs, batch_size, max_grad=None, rng=None, progress=True):
        """Go through all rows `epochs` times, in batches, in an order drawn afresh from `rng` each time.

        xs, ts     arrays with one row per example; the last batch of an epoch may be smaller
        max_grad   the largest joint norm of the gradients, None for no clipping
        rng        a numpy.random.Generator
        returns    list of float, the mean loss of each epoch
        raises     ValueError if xs and ts do not have the same number of rows, or batch_size < 1
        """
        if len(xs) != len(ts):
            raise ValueError(f"ts must have one row per row of xs: {len(xs)} in xs, {len(ts)} in ts")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        rng = np.random.default_rng() if rng is None else rng
        losses = []
        for _ in (bar := tqdm(range(epochs), desc="epochs", disable=not progress)):
            losses.append(self._epoch(xs, ts, rng.permutation(len(xs)), batch_size, max_grad))
            bar.set_postfix(loss=f"{losses[-1]:.3f}")
        return losses

    def _epoch(self, xs, ts, order, batch_size, max_grad):
        total = 0.0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            total += len(rows) * train_step(self.model, self.optimizer, xs[rows], ts[rows], max_grad)
        return total / max(len(order), 1)


# softmax: The answer to 01_rnn_lm_sampling.


def softmax(scores):
    """Exponentiate the scores and divide by their sum, along the last axis.

    scores   float, any shape (..., V), with V >= 1; may hold numbers of any size, and -inf as long as
             each row also holds a finite number
    returns  the same shape and dtype; every row sums to 1; -inf becomes exactly 0
    No warning, no overflow, and `scores` is left as it is.
    """
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


# TimeLSTM: The answer to 01_rnn_lm_sampling.


class TimeLSTM:
    """An LSTM over all time steps of a batch.

    Wx (D, 4H), Wh (H, 4H), b (4H,): gates along the last axis in the order forget, candidate, input, output.
    stateful: whether the next forward starts from the state in which the last one ended.
    params = [Wx, Wh, b]; grads has arrays of the same shapes. All results have the dtype of the parameters.

    h, c (N, H): the state after the last step of the last forward, or as set; None at first and after a reset.
    dh (N, H): after backward, the gradient of the hidden state that the last forward started from.
    """

    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.stateful = stateful
        self.h, self.c, self.dh = None, None, None
        self.cache = None  # for what forward wants to tell backward

    def forward(self, xs):
        """Read a batch of sequences step by step: xs (N, T, D) -> hs (N, T, H), all hidden states.

        Starts from zero, or, if stateful, from the state that is there. Leaves the last state in h and c.
        Raises ValueError if stateful and the state there is of another batch size than xs.
        """
        Wx, Wh, b = self.params
        (N, T, _), H = xs.shape, len(Wh)
        keeps = self.stateful and self.h is not None
        if keeps and len(self.h) != N:
            raise ValueError(f"xs has batch size {N}, but the state is of batch size {len(self.h)}: reset_state()?")
        # Inside, time comes first and the batch last, so that each gate is one contiguous block of memory.
        hs, cs, tanh_cs = (np.zeros((T + 1, H, N), Wx.dtype) for _ in range(3))
        if keeps:
            hs[0], cs[0] = self.h.T, self.c.T
        # sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, so that one tanh serves all four gates.
        half = np.repeat(np.array([0.5, 1.0, 0.5, 0.5], Wx.dtype), H)[:, None]
        gates = (Wx.T * half) @ xs.transpose(1, 2, 0) + b[:, None] * half
        Wh_half = Wh.T * half
        for t in range(T):
            A = gates[t]
            A += Wh_half @ hs[t]
            np.tanh(A, out=A)
            A *= half
            A += 1 - half
            f, g, i, o = A.reshape(4, H, N)
            cs[t + 1] = f * cs[t] + g * i
            tanh_cs[t + 1] = np.tanh(cs[t + 1])
            hs[t + 1] = o * tanh_cs[t + 1]
        self.h, self.c = hs[T].T.copy(), cs[T].T.copy()
        self.cache = xs, hs, cs, tanh_cs, gates
        return np.ascontiguousarray(hs[1:].transpose(2, 0, 1))

    def backward(self, dhs):
        """Go back through all steps of the last forward: dhs (N, T, H) -> dxs (N, T, D).

        Overwrites grads in place with the sums over all steps. Leaves the gradient of the initial h in dh (N, H).
        Nothing flows in from behind the last step.
        """
        Wx, Wh, _ = self.params
        xs, hs, cs, tanh_cs, gates = self.cache
        (N, T, D), H = xs.shape, len(Wh)
        dhs = np.ascontiguousarray(dhs.transpose(1, 2, 0))
        dA = np.empty_like(gates)
        dh = dc = np.zeros((H, N), Wx.dtype)
        for t in reversed(range(T)):
            f, g, i, o = gates[t].reshape(4, H, N)
            df, dg, di, do = dA[t].reshape(4, H, N)
            dh = dh + dhs[t]
            dc = dc + dh * o * (1 - tanh_cs[t + 1] ** 2)
            df[...] = dc * cs[t] * f * (1 - f)
            dg[...] = dc * i * (1 - g * g)
            di[...] = dc * g * i * (1 - i)
            do[...] = dh * tanh_cs[t + 1] * o * (1 - o)
            dc = dc * f
            dh = Wh @ dA[t]
        self.dh = dh.T.copy()
        # The sums over time and batch, each as one product.
        dA = dA.transpose(1, 0, 2).reshape(4 * H, T * N)
        dWx, dWh, db = self.grads
        dWx[...] = (dA @ xs.transpose(1, 0, 2).reshape(T * N, D)).T
        dWh[...] = (dA @ hs[:T].transpose(0, 2, 1).reshape(T * N, H)).T
        db[...] = dA.sum(axis=1)
        return np.ascontiguousarray((Wx @ dA).reshape(D, T, N).transpose(2, 1, 0))

    def set_state(self, h, c=None):
        """On a stateful layer, let the next forward start from h (N, H) and c (N, H); without c, from c = 0.

        On a stateless layer this has no effect. The layer keeps copies.
        """
        if not self.stateful:
            return
        dtype = self.params[0].dtype
        self.h = np.array(h, dtype)
        self.c = np.zeros_like(self.h) if c is None else np.array(c, dtype)

    def reset_state(self):
        """Forget the state: the next forward starts from zero, with any batch size."""
        self.h, self.c = None, None


# encode_texts: The answer to 02_seq2seq.


def encode_texts(texts, char_to_id, width):
    """Texts as rows of ids, padded on the right with spaces.

    texts       list of N str
    char_to_id  dict from character to id; it has the space
    width       int, the length of every row
    returns     int array (N, width)
    Raises ValueError for a text longer than width, naming the text, and for a character that char_to_id does not
    have, naming the character.
    """
    ids = np.full((len(texts), width), char_to_id[" "], dtype=np.int64)
    for row, text in zip(ids, texts, strict=True):
        if len(text) > width:
            raise ValueError(f"texts must be at most {width} characters long, got {text!r}")
        unknown = [char for char in text if char not in char_to_id]
        if unknown:
            raise ValueError(f"texts must be made of known characters, got {unknown[0]!r} in {text!r}")
        row[: len(text)] = [char_to_id[char] for char in text]
    return ids


# Encoder: The answer to 02_seq2seq.


class Encoder:
    """Reads a source and keeps its last hidden state: embedding, stateless LSTM.

    Encoder(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives the
    same weights; without one they differ from run to run).

    params, grads: four arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,).
    All float32; embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm: the layers.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        self.lstm = TimeLSTM(draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5), np.zeros(4 * H, np.float32))
        self.params = self.embed.params + self.lstm.params
        self.grads = self.embed.grads + self.lstm.grads
        self.hs = None

    def forward(self, xs):
        """Read all of a source: ids xs (N, S) int -> h (N, H), the hidden state after the last step.

        Starts from a zero state at every call.
        """
        self.hs = self.lstm.forward(self.embed.forward(xs))
        return self.hs[:, -1].copy()

    def backward(self, dh):
        """Overwrite grads in place with the gradients that come back from dh (N, H), the gradient of h."""
        dhs = np.zeros_like(self.hs)
        dhs[:, -1] = dh
        self.embed.backward(self.lstm.backward(dhs))


# Decoder: The answer to 02_seq2seq.


class Decoder:
    """Writes a target from the encoder's last hidden state: embedding, LSTM, affine map to scores.

    Decoder(vocab_size, wordvec_size, hidden_size, rng=None), rng as for Encoder.

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,);
    affine W (H, V), b (V,). Initial weights and dtype as in Encoder.
    embed, lstm, affine: the layers.
    Every call of forward or generate starts from h and a zero cell state; nothing is left from the call before.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.affine = TimeAffine(draw(H, V, H**-0.5), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, h):
        """Score the next character at every step of given inputs, starting from the hidden state h.

        xs (N, T) int ids, h (N, H) -> scores (N, T, V)
        """
        self.lstm.set_state(h)
        return self.affine.forward(self.lstm.forward(self.embed.forward(xs)))

    def backward(self, dscores):
        """Overwrite grads in place from dscores (N, T, V); returns dh (N, H), the gradient of the h of forward."""
        self.embed.backward(self.lstm.backward(self.affine.backward(dscores)))
        return self.lstm.dh

    def generate(self, h, start_id, sample_size):
        """Write greedily, all rows of the batch at once: the best-scored id of each step is the next step's input.

        h (N, H); start_id int, the first input, which is not part of the result; sample_size int >= 1
        returns int array (N, sample_size); of equal scores the smallest id wins
        """
        self.lstm.set_state(h)
        ids = np.full((len(h), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            scores = self.affine.forward(self.lstm.forward(self.embed.forward(ids[:, t : t + 1])))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]


# Seq2seq: The answer to 02_seq2seq.


class Seq2seq:
    """An encoder that reads, a decoder that writes, and the loss between them.

    Seq2seq(vocab_size, wordvec_size, hidden_size, rng=None), rng as for Encoder.

    encoder, decoder: the two parts, drawn in either order. loss_layer: a TimeSoftmaxWithLoss.
    params, grads: ten arrays each, the encoder's before the decoder's.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = Encoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = Decoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads

    def forward(self, xs, ts):
        """The mean cross-entropy per target token, in nats, with teacher forcing.

        xs (N, S) int, the source; ts (N, T) int, the target led by its start id: the decoder reads ts[:, :-1] and is to
        predict ts[:, 1:]. Returns a float.
        """
        scores = self.decoder.forward(ts[:, :-1], self.encoder.forward(xs))
        return self.loss_layer.forward(scores, ts[:, 1:])

    def backward(self, dout=1):
        """Overwrite all grads in place with dout times the gradients of the loss of the last forward."""
        self.encoder.backward(self.decoder.backward(self.loss_layer.backward(dout)))

    def generate(self, xs, start_id, sample_size):
        """Answer sources greedily: ids xs (N, S) -> int array (N, sample_size), without the start id."""
        return self.decoder.generate(self.encoder.forward(xs), start_id, sample_size)


# exact_match: The answer to 02_seq2seq.


def exact_match(predicted, expected):
    """The share of rows that are right in every position.

    predicted, expected  int arrays (N, T), N >= 1
    returns              float from 0.0 to 1.0
    Raises ValueError if the shapes differ, naming both.
    """
    predicted, expected = np.asarray(predicted), np.asarray(expected)
    if predicted.shape != expected.shape:
        raise ValueError(f"predicted and expected must have one shape, got {predicted.shape} and {expected.shape}")
    return float(np.mean(np.all(predicted == expected, axis=1)))


# reverse_inputs: The answer to 03_reversal.


def reverse_inputs(xs):
    """Every row of ids read backwards, its padding included: xs (N, S) -> (N, S) in the dtype of xs, left as it is."""
    return xs[:, ::-1].copy()


# parameter_count: The answer to 04_peeky.


def parameter_count(model):
    """How many numbers a model learns: a plain int. model.params is a list of arrays; every array counts once."""
    return sum(param.size for param in model.params)


# TimeAttention: The answer to 05_attention.


class TimeAttention:
    """Attention for every decoder step.

    params, grads: empty lists. attention_weights: the weights (N, T, S) of the last forward, None before it.
    """

    def __init__(self):
        self.params, self.grads = [], []
        self.attention_weights = None
        self.cache = None  # for what forward wants to tell backward

    def forward(self, hs_enc, hs_dec, mask=None):
        """hs_enc (N, S, H), hs_dec (N, T, H), mask (N, S) bool or None -> context vectors (N, T, H).

        Step t is what Attention gives for hs_dec[:, t]. ValueError as AttentionWeight.
        """
        scores = hs_dec @ hs_enc.transpose(0, 2, 1)
        if mask is not None:
            if not mask.any(axis=1).all():
                raise ValueError(f"mask must have a True in every row, row {np.argmin(mask.any(axis=1))} has none")
            scores = np.where(mask[:, None, :], scores, -np.inf).astype(scores.dtype)
        self.attention_weights = softmax(scores)
        self.cache = hs_enc, hs_dec
        return self.attention_weights @ hs_enc

    def backward(self, dcs):
        """The gradients of the last forward's inputs: dcs (N, T, H) -> (dhs_enc (N, S, H), dhs_dec (N, T, H))."""
        hs_enc, hs_dec = self.cache
        a = self.attention_weights
        da = dcs @ hs_enc.transpose(0, 2, 1)
        dscores = a * (da - (a * da).sum(axis=2, keepdims=True))
        dhs_enc = a.transpose(0, 2, 1) @ dcs + dscores.transpose(0, 2, 1) @ hs_dec
        return dhs_enc, dscores @ hs_enc


# AttentionEncoder: The answer to 05_attention.


class AttentionEncoder(Encoder):
    """An encoder that keeps all its hidden states. Weights, params and grads as in Encoder."""

    def forward(self, xs):
        """Read all of a source: ids xs (N, S) int -> hs (N, S, H), every hidden state. Starts from a zero state."""
        return self.lstm.forward(self.embed.forward(xs))

    def backward(self, dhs):
        """Overwrite grads in place with the gradients that come back from dhs (N, S, H), the gradient of hs."""
        self.embed.backward(self.lstm.backward(dhs))


# AttentionDecoder: The answer to 05_attention.


class AttentionDecoder:
    """A decoder that looks at all of the encoder's hidden states at every step.

    AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng=None), rng a numpy.random.Generator (the same seed gives
    the same weights; without one they differ from run to run).

    Embedding, LSTM, attention of every step's hidden state over the source, and an affine map of the two joined:
    context vector first, then the decoder's hidden state. The LSTM starts from the encoder's last hidden state and a
    zero cell state.

    params, grads: six arrays each, from input to output: embedding W (V, D); Wx (D, 4H), Wh (H, 4H), b (4H,); affine
    W (2H, V), b (V,). All float32; embedding N(0, 1)/100, matrices N(0, 1)/sqrt(rows), biases zero.
    embed, lstm, attention, affine: the layers.
    Nothing is left from one call of forward or generate to the next.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        V, D, H = vocab_size, wordvec_size, hidden_size
        rng = np.random.default_rng() if rng is None else rng

        def draw(rows, columns, scale):
            return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

        self.embed = TimeEmbedding(draw(V, D, 0.01))
        Wx, Wh = draw(D, 4 * H, D**-0.5), draw(H, 4 * H, H**-0.5)
        self.lstm = TimeLSTM(Wx, Wh, np.zeros(4 * H, np.float32), stateful=True)
        self.attention = TimeAttention()
        self.affine = TimeAffine(draw(2 * H, V, (2 * H) ** -0.5), np.zeros(V, np.float32))
        self.params = self.embed.params + self.lstm.params + self.affine.params
        self.grads = self.embed.grads + self.lstm.grads + self.affine.grads

    def forward(self, xs, enc_hs):
        """Score the next character at every step of given inputs: xs (N, T) int ids, enc_hs (N, S, H) -> (N, T, V)."""
        self.lstm.set_state(enc_hs[:, -1])
        hs = self.lstm.forward(self.embed.forward(xs))
        contexts = self.attention.forward(enc_hs, hs)
        return self.affine.forward(np.concatenate([contexts, hs], axis=2))

    def backward(self, dscores):
        """Overwrite grads in place from dscores (N, T, V); returns denc_hs (N, S, H), by every path from enc_hs."""
        H = len(self.lstm.params[1])
        djoined = self.affine.backward(dscores)
        denc_hs, dhs = self.attention.backward(djoined[:, :, :H])
        self.embed.backward(self.lstm.backward(dhs + djoined[:, :, H:]))
        denc_hs[:, -1] += self.lstm.dh
        return denc_hs

    def generate(self, enc_hs, start_id, sample_size):
        """Write greedily, all rows of the batch at once: the best-scored id of each step is the next step's input.

        enc_hs (N, S, H); start_id int, the first input, which is not part of the result; sample_size int >= 1
        returns int array (N, sample_size); of equal scores the smallest id wins
        """
        self.lstm.set_state(enc_hs[:, -1])
        ids = np.full((len(enc_hs), sample_size + 1), start_id, dtype=np.int64)
        for t in range(sample_size):
            hs = self.lstm.forward(self.embed.forward(ids[:, t : t + 1]))
            contexts = self.attention.forward(enc_hs, hs)
            scores = self.affine.forward(np.concatenate([contexts, hs], axis=2))
            ids[:, t + 1] = scores[:, 0].argmax(axis=1)
        return ids[:, 1:]


# AttentionSeq2seq: The answer to 05_attention.


class AttentionSeq2seq(Seq2seq):
    """A Seq2seq of an AttentionEncoder and an AttentionDecoder; forward, backward and generate as in Seq2seq.

    AttentionSeq2seq(vocab_size, wordvec_size, hidden_size, rng=None), rng as for AttentionDecoder.
    encoder, decoder: the two parts. params, grads: ten arrays each, the encoder's before the decoder's.
    """

    def __init__(self, vocab_size, wordvec_size, hidden_size, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.encoder = AttentionEncoder(vocab_size, wordvec_size, hidden_size, rng)
        self.decoder = AttentionDecoder(vocab_size, wordvec_size, hidden_size, rng)
        self.loss_layer = TimeSoftmaxWithLoss()
        self.params = self.encoder.params + self.decoder.params
        self.grads = self.encoder.grads + self.decoder.grads


# attention_map: The answer to 05_attention.


def attention_map(model, xs, ts):
    """Where the decoder looked while it was told the right answer.

    model    an AttentionSeq2seq
    xs       (N, S) int, sources;  ts (N, T) int, targets led by the start id: the decoder reads ts[:, :-1]
    returns  float array (N, T - 1, S), the attention weights of every step; rows sum to 1
    """
    model.forward(xs, ts)
    return model.decoder.attention.attention_weights.copy()


# figures: Showing a figure with a text that says what is on it; colours and marks that everyone can tell apart.


# Okabe and Ito's colours, which stay apart for those who do not see red and green.
SAFE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
LINE_MARKS = ("o", "s", "^", "D", "v", "P")
SHARPNESS = 2  # pixels of the picture for one of the screen


def show(figure, alt):
    """Show a figure; `alt` says in words what is on it, for those who hear the notebook read out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        plt.show()
        return
    from IPython.display import display

    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=SHARPNESS * figure.dpi, bbox_inches="tight", facecolor="white")
    plt.close(figure)
    content = picture.getvalue()
    width = int.from_bytes(content[16:20], "big") // SHARPNESS  # where a PNG has it
    source = base64.b64encode(content).decode()
    image = f'<img alt="{html.escape(alt)}" width="{width}" src="data:image/png;base64,{source}">'
    display({"text/html": image, "text/plain": alt}, raw=True)


def in_words(numbers):
    """The first and the last of some numbers, and the least and the greatest where these are others."""
    numbers = [float(number) for number in numbers]
    ends = f"from {numbers[0]:.3g} to {numbers[-1]:.3g}" if len(numbers) > 1 else f"{numbers[0]:.3g}"
    between = {"least": min(numbers), "greatest": max(numbers)}
    more = [f"{name} {number:.3g}" for name, number in between.items() if number not in (numbers[0], numbers[-1])]
    return ", ".join([ends, *more])


def lines_in_words(lines, bounds=None):
    """Each line of a figure by its name, with its ends, and each bound with its height."""
    words = [f"{name} {in_words(numbers)}" for name, numbers in lines.items()]
    return "; ".join([*words, *(f"{name} at {height:.3g}" for name, height in (bounds or {}).items())])


def draw_line(ax, place, xs, numbers, label):
    """A line with a colour and a mark of its own, by its place among the lines of the figure."""
    colour, mark = SAFE_COLOURS[place % len(SAFE_COLOURS)], LINE_MARKS[place % len(LINE_MARKS)]
    ax.plot(xs, numbers, color=colour, marker=mark, markersize=4, label=label)


# diagrams: Diagrams of structure: boxes and arrows drawn by code.


ARROWS_IN_WORDS = 20

FACE = {
    "layer": "#dbe9f6",
    "gate": "#fde3c8",
    "data": "#ffffff",
    "loss": "#f6d5d5",
    "drop": "#e4e4e4",
    "vector": "#d5e8d4",
}


def draw_boxes(boxes, arrows, size, title="", notes=()):
    """Boxes and arrows on an empty canvas.

    boxes    name -> (x, y, text, kind), kind one of layer, gate, data, loss, drop, vector
    arrows   (from, to) or (from, to, text), names of boxes
    size     (width, height) of the canvas in units; a box is about 1 wide
    notes    (x, y, text)
    """
    figure, ax = plt.subplots(figsize=(size[0] * 0.85, size[1] * 0.62), layout="constrained")
    ax.set(xlim=(-0.7, size[0] - 0.3), ylim=(-0.6, size[1] - 0.4), title=title)
    ax.axis("off")
    drawn = {}
    for name, (x, y, text, kind) in boxes.items():
        frame = {"boxstyle": "round,pad=0.3", "facecolor": FACE[kind], "edgecolor": "0.35", "linewidth": 0.8}
        drawn[name] = ax.text(x, y, text, ha="center", va="center", bbox=frame, fontsize=9, zorder=3)
    for start, end, *text in arrows:
        _draw_arrow(ax, drawn[start], drawn[end], text[0] if text else "")
    for x, y, text in notes:
        ax.text(x, y, text, fontsize=8, color="0.3", ha="center", va="center", zorder=4)
    show(figure, _diagram_in_words(boxes, arrows, title, notes))


def _diagram_in_words(boxes, arrows, title, notes):
    """The title, where the first arrows lead, and the notes."""
    names = {name: " ".join(text.split()) for name, (_, _, text, _) in boxes.items()}
    ways = list(dict.fromkeys(f"{names[start]} to {names[end]}" for start, end, *_ in arrows))
    more = [f"and {len(ways) - ARROWS_IN_WORDS} more"] if len(ways) > ARROWS_IN_WORDS else []
    remarks = [" ".join(text.split()) for _, _, text in notes]
    return f"Diagram: {'. '.join([title or 'boxes and arrows', ', '.join([*ways[:ARROWS_IN_WORDS], *more]), *remarks])}"


def _draw_arrow(ax, start, end, text):
    (x1, y1), (x2, y2) = start.get_position(), end.get_position()
    style = {
        "arrowstyle": "-|>",
        "color": "0.35",
        "linewidth": 1,
        "patchA": start.get_bbox_patch(),
        "patchB": end.get_bbox_patch(),
    }
    style |= {"shrinkA": 1, "shrinkB": 1, "mutation_scale": 10}
    ax.annotate("", xy=(x2, y2), xytext=(x1, y1), arrowprops=style, zorder=3.5)
    if text:
        ax.text((x1 + x2) / 2, (y1 + y2) / 2 + 0.18, text, fontsize=8, color="0.3", ha="center", zorder=4)


# attention_plots: Pictures of attention: how one step looks back, where each step of a model looked, and at which part of a date.


ATTENTION_CELL = 0.21  # inches per token of a map
ATTENTION_LINE = 50  # tokens that fit in one line of maps

# Signs that matplotlib's own font does not have, by what they mean: year, month (or Monday), day (or Sunday).
STAND_INS = {"년": "Y", "年": "Y", "월": "M", "月": "M", "일": "D", "日": "D"}

MONTH_WORD = rf"(?P<month>(?:{'|'.join(MONTHS)})[a-z]*)"
WEEKDAY_WORD = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
DAY_NUMBER, YEAR_NUMBER = r"(?P<day>\d\d?)", r"(?P<year>\d{4}|\d\d)"
DATE_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<month>\d\d?)(?P<sign>[/-]){DAY_NUMBER}(?P=sign){YEAR_NUMBER}",
        rf"(?P<year>\d{{4}})(?P<sign>[/-])(?P<month>\d\d?)(?P=sign){DAY_NUMBER}",
        rf"{DAY_NUMBER}\.(?P<month>\d\d?)\.{YEAR_NUMBER}",
        rf"{WEEKDAY_WORD}{DAY_NUMBER}(?:(?:st|nd|rd|th) of)?[ -]{MONTH_WORD}[ -]{YEAR_NUMBER}",
        rf"{WEEKDAY_WORD}{MONTH_WORD} {DAY_NUMBER}(?:st|nd|rd|th)?,? {YEAR_NUMBER}",
    )
]


def date_parts(date):
    """Where the year, the month and the day stand in an English date: a dict from each to (start, stop) in the text.

    Three numbers are month, day, year; day first with points between them, year first where it has four digits. A month
    may be a word: "27th of September 1994" has its day at (0, 2), its month at (8, 17), its year at (18, 22).
    Raises ValueError for a text that is no date of load_dates or toy_dates.
    """
    for form in DATE_FORMS:
        if found := form.fullmatch(date):
            return {part: found.span(part) for part in ("year", "month", "day")}
    raise ValueError(f"date must be an English date such as '27 September 1994' or '9/27/94', got {date!r}")


def mass_on_parts(weights, dates, answers):
    """Which share of the attention, while a part of the answer is written, lies on that part of the date.

    weights   (N, T - 1, S), one column per character of the date, in the order of the text
    dates     list of N str, without padding; answers list of N str such as "_1994-09-27"
    returns   dict from "year", "month", "day" to a float: the mean over dates and over the digits of that part of the
              answer of the sum of the weights on that part of the date
    raises    ValueError as date_parts
    """
    masses = {"year": [], "month": [], "day": []}
    for rows, date, answer in zip(weights, dates, answers, strict=True):
        read, written = date_parts(date), date_parts(answer[1:])
        for part, found in masses.items():
            found.append(rows[slice(*written[part]), slice(*read[part])].sum(axis=1).mean())
    return {part: float(np.mean(found)) for part, found in masses.items()}


def plot_attention(weights, sources, targets, titles=None):
    """Attention maps, one row per token that was written and one column per token of the source; black is 1, white 0.

    weights   (N, T, S), the columns in the order of the text
    sources   list of N texts, or lists of tokens; what lies on the padding after their end is one last column
    targets   list of N texts or lists of T tokens, without the start token
    titles    list of N str, or None
    """
    titles = [""] * len(sources) if titles is None else titles
    columns = [min(len(source) + 1, weights.shape[2]) for source in sources]
    lines = _lines_of_maps(columns)
    widest = max(sum(columns[i] + 2 for i in line) for line in lines)
    width, height = ATTENTION_CELL * widest, ATTENTION_CELL * (weights.shape[1] + 3.5) * len(lines)
    figure = plt.figure(figsize=(width, height))
    for row, line in enumerate(lines, start=1):
        left, bottom = 1.5, 1.5 + (len(lines) - row) * (weights.shape[1] + 3.5)
        for i in line:
            across, up = ATTENTION_CELL / width, ATTENTION_CELL / height
            ax = figure.add_axes((left * across, bottom * up, columns[i] * across, weights.shape[1] * up))
            _draw_map(ax, weights[i], sources[i], targets[i], titles[i])
            left += columns[i] + 2
    maps = [_map_in_words(*each) for each in zip(weights, sources, targets, titles, strict=True)]
    show(figure, "Attention maps, a row for each token written. " + "; ".join(maps))


def _map_in_words(weights, source, target, title):
    """Which token each token that is written looked at most."""
    names = [*map(str, source), *["padding"] * (weights.shape[1] - len(source))]
    rows = [f"{token} at {names[row.argmax()]} ({row.max():.2f})" for row, token in zip(weights, target, strict=True)]
    return f"{title or ''.join(map(str, source))}: {', '.join(rows)}"


def _lines_of_maps(columns):
    """Lists of indices: as many maps in a line as fit."""
    lines = [[]]
    for i, count in enumerate(columns):
        if lines[-1] and sum(columns[j] + 2 for j in lines[-1]) + count > ATTENTION_LINE:
            lines.append([])
        lines[-1].append(i)
    return lines


def _draw_map(ax, weights, source, target, title):
    """One map, the tokens along its sides, and a last column for what is on padding, if there is padding."""
    source, padding = list(map(_as_label, source)), weights[:, len(source) :]
    weights = weights[:, : len(source)]
    if padding.size:
        weights, source = np.column_stack([weights, padding.sum(axis=1)]), [*source, "pad"]
        ax.axvline(len(source) - 1.5, color="0.35", linewidth=0.8)
    ax.imshow(weights, cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    for ticks, tokens in ((ax.set_xticks, source), (ax.set_yticks, list(map(_as_label, target)))):
        ticks(range(len(tokens)), tokens, fontsize=9, family="monospace")
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=11)
    for label in ax.get_xticklabels():
        label.set_va("baseline")
    if padding.size:
        ax.get_xticklabels()[-1].set(fontsize=7, rotation=90, va="center")
    ax.set_title(title, fontsize=9, loc="left")


def _as_label(token):
    """A space as an open box; what the font does not have as a letter that stands for it, or as a dot."""
    if token == " ":
        return "␣"
    return token if all(sign <= "ÿ" for sign in token) else STAND_INS.get(token, "·")


# bilstm_plots: Diagrams of reading both ways and of deep stacks: who reads what when, where gates lie, what skips a layer.


GATE_FACES = {"f": "#fde3c8", "g": "#dbe9f6", "i": "#d5e8d4", "o": "#f6d5d5"}


def draw_two_directions(tokens, title="Two LSTMs read the same sequence"):
    """A layer that reads both ways, unrolled: one LSTM hands its state to the right, the other to the left.

    tokens   list of str, one per time step
    """
    boxes, arrows = {}, []
    for t, token in enumerate(tokens):
        column = {"token": (0, token, "data"), "right": (1.3, "LSTM 1", "gate"), "left": (2.6, "LSTM 2", "layer"),
                  "joined": (3.9, f"hs[:, {t}]", "vector")}  # fmt: skip
        x = 2.2 * t
        places = {"token": x, "right": x - 0.45, "left": x + 0.45, "joined": x}
        boxes |= {(name, t): (places[name], y, text, kind) for name, (y, text, kind) in column.items()}
        arrows += [(("token", t), ("right", t)), (("token", t), ("left", t))]
        arrows += [(("right", t), ("joined", t)), (("left", t), ("joined", t))]
        if t:
            arrows += [(("right", t - 1), ("right", t), "h, c"), (("left", t), ("left", t - 1), "h, c")]
    draw_boxes(boxes, arrows, (2.2 * len(tokens) - 0.8, 5), title)


def draw_right_to_left(rows):
    """Padded sequences, and in small numbers the step in which reading from right to left comes to each place of them.

    rows     list of str of one length, each character a time step, "_" for padding, which stands on the right
    """
    by_rows = [len(row.rstrip("_")) for row in rows]
    readings = {"all rows turned round": [len(row) for row in rows], "each row from its last real step": by_rows}
    size = 1.3 * len(rows[0]) + 0.6, 0.62 * len(rows) + 0.5
    figure, axes = plt.subplots(1, 2, figsize=size, layout="constrained")
    for ax, (name, firsts) in zip(axes, readings.items(), strict=True):
        ax.set(xlim=(-0.5, len(rows[0]) - 0.3), ylim=(-len(rows) + 0.3, 0.5), title=name)
        ax.axis("off")
        for y, (row, first) in enumerate(zip(rows, firsts, strict=True)):
            for t, token in enumerate(row):
                _draw_place(ax, t, -y, token, first - t)
    starts = [f"{name}: they begin at places {', '.join(map(str, firsts))}" for name, firsts in readings.items()]
    show(figure, f"The order in which {', '.join(rows)} are read from right to left. {'; '.join(starts)}")


def _draw_place(ax, x, y, token, step):
    """One place of a padded sequence; `step` is the number of the step that reads it, below 1 for none."""
    face = FACE["drop" if token == "_" else "gate"]
    frame = {"boxstyle": "round,pad=0.3", "facecolor": face, "edgecolor": "0.35", "linewidth": 0.8}
    ax.text(x, y, token, ha="center", va="center", family="monospace", bbox=frame)
    if step > 0:
        ax.text(x + 0.27, y - 0.27, step, ha="center", va="center", fontsize=8, color="#D55E00", fontweight="bold")


def draw_gate_orders():
    """Where the gates lie in the weights of an LSTM: ours side by side, torch's one below the other."""
    figure, (ours, theirs) = plt.subplots(
        1, 2, figsize=(7, 3.2), layout="constrained", gridspec_kw={"width_ratios": (2, 1)}
    )
    for place, gate in enumerate("fgio"):
        _draw_block(ours, (1.5 * place, 1), 1.5, 1.2, gate)
    for place, gate in enumerate("ifgo"):
        _draw_block(theirs, (0, 3 - place), 1.2, 1, gate)
    ours.set(xlim=(-0.8, 6.6), ylim=(-0.6, 3.6), title="here: Wx (D, 4H)")
    theirs.set(xlim=(-0.8, 2), ylim=(-0.2, 4.6), title="torch: weight_ih (4H, D)")
    for ax, x, y, text in ((ours, 0.75, 2.35, "H"), (ours, -0.3, 1.6, "D"), (theirs, 0.6, 4.15, "D"),
                           (theirs, -0.3, 3.5, "H")):  # fmt: skip
        ax.text(x, y, text, ha="center", va="center", fontsize=9, color="0.3")
        ax.axis("off")
    show(
        figure, "The gates in an LSTM's weights: here f, g, i, o side by side; in torch i, f, g, o one below the other"
    )


def _draw_block(ax, corner, width, height, gate):
    """One gate's part of a matrix: a rectangle with its letter."""
    face = {"facecolor": GATE_FACES[gate], "edgecolor": "0.35"}
    ax.add_patch(plt.Rectangle(corner, width, height, **face))
    ax.text(corner[0] + width / 2, corner[1] + height / 2, gate, ha="center", va="center")


def draw_residual_stack(widths, title="A stack with skip connections"):
    """LSTM layers one upon the other, here from left to right, with a skip connection where both sides are as wide.

    widths   list of int: the last axis of the input, then of each layer's output
    """
    boxes = {("sum", 0): (0, 0.6, f"xs\n{widths[0]}", "data")}
    arrows, notes = [], []
    for layer, (before, after) in enumerate(pairwise(widths), start=1):
        x = 3.4 * (layer - 1)
        boxes["layer", layer] = (x + 1.7, 0.6, f"LSTM {layer}\n{before} to {after}", "gate")
        arrows.append((("sum", layer - 1), ("layer", layer)))
        boxes["sum", layer] = (x + 3.4, 0.6, f"+\n{after}" if before == after else f"hs\n{after}", "vector")
        arrows.append((("layer", layer), ("sum", layer)))
        if before == after:
            boxes["skip", layer] = (x + 1.7, 2.3, "skip", "data")
            arrows += [(("sum", layer - 1), ("skip", layer)), (("skip", layer), ("sum", layer))]
        else:
            notes.append((x + 1.7, 1.6, "no skip"))
    draw_boxes(boxes, arrows, (3.4 * (len(widths) - 1) + 1.1, 3.4), title, notes)


# plots: Pictures of what was computed: curves, bars, heat maps.


BOUND_DASHES = ("--", ":", "-.")


def plot_curves(curves, ylabel, bounds=None, title="", log=False):
    """Learning curves: `curves` maps a name to its numbers, one per epoch; `bounds` maps a name to one height."""
    figure, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    for i, (name, numbers) in enumerate(curves.items()):
        draw_line(ax, i, range(1, len(numbers) + 1), numbers, name)
    for i, (name, height) in enumerate((bounds or {}).items()):
        ax.axhline(height, color="0.4", linestyle=BOUND_DASHES[i % 3], linewidth=1, label=f"{name}: {height:.3g}")
    ax.set(xlabel="epoch", ylabel=ylabel, title=title)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
        ax.yaxis.set_minor_formatter("{x:g}")
    ax.legend(frameon=False)
    show(figure, f"Curves of {ylabel} by epoch{': ' if title else ''}{title}. {lines_in_words(curves, bounds)}")


def plot_heatmaps(maps, xlabel, ylabel, xticks=None, yticks=None):
    """Heat maps side by side on one symmetric colour scale: `maps` maps a name to a matrix (rows, columns)."""
    height = max(np.abs(matrix).max() for matrix in maps.values()) or 1.0
    width = max(3.2, 0.3 * max(matrix.shape[1] for matrix in maps.values()))
    figure, axes = plt.subplots(
        1, len(maps), figsize=(width * len(maps) + 0.8, 2.8), squeeze=False, layout="constrained"
    )
    for ax, (name, matrix) in zip(axes.flat, maps.items(), strict=True):
        image = ax.imshow(matrix, cmap="RdBu_r", vmin=-height, vmax=height, aspect="auto", interpolation="nearest")
        ax.set(title=name, xlabel=xlabel)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        if xticks is not None:
            ax.set_xticks(range(len(xticks)), xticks, rotation=60, ha="right", fontsize=8)
        if yticks is not None:
            ax.set_yticks(range(len(yticks)), yticks)
    axes[0, 0].set_ylabel(ylabel)
    figure.colorbar(image, ax=axes[0, -1])
    panels = [
        f"{name or 'one'}: {matrix.shape[0]} rows, {matrix.shape[1]} columns, {matrix.min():.2g} to {matrix.max():.2g}"
        for name, matrix in maps.items()
    ]
    show(figure, f"Heat maps, {ylabel or 'rows'} by {xlabel or 'columns'}. " + "; ".join(panels))


def plot_agreement(pairs, title=""):
    """Analytic against numerical gradients: `pairs` maps a name to (analytic, numerical) of one shape."""
    figure, ax = plt.subplots(figsize=(4.2, 4), layout="constrained")
    for i, (name, (analytic, numerical)) in enumerate(pairs.items()):
        style = {"color": SAFE_COLOURS[i % 6], "marker": LINE_MARKS[i % 6], "markersize": 4, "linestyle": "none"}
        ax.plot(np.ravel(numerical), np.ravel(analytic), label=name, **style)
    reach = max(np.abs(numerical).max() for _, numerical in pairs.values())
    ax.plot([-reach, reach], [-reach, reach], color="0.6", linewidth=1, zorder=0)
    ax.set(xlabel="numerical", ylabel="analytic", title=title)
    ax.legend(frameon=False)
    gaps = [f"{name} at most {np.abs(np.subtract(*pair)).max():.2g} apart" for name, pair in pairs.items()]
    show(figure, f"Analytic against numerical gradients, the diagonal for equal ones. {'; '.join(gaps)}")


# reversal_plots: Pictures of distance in time: which step reads what another step writes, and what differs from place to place.


def plot_by_place(numbers, ylabel, xlabel="letter of the word", log=False, bounds=None):
    """One line per name: `numbers` maps it to one number per place, the first place being 1.

    bounds   name -> one height, drawn as a dashed line
    """
    figure, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    for i, (name, heights) in enumerate(numbers.items()):
        draw_line(ax, i, range(1, len(heights) + 1), heights, name)
    for name, height in (bounds or {}).items():
        ax.axhline(height, color="0.5", linestyle="--", linewidth=1, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False)
    show(figure, f"Curves of {ylabel} by {xlabel}. {lines_in_words(numbers, bounds)}")
