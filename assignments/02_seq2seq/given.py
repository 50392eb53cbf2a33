"""What assignment 02_seq2seq hands out. Nothing in here is to be written or changed.

Built by `python -m autograder build` from one source per component: edit those, not this file.

Contents, in the order of the file:

- checked_files: _checked_pairs, _checked_lines
- addition: load_addition
- addition_curves: expected_curves
- layers: TimeEmbedding, TimeAffine, TimeSoftmaxWithLoss
- toy_tasks: toy_sums
- training: Adam, clip_grads, train_step, Trainer
- softmax: the answer to 01_rnn_lm_sampling
- TimeLSTM: the answer to 01_rnn_lm_sampling
- figures: show, in_words, lines_in_words, draw_line
- diagrams: draw_boxes
- plots: plot_curves, plot_distributions, plot_heatmaps, plot_agreement
- seq2seq_diagrams: draw_seq2seq
"""

import base64
import hashlib
import html
import io
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from tqdm.auto import tqdm

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


# addition: Addition as text: the sums that a model learns from and is judged by, read from a file that is checked first.


ADDITION_FILE = Path(__file__).parent / "data" / "addition.txt"
ADDITION_SHA256 = "c9a6c3d4ee941f43b0900ecdab5d1abf79729380952bd4541766023c653bdaa2"
ADDITION_ROWS = 50_000
ADDITION_TRAIN_ROWS = 45_000  # the first ones; no question of theirs comes again in the others
ADDITION_QUESTION_WIDTH = 7  # characters of a line, the answer takes the rest
ADDITION_CHARACTERS = " +0123456789_"  # the space first, so that padding has the id 0


def load_addition(path=None):
    """The sums of data/addition.txt, as texts.

    path      the file, if it is another one than data/addition.txt beside this module
    returns   (train, test, characters). train and test are pairs (questions, answers) of lists of str, 45,000 and
              5,000 of each, without padding: the question "57+5" (at most 7 characters) has the answer "_62" (at most
              5). characters is a str of the 13 characters that occur, the space first
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    path = ADDITION_FILE if path is None else Path(path)
    sizes = ADDITION_ROWS, ADDITION_TRAIN_ROWS, ADDITION_QUESTION_WIDTH
    train, test = _checked_pairs(path, ADDITION_SHA256, *sizes)
    return train, test, ADDITION_CHARACTERS


# addition_curves: What exact match to expect on full addition, epoch by epoch: medians of 3 trainings.
#
# Written by `python -m solutions.04_peeky.calibration.addition_curves`; not edited by hand.


EXPECTED_CURVES = {
    "plain": [
        0.0138, 0.0038, 0.0170, 0.0552, 0.0992, 0.1326, 0.1716, 0.1920, 0.2026, 0.2602, 0.2622,
        0.3030, 0.2788, 0.3020, 0.3306, 0.3236, 0.3614, 0.3420, 0.3816, 0.3998, 0.4196, 0.4340,
        0.4482, 0.4410, 0.4292,
    ],
    "reversed": [
        0.0154, 0.0152, 0.0162, 0.0324, 0.0726, 0.1722, 0.2702, 0.3760, 0.4230, 0.5008, 0.5488,
        0.5956, 0.6874, 0.7614, 0.8414, 0.8896, 0.8970, 0.9300, 0.9434, 0.9440, 0.9098, 0.9510,
        0.9396, 0.9460, 0.9670,
    ],
    "reversed + peeky": [
        0.0152, 0.0204, 0.0402, 0.0786, 0.2240, 0.4384, 0.6040, 0.7696, 0.8120, 0.8712, 0.8998,
        0.9030, 0.9308, 0.9394, 0.9444, 0.9550, 0.9474, 0.9436, 0.9630, 0.9358, 0.9558, 0.9568,
        0.9564, 0.9702, 0.9518,
    ],
}  # fmt: skip


def expected_curves(*names):
    """Expected learning curves, each a list of 25 floats, one per epoch: "plain", "reversed", "reversed + peeky".

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {f"{name}, expected": EXPECTED_CURVES[name] for name in names}


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


# toy_tasks: Small tasks on which a model of the course learns in seconds: sums of small numbers, words to be repeated.


def toy_sums(limit, test_share, rng):
    """All sums a+b with 0 <= a, b < `limit`, as texts, shuffled and parted.

    `a+b` and `b+a` are on the same side, so that no test question is a training question turned round.

    test_share  the share of the pairs of numbers that goes to the test side, between 0 and 1
    rng         a numpy.random.Generator
    returns     (train, test), each a pair (questions, answers) of lists of str such as `7+38` and `_45`
    """
    pairs = [(a, b) for a in range(limit) for b in range(a, limit)]
    kept = round(test_share * len(pairs))
    order = rng.permutation(len(pairs))
    sides = []
    for chosen in (order[kept:], order[:kept]):
        both_ways = {pair for i in chosen for pair in (pairs[i], pairs[i][::-1])}
        rows = rng.permutation(sorted(both_ways))
        sides.append(([f"{a}+{b}" for a, b in rows], [f"_{a + b}" for a, b in rows]))
    return tuple(sides)


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


def plot_distributions(distributions, labels, title="", columns=4, xlabel="", ylabel=""):
    """Bar charts side by side: `distributions` maps a name to numbers (V,), `labels` names the V bars.

    A bar of height 0 has a grey 0 in its place, so that it is not mistaken for a small one.
    """
    rows = -(-len(distributions) // columns)
    columns = min(columns, len(distributions))
    width = min(4.0, 11 / columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(width * columns, 2.5 * rows), sharey=True, squeeze=False, layout="constrained"
    )
    for ax in axes.flat[len(distributions) :]:
        ax.set_visible(False)
    for ax, (name, numbers) in zip(axes.flat, distributions.items(), strict=False):
        bars = ax.bar(range(len(numbers)), numbers, color=SAFE_COLOURS[0])
        for bar, number in zip(bars, numbers, strict=True):
            if number == 0:
                ax.text(bar.get_x() + bar.get_width() / 2, 0, "0", ha="center", va="bottom", color="0.5", fontsize=8)
        ax.set_title(name, fontsize=9)
        ax.set_xlabel(xlabel)
        ax.set_xticks(range(len(labels)), labels, rotation=60 if max(map(len, labels)) > 3 else 0, fontsize=8)
    for ax in axes[:, 0]:
        ax.set_ylabel(ylabel)
    figure.suptitle(title)
    charts = [f"{name or 'bars'}: {_bars_in_words(numbers, labels)}" for name, numbers in distributions.items()]
    show(figure, f"Bar charts{': ' if title else ''}{title}. " + "; ".join(charts))


def _bars_in_words(numbers, labels):
    """The highest bars, at most four of them, and the number of those of height 0."""
    numbers = np.asarray(numbers, dtype=float)
    highest = [i for i in np.argsort(-numbers, kind="stable")[:4] if numbers[i] > 0]
    parts = [f"{labels[i] or i} {numbers[i]:.3g}" for i in highest]
    empty = int(np.sum(numbers == 0))
    return ", ".join([*parts, *([f"{empty} of {numbers.size} are 0"] if empty else [])])


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


# seq2seq_diagrams: Diagrams of encoders and decoders: what is read, what goes across, what is written.


def draw_seq2seq(source, target, peeky=False, title=""):
    """An encoder and a decoder, unrolled: boxes per step, and the one vector h that goes across.

    source   list of str, the tokens in the order in which they are read; a space is shown as an open box
    target   list of str, led by its start token: the decoder reads target[:-1] and is to write target[1:]
    peeky    whether h also joins the input of the LSTM and of the affine layer at every step
    """
    width = 1.5 if peeky else 1.35
    middle, top = width * len(source), 6 if peeky else 5.2
    boxes, arrows = _encoder_steps(source, width)
    boxes["h"] = (middle, 3, "h", "vector")
    arrows.append((("read", len(source) - 1), "h"))
    for t, (read, wanted) in enumerate(pairwise(target)):
        x = middle + width * (t + 1)
        column = [("target", 0.7, _shown(read), "data"), ("target vector", 1.8, "embed", "layer"),
                  ("write", 3, "LSTM", "gate"), ("affine", top - 1.1, "affine", "layer"),
                  ("next", top, _shown(wanted), "data")]  # fmt: skip
        boxes |= {(name, t): (x, y, text, kind) for name, y, text, kind in column}
        arrows += [((below[0], t), (above[0], t)) for below, above in pairwise(column)]
        before = (("write", t - 1), ("write", t), "" if peeky else "h, c")
        arrows.append(before if t else ("h", ("write", t)))
    if peeky:
        _add_copies_of_h(boxes, arrows, len(target) - 1, middle, width)
    right = middle + width * len(target)
    notes = [
        ((middle - width) / 2, -0.2, "encoder: reads the source"),
        ((middle + right) / 2, -0.2, "decoder: reads a token,\nscores the next one"),
    ]
    draw_boxes(boxes, arrows, (right - 0.2, top + 0.9), title, notes)


def _shown(token):
    return "␣" if token == " " else token


def _encoder_steps(source, width):
    """Boxes and arrows of the encoder: tokens at the bottom, the LSTM's state going to the right."""
    boxes, arrows = {}, []
    for s, token in enumerate(source):
        boxes["source", s] = (width * s, 0.7, _shown(token), "data")
        boxes["source vector", s] = (width * s, 1.8, "embed", "layer")
        boxes["read", s] = (width * s, 3, "LSTM", "gate")
        arrows += [(("source", s), ("source vector", s)), (("source vector", s), ("read", s))]
        if s:
            arrows.append((("read", s - 1), ("read", s), "h, c"))
    return boxes, arrows


def _add_copies_of_h(boxes, arrows, steps, middle, width):
    """One copy of h per step of the decoder, between the two layers that it joins."""
    for t in range(steps):
        boxes["copy", t] = (middle + width * (t + 0.5), 3.95, "h", "vector")
        arrows.append((("copy", t - 1) if t else "h", ("copy", t)))
        arrows += [(("copy", t), ("write", t)), (("copy", t), ("affine", t))]
