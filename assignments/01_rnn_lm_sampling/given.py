"""What assignment 01_rnn_lm_sampling hands out. Nothing in here is to be written or changed.

Built by `python -m autograder build` from one source per component: edit those, not this file.

Contents, in the order of the file:

- training: Adam, clip_grads, train_step
- gradients: numerical_gradient
- language_modelling: fit_language_model, ToyGrammar, load_python_docs
- layers: sigmoid, TimeEmbedding, TimeAffine, TimeSoftmaxWithLoss, TimeDropout
- figures: show, in_words, lines_in_words, draw_line
- diagrams: draw_boxes, draw_lstm_cell, draw_unrolled
- plots: plot_curves, plot_distributions, plot_heatmaps, plot_agreement
"""

import base64
import html
import io
import re
import sys
from collections import Counter
from pydoc_data.topics import topics

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from tqdm.auto import tqdm

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


# language_modelling: Texts for language models: a toy grammar with a known entropy, a real text, and a fit that reads text in strips.


def fit_language_model(
    model, optimizer, corpus, epochs, batch_size, time_size, max_grad=None, progress=True, after_epoch=None
):
    """Train a stateful language model on one long text by truncated backpropagation through time.

    The text is cut into `batch_size` contiguous strips of equal length (what is left over at the end is not used).
    All strips are read in step, `time_size` words at a time; the state runs on along the strips, the gradient stops
    at each cut.

    corpus        (L,) int, the ids of the text
    max_grad      the largest joint norm of the gradients, None for no clipping
    after_epoch   called with the model after every epoch, if given
    returns       list of float, the mean loss of each epoch, in nats per word
    raises        ValueError if the corpus has fewer than batch_size + 1 words, or batch_size or time_size < 1
    """
    if batch_size < 1 or time_size < 1:
        raise ValueError(f"batch_size and time_size must be at least 1, got {batch_size} and {time_size}")
    if len(corpus) <= batch_size:
        raise ValueError(f"corpus must have more than batch_size = {batch_size} words, got {len(corpus)}")
    length = (len(corpus) - 1) // batch_size
    xs = np.reshape(corpus[: batch_size * length], (batch_size, length))
    ts = np.reshape(corpus[1 : batch_size * length + 1], (batch_size, length))
    losses = []
    for _ in (bar := tqdm(range(epochs), desc="epochs", disable=not progress)):
        losses.append(_read_strips(model, optimizer, xs, ts, time_size, max_grad))
        bar.set_postfix(perplexity=f"{np.exp(losses[-1]):.2f}")
        if after_epoch is not None:
            after_epoch(model)
    return losses


def _read_strips(model, optimizer, xs, ts, time_size, max_grad):
    """One epoch over strips `xs (N, L)` with labels `ts (N, L)`; the mean loss."""
    model.reset_state()
    total = 0.0
    for start in range(0, xs.shape[1], time_size):
        now = slice(start, start + time_size)
        total += train_step(model, optimizer, xs[:, now], ts[:, now], max_grad) * ts[:, now].shape[1]
    model.reset_state()
    return total / xs.shape[1]


class ToyGrammar:
    """A language of 24 words in which two words decide what comes much later.

    A sentence is `today|yesterday the [old|grey ...] ANIMAL [by the PLACE ...] VERB [softly|loudly] .`; the verb must
    be the animal's own, in the tense of the first word. Adjectives and places may go on for any number of words, so no
    fixed number of words looked back is enough.

    The grammar is a machine: in each state it has a few words to choose from, and the word alone decides the next
    state. So whoever has read from the start of a sentence knows the state, and the surprise of the next word is the
    entropy of that choice; the entropy rate is its mean over how often the states are visited.

    words        tuple of str, the word of each id
    vocab_size   number of words, 24
    """

    verbs = {
        "owl": ("hoots", "hooted"),
        "fox": ("barks", "barked"),
        "frog": ("croaks", "croaked"),
        "bee": ("hums", "hummed"),
    }
    places = ("pond", "barn", "hill")

    def __init__(self):
        machine = dict(self._choices())
        numbers = {state: i for i, state in enumerate(machine)}  # the start of a sentence is number 0
        self.words = tuple(dict.fromkeys(word for choices in machine.values() for word, _, _ in choices))
        self.vocab_size = len(self.words)
        self._ids = {word: i for i, word in enumerate(self.words)}
        self._probabilities = np.zeros((len(machine), self.vocab_size))
        self._next = np.full((len(machine), self.vocab_size), -1)
        for state, choices in machine.items():
            for word, probability, after in choices:
                self._probabilities[numbers[state], self._ids[word]] = probability
                self._next[numbers[state], self._ids[word]] = numbers[after]

    def _choices(self):
        """Pairs (state, list of (word, probability, next state))."""
        yield "start", [("today", 0.5, ("the", 0)), ("yesterday", 0.5, ("the", 1))]
        for tense in (0, 1):
            yield ("the", tense), [("the", 1.0, ("noun", tense))]
            adjectives = [("old", 0.2, ("noun", tense)), ("grey", 0.1, ("noun", tense))]
            yield ("noun", tense), adjectives + [(animal, 0.175, ("verb", tense, animal)) for animal in self.verbs]
            for animal, verbs in self.verbs.items():
                memory = tense, animal
                yield ("verb", *memory), [(verbs[tense], 0.5, "adverb"), ("by", 0.5, ("by", *memory))]
                yield ("by", *memory), [("the", 1.0, ("place", *memory))]
                yield ("place", *memory), [(place, 1 / 3, ("verb", *memory)) for place in self.places]
        yield "adverb", [("softly", 0.2, "end"), ("loudly", 0.1, "end"), (".", 0.7, "start")]
        yield "end", [(".", 1.0, "start")]

    def sample(self, size, rng):
        """A text of `size` ids, int array (size,), from the start of a sentence, drawn with the Generator `rng`."""
        reached = np.cumsum(self._probabilities, axis=1)
        reached /= reached[:, -1:]
        corpus, state = np.empty(size, dtype=np.int64), 0
        for i, draw in enumerate(rng.random(size)):
            corpus[i] = np.searchsorted(reached[state], draw, side="right")
            state = self._next[state, corpus[i]]
        return corpus

    def entropy_rate(self):
        """The surprise per word, in nats, that the best possible predictor is left with: a float."""
        moves = np.zeros((len(self._next), len(self._next)))
        for state, word in np.argwhere(self._next >= 0):
            moves[state, self._next[state, word]] += self._probabilities[state, word]
        # how often each state is visited: visits = visits @ moves, and all visits together are 1
        equations = np.vstack([moves.T - np.eye(len(moves)), np.ones(len(moves))])
        visits = np.linalg.lstsq(equations, np.append(np.zeros(len(moves)), 1.0), rcond=None)[0]
        logs = np.log(self._probabilities, where=self._probabilities > 0, out=np.zeros_like(self._probabilities))
        return float(-visits @ (self._probabilities * logs).sum(axis=1))

    def surprise(self, corpus):
        """-log of the true probability of every word of a text that starts a sentence: ids (L,) -> float array (L,).

        Its mean is what the best possible predictor gets on this very text. ValueError: not a text of this grammar.
        """
        probabilities, state = np.empty(len(corpus)), 0
        for i, word in enumerate(corpus):
            if state < 0 or self._next[state, word] < 0:
                raise ValueError(
                    f"corpus must be a text of this grammar: word {i} ({self.words[word]!r}) cannot stand there"
                )
            probabilities[i] = self._probabilities[state, word]
            state = self._next[state, word]
        return -np.log(probabilities)

    def text(self, ids):
        """The words of `ids`, joined by spaces."""
        return " ".join(self.words[i] for i in ids)


def load_python_docs(max_words=1000):
    """The prose of Python's own language reference, from the standard library: a small real text.

    Lower-cased words and `. , : ( )`; words beyond the `max_words` - 1 most frequent become `<unk>`. Every tenth
    paragraph is kept for testing. The text differs a little from one version of Python to the next.

    returns   (train (L1,) int, test (L2,) int, words: list of str, the word of each id; `<unk>` is id 0)
    """
    paragraphs = _paragraphs()
    count = Counter(word for paragraph in paragraphs for word in paragraph)
    words = ["<unk>", *(word for word, _ in count.most_common(max_words - 1))]
    ids = {word: i for i, word in enumerate(words)}
    coded = [[ids.get(word, 0) for word in paragraph] for paragraph in paragraphs]
    test = np.concatenate(coded[9::10])
    train = np.concatenate([paragraph for i, paragraph in enumerate(coded) if i % 10 != 9])
    return train, test, words


def _paragraphs():
    """Lists of words, one per distinct paragraph that ends like a sentence and is not code."""
    found = {}
    for name in sorted(topics):
        for block in re.split(r"\n\s*\n", topics[name]):
            text = " ".join(block.split()).lower()
            if text.endswith((".", ":")) and len(text) > 80 and not re.search(r"::=|>>>|    \S+ = ", block):
                found[text] = re.findall(r"[a-z]+(?:_[a-z]+)*|[.,:()]", re.sub(r"['\"*]", "", text))
    return list(found.values())


# layers: The plain layers that every model of the course is built from, each over a whole batch of sequences.
#
# A layer has `params` and `grads`, two lists of arrays of the same shapes in the same order. `forward` leaves its
# inputs untouched; `backward` leaves the upstream gradient untouched and overwrites `grads` in place.


def sigmoid(x):
    """1 / (1 + exp(-x)) of every number, same shape and dtype; neither large nor small numbers overflow."""
    return np.tanh(x * 0.5) * 0.5 + 0.5


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


class TimeDropout:
    """Set each number to zero with probability `ratio` and divide the rest by 1 - ratio, while `train_flag` is True.

    `rng` is a numpy.random.Generator; without one the masks differ from run to run.
    ValueError: a ratio outside [0, 1).
    """

    def __init__(self, ratio, rng=None):
        if not 0 <= ratio < 1:
            raise ValueError(f"ratio must be in [0, 1), got {ratio}")
        self.params, self.grads = [], []
        self.ratio = ratio
        self.train_flag = True
        self._rng = np.random.default_rng() if rng is None else rng
        self._mask = None

    def forward(self, xs):
        """`xs`, any shape -> the same shape and dtype; `xs` itself while `train_flag` is False."""
        self._mask = None
        if not self.train_flag:
            return xs
        kept = self._rng.random(xs.shape, dtype=np.float32) >= self.ratio
        self._mask = kept.astype(xs.dtype) * xs.dtype.type(1 / (1 - self.ratio))
        return xs * self._mask

    def backward(self, dout):
        """The gradient of `xs`, through the mask of the last `forward`."""
        return dout if self._mask is None else dout * self._mask


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


def draw_lstm_cell():
    """One step of an LSTM: what feeds the four gates, and how they make the new states."""
    boxes = {
        "c": (0, 4, "c", "data"), "forget": (2, 4, "×", "layer"), "add": (4.5, 4, "+", "layer"),
        "c'": (9, 4, "c'", "data"),
        "h": (0, 0.7, "h", "data"), "x": (0, -0.1, "x", "data"), "A": (3.4, 0.3, "x Wx + h Wh + b   (N, 4H)", "layer"),
        "f": (2, 1.8, "f\nsigmoid", "gate"), "g": (3.4, 1.8, "g\ntanh", "gate"), "i": (4.5, 1.8, "i\nsigmoid", "gate"),
        "o": (6.2, 1.8, "o\nsigmoid", "gate"), "input": (4.5, 2.95, "×", "layer"), "tanh": (6.9, 3.0, "tanh", "layer"),
        "output": (7.7, 1.8, "×", "layer"), "h'": (9, 1.8, "h'", "data"),
    }  # fmt: skip
    arrows = [
        ("c", "forget"), ("forget", "add", "f * c"), ("add", "c'"), ("h", "A"), ("x", "A"), ("A", "f"),
        ("A", "g"), ("A", "i"), ("A", "o"), ("f", "forget"), ("g", "input"), ("i", "input"), ("input", "add"),
        ("add", "tanh"), ("tanh", "output"), ("o", "output"), ("output", "h'"),
    ]  # fmt: skip
    notes = [(5.1, 3.5, "g * i"), (3.4, -0.35, "four blocks of H columns: f, g, i, o")]
    draw_boxes(boxes, arrows, (10, 5), "One step of an LSTM", notes)


def draw_unrolled(inputs, outputs, layers, title):
    """A model unrolled over time: step t turns inputs[t] into outputs[t], both texts.

    layers   (text, kind, recurrent) from input to output; a recurrent layer passes its state to the right
    """
    boxes, arrows = {}, []
    for t, (below, above) in enumerate(zip(inputs, outputs, strict=True)):
        column = [(below, "data", False), *layers, (above, "data", False)]
        for level, (text, kind, recurrent) in enumerate(column):
            boxes[t, level] = (2.0 * t + 0.3, 1.1 * level, text, kind)
            if level:
                arrows.append(((t, level - 1), (t, level)))
            if recurrent and t:
                arrows.append(((t - 1, level), (t, level), "h, c"))
    draw_boxes(boxes, arrows, (2.0 * len(inputs), 1.1 * (len(layers) + 1) + 1), title)


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
