"""What assignment 07_torch_translation hands out. Nothing in here is to be written or changed.

Built by `python -m autograder build` from one source per component: edit those, not this file.

Contents, in the order of the file:

- checked_files: _checked_lines
- chrf: chrf
- pairs: load_pairs
- phrases: load_phrases
- shown_checks: agree, all_right
- small_models: EverySecondDoubled, WordBag, DistanceScore, gradient_descent
- vocabulary: Vocabulary
- figures: show, in_words, lines_in_words, draw_line
- diagrams: draw_boxes
- translation_plots: hangul_font, in_latin_letters, plot_word_maps, plot_lines, draw_decoder_step
"""

import base64
import hashlib
import html
import io
import sys
import unicodedata
from codecs import BOM_UTF8
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib import font_manager
from matplotlib.ticker import MaxNLocator
from torch import nn

# checked_files: Files of questions and answers, read only if they are what was handed out.


CHECKED_REMEDY = (
    "Take the assignment's folder again, or put its data folder back as it was; "
    "in the course's repository, run `python -m autograder data` and then `python -m autograder build`."
)


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


# chrf: A score of translations by their characters.


def chrf(hypotheses, references, longest=6, beta=2.0):
    """chrF of a corpus, from 0 to 100: how many runs of 1 to 6 characters the texts share with their references.

    Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation". The same number as sacrebleu's.

    hypotheses, references   lists of as many texts (str); white space does not count
    longest                  the longest runs of characters that are counted
    beta                     how many times as much finding what is in the reference counts as writing nothing else
    """
    written, there, matched = ([0] * longest for _ in range(3))
    for texts in zip(hypotheses, references, strict=True):
        for n in range(longest):
            ours, theirs = (_runs_of_characters("".join(text.split()), n + 1) for text in texts)
            written[n] += ours.total() if theirs else 0
            there[n] += theirs.total()
            matched[n] += (ours & theirs).total()
    counted = [n for n in range(longest) if written[n] and there[n]]
    if not any(matched):
        return 0.0
    precision = sum(matched[n] / written[n] for n in counted) / len(counted)
    recall = sum(matched[n] / there[n] for n in counted) / len(counted)
    return 100 * (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _runs_of_characters(text, n):
    """How often each run of n characters is in the text."""
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))


# pairs: Pairs of sentences, read from text files of one's own.


LONGEST_LINE_OF_PAIRS = 10_000  # bytes


def load_pairs(path, extra_columns=False):
    """The pairs of a text file that has one on each line: a sentence, a tab, its translation.

    path           the file, UTF-8 with or without a byte order mark, with the line ends of any system
    extra_columns  whether lines may have more columns, which are left out. Files of sentences from the Tatoeba project
                   have a third one, which names the authors
    returns        a list of pairs (sentence, translation) of str: characters are composed (NFC), white space of any
                   kind is one plain space, none at either end. Capital letters and repeated lines stay
    raises         ValueError, with the file and the number of the line, for a line with another number of columns,
                   without a sentence or a translation, that is not UTF-8 text or has more than 10,000 bytes;
                   ValueError, with the file, if it cannot be read or is empty
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            lines = iter(lambda: file.readline(LONGEST_LINE_OF_PAIRS + 2), b"")
            pairs = [
                _pair_on_line(line, f"{path}, line {number}", extra_columns) for number, line in enumerate(lines, 1)
            ]
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from None
    if not pairs:
        raise ValueError(f"{path} is empty: wanted a sentence, a tab and its translation on each line")
    return pairs


def _pair_on_line(line, place, extra_columns):
    """The pair on one line of bytes. Raises ValueError with its place."""
    line = line.rstrip(b"\r\n")
    if len(line) > LONGEST_LINE_OF_PAIRS:
        raise ValueError(f"{place} has more than {LONGEST_LINE_OF_PAIRS:,} bytes: is this a file of sentences?")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{place} is not UTF-8 text ({error.reason}): save the file as UTF-8") from None
    if "\0" in text:
        raise ValueError(f"{place} is not UTF-8 text (it has a zero byte): save the file as UTF-8")
    columns = [" ".join(unicodedata.normalize("NFC", column).split()) for column in text.split("\t")]
    if len(columns) < 2 or (len(columns) > 2 and not extra_columns):
        hint = "; extra_columns=True leaves out those after the second" if len(columns) > 2 else ""
        found = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
        raise ValueError(f"{place} has {found}, not 2: a sentence, a tab, its translation{hint}")
    for side, column in zip(("sentence", "translation"), columns, strict=False):
        if not column:
            raise ValueError(f"{place} has no {side}")
    return columns[0], columns[1]


# phrases: Short English phrases and their French or Korean, read from files that are checked first.


PHRASES_FOLDER = Path(__file__).parent / "data"
PHRASES_SHA256 = {
    "french": "987d95933523f49440eab8a328dcd16b3484ad6bb7d5a96fdebba19dcd965a93",
    "korean": "2276a5bd2e2177ea72d1c567403d7fd5760af83ac7634f0d48887a4335c4da26",
}
PHRASES_ROWS = 20_000
PHRASES_CUTS = 16_000, 18_000  # where validation and test begin


def load_phrases(language, path=None):
    """The phrases of data/phrases_french.txt or data/phrases_korean.txt. The English is the same in both, row by row.

    language  "french" or "korean"
    path      the file, if it is another one than that in data beside this module
    returns   (train, validation, test), lists of 16,000, 2,000 and 2,000 pairs (English, translation) of str. What a
              phrase of one list is about, a date, an amount, a pair of things in a list, no phrase of another is about
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out, and for
              another language
    """
    if language not in PHRASES_SHA256:
        raise ValueError(f'language must be "french" or "korean", got {language!r}')
    path = PHRASES_FOLDER / f"phrases_{language}.txt" if path is None else Path(path)
    pairs = [tuple(line.split("\t")) for line in _checked_lines(path, PHRASES_SHA256[language], PHRASES_ROWS)]
    first, second = PHRASES_CUTS
    return pairs[:first], pairs[first:second], pairs[second:]


# shown_checks: Checks that show what came and what was wanted.


def agree(yours, wanted, what, tolerance=1e-5):
    """Compare a result with the wanted one, and show both where they differ.

    yours      a tensor, an array or a number: each entry may be off by `tolerance`; anything else must be equal
    wanted     the same, or lists of numbers for an array or a tensor
    what       str, what is compared: the first line of the message
    raises     AssertionError, with both shapes, both values, and the first place that differs
    """
    if not hasattr(yours, "shape") and not isinstance(yours, (int, float)):
        assert yours == wanted, f"{what}\nyours   {yours!r}\nwanted  {wanted!r}"
        return
    yours, wanted = _as_array(yours), _as_array(wanted)
    shown = f"{what}\nyours   {_shown_array(yours)}\nwanted  {_shown_array(wanted)}"
    assert yours.shape == wanted.shape, f"{shown}\nThe shapes differ."
    assert yours.dtype.kind in "biuf", f"{shown}\nNumbers are wanted, yours are of dtype {yours.dtype}."
    wrong = ~np.isclose(yours.astype(float), wanted.astype(float), rtol=0, atol=tolerance)
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        gap = float(yours[place]) - float(wanted[place])
        where = f" at {list(place)}" if place else ""
        raise AssertionError(
            f"{shown}\nThe first difference{where}: {gap:+.4g} ({wrong.sum()} of {wrong.size} differ)."
        )


def all_right(question, place, questions):
    """Say that a question's check has passed, and how far that is: `place` of `questions`."""
    print(f"{question}: all right ({place} of {questions})")


def _as_array(value):
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def _shown_array(array):
    """The shape and the numbers; the numbers below the shape if they need several lines."""
    numbers = np.array2string(array, precision=4, suppress_small=True, threshold=60, separator=", ")
    return f"shape {array.shape}" + ("\n" if "\n" in numbers else " ") + numbers


# small_models: Small torch models: one of two languages, for functions that train and measure any model, and one of likeness.


class EverySecondDoubled(nn.Module):
    """A dropout that can be followed by hand: in train mode numbers 0, 2, 4 ... of a vector are 0, the others doubled.

    modes    list of bool, whether each call so far was in train mode
    """

    def __init__(self):
        super().__init__()
        self.modes = []

    def forward(self, vectors):
        self.modes.append(self.training)
        if not self.training:
            return vectors
        doubled = torch.arange(vectors.shape[-1], device=vectors.device) % 2 * 2
        return vectors * doubled.to(vectors.dtype)


class WordBag(nn.Module):
    """Score each next token from the source's words, in no order, and the token read before.

    source    nn.Embedding (src_size, size); a source is the mean of its vectors, padding left out
    nothing   (size,), the vector of a source of EOS alone. A batch without such a source does not use it
    target    nn.Embedding (tgt_size, size), the token read before
    dropout   EverySecondDoubled, on tanh of the sum of the two
    output    nn.Linear from size to tgt_size
    modes     list of bool, whether each call so far was in train mode
    graphs    list of bool, whether the scores of each call so far had a graph
    """

    def __init__(self, src_size, tgt_size, size):
        super().__init__()
        self.source = nn.Embedding(src_size, size)
        self.nothing = nn.Parameter(torch.zeros(size))
        self.target = nn.Embedding(tgt_size, size)
        self.dropout = EverySecondDoubled()
        self.output = nn.Linear(size, tgt_size)
        self.modes, self.graphs = self.dropout.modes, []

    def forward(self, src, lengths, tgt, teacher_forcing_prob=1.0):
        """Scores (N, T - 1, tgt_size) of src (N, S), lengths (N,), tgt (N, T); ValueError if not always told."""
        if teacher_forcing_prob != 1:
            raise ValueError(f"a WordBag is always told the token before, not with {teacher_forcing_prob}")
        lengths = lengths.to(src.device)
        real = torch.arange(src.shape[1], device=src.device) < lengths[:, None]
        bags = (self.source(src) * real[:, :, None]).sum(dim=1) / lengths[:, None]
        if (lengths == 1).any():
            bags = torch.where(lengths[:, None] == 1, self.nothing, bags)
        hidden = torch.tanh(bags[:, None] + self.target(tgt[:, :-1]))
        logits = self.output(self.dropout(hidden))
        self.graphs.append(logits.requires_grad)
        return logits


class DistanceScore(nn.Module):
    """Score a key the lower, the farther it is from the query: minus the sum of weight (query - key)^2.

    weight   nn.Parameter (size,): of each of the first `size` numbers of query and key; the others do not count
    """

    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, query, keys):
        """Scores (N, S) of query (N, Q) and keys (N, S, K)."""
        size = len(self.weight)
        differences = query[:, None, :size] - keys[:, :, :size]
        return -(differences.square() @ self.weight)


# torch loads what optimizers need with the first one, which takes a second or two: once here, and then it is there for
# every process that is copied from this one.
FIRST_OPTIMIZER = torch.optim.SGD([torch.zeros(1)], lr=1.0)


def gradient_descent(model, rate):
    """An optimizer that takes plain steps: each parameter less rate times its gradient."""
    return type(FIRST_OPTIMIZER)(model.parameters(), lr=rate)


# vocabulary: The words or the characters of texts, and their ids.


PAD, SOS, EOS, UNK = 0, 1, 2, 3  # padding, start and end of a sequence, an unknown word
VOCABULARY_MARKS = ("<pad>", "<sos>", "<eos>", "<unk>")  # the words of these ids


class Vocabulary:
    """The words of some texts, or their characters, each with an id; the ids 0 to 3 are PAD, SOS, EOS and UNK.

    texts      an iterable of str
    min_count  int, how often a word must occur in the texts to have an id
    unit       "word" or "character"
    words      list of str, the word of each id: first the four marks, then the most frequent ones, ties in the order of
               the alphabet. len(vocabulary) is its length

    A word is a run of letters or a run of digits; any other character, white space aside, is a word of its own:
    "l'an 2031, 12월" is l, ', an, 2031, the comma, 12, 월. Capital letters stay as they are. In the unit "character"
    every character is a word, spaces too. Texts are composed first (NFC).

    Raises ValueError for another unit, a min_count below 1, and texts that are a single str.
    """

    def __init__(self, texts, min_count=1, unit="word"):
        if unit not in ("word", "character"):
            raise ValueError(f'unit must be "word" or "character", got {unit!r}')
        if min_count < 1:
            raise ValueError(f"min_count must be at least 1, got {min_count}")
        if isinstance(texts, str):
            raise ValueError("texts must be several texts, such as a list of str, got a single str")
        self.unit = unit
        counts = Counter(word for text in texts for word in self.split(text))
        frequent = [word for word in counts if counts[word] >= min_count]
        self.words = [*VOCABULARY_MARKS, *sorted(frequent, key=lambda word: (-counts[word], word))]
        self._ids = {word: id for id, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def split(self, text):
        """The words of a text, or its characters: a list of str."""
        text = unicodedata.normalize("NFC", text)
        return list(text) if self.unit == "character" else _split_words(text)

    def encode(self, text):
        """The ids of a text: a list of int, UNK for what has none. Neither SOS nor EOS is added."""
        return [self._ids.get(word, UNK) for word in self.split(text)]

    def decode(self, ids):
        """The text of some ids: words with a space between them, characters without.

        ids      an iterable of int: a list, or an array or a tensor (T,). The first EOS and all that follows it are
                 left out, and so are PAD and SOS; UNK is "<unk>"
        raises   ValueError for an id that no word has
        """
        words = []
        for id in map(int, ids):
            if not 0 <= id < len(self.words):
                raise ValueError(f"ids must be from 0 to {len(self.words) - 1}, got {id}")
            if id == EOS:
                break
            if id not in (PAD, SOS):
                words.append(self.words[id])
        return ("" if self.unit == "character" else " ").join(words)


def _split_words(text):
    """The runs of letters, the runs of digits and all other characters of a text, white space aside."""
    words = []
    for kind, run in groupby(text, _kind_in_words):
        if kind in ("letter", "digit"):
            words.append("".join(run))
        elif kind == "other":
            words.extend(run)
    return words


@cache
def _kind_in_words(character):
    """What a character is in a word: "letter", marks above and below letters included, "digit", "space" or "other"."""
    category = unicodedata.category(character)[0]
    return "space" if character.isspace() else {"L": "letter", "M": "letter", "N": "digit"}.get(category, "other")


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


# translation_plots: Pictures of translators: which words a decoder looked at, curves that are told apart without colour, one step.


HANGUL_FONTS = (
    "Noto Sans CJK KR", "Noto Sans KR", "Noto Sans CJK JP", "Noto Sans CJK SC", "Malgun Gothic", "Apple SD Gothic Neo",
    "AppleGothic", "NanumGothic", "NanumBarunGothic", "UnDotum", "Baekmuk Dotum", "Source Han Sans K",
)  # fmt: skip
HANGUL_INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h".replace("-", "").split(" ")
HANGUL_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
HANGUL_FINALS = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
]  # fmt: skip


def hangul_font():
    """The name of an installed font that has Korean letters, or None."""
    installed = set(font_manager.get_font_names())
    return next((name for name in HANGUL_FONTS if name in installed), None)


def in_latin_letters(text):
    """Korean syllables as they sound, letter by letter; all else as it is: "3월 4일" is "3wol 4il"."""
    return "".join(_syllable_in_latin(sign) if "가" <= sign <= "힣" else sign for sign in text)


def _syllable_in_latin(syllable):
    """A syllable of Unicode is 588 times its first letter, plus 28 times its vowel, plus its last letter."""
    first, rest = divmod(ord(syllable) - ord("가"), 588)
    return HANGUL_INITIALS[first] + HANGUL_VOWELS[rest // 28] + HANGUL_FINALS[rest % 28]


def plot_word_maps(maps, sources, targets, titles=None):
    """Maps of attention over words, one row per word that was written, one column per word read; black is 1, white 0.

    maps      list of arrays or tensors (T, S) of weights
    sources   list of lists of S words;  targets: list of lists of T words
    titles    list of str, or None

    Korean words are shown in Latin letters where no font with Korean letters is installed.
    """
    font = hangul_font()
    widths = [len(source) + 3 for source in sources]
    height = max(map(len, targets))
    figure, axes = plt.subplots(
        1, len(maps), figsize=(0.36 * sum(widths), 0.3 * height + 1.6), squeeze=False, layout="constrained",
        gridspec_kw={"width_ratios": widths},
    )  # fmt: skip
    for ax, weights, source, target, title in zip(
        axes.flat, maps, sources, targets, titles or [""] * len(maps), strict=True
    ):
        ax.imshow(np.asarray(weights), cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
        style = {"fontsize": 9, "family": [plt.rcParams["font.family"][0], *([font] if font else [])]}
        ax.set_xticks(range(len(source)), _as_words(source, font), rotation=60, ha="right", **style)
        ax.set_yticks(range(len(target)), _as_words(target, font), **style)
        ax.tick_params(length=0)
        ax.set_title(title, fontsize=9, loc="left")
    rows = [
        f"{word} at {source[int(np.argmax(row))]}"
        for weights, source, target in zip(maps, sources, targets, strict=True)
        for row, word in zip(np.asarray(weights), target, strict=True)
    ]
    show(figure, f"Maps of attention, each word that is written with the word it looked at most: {', '.join(rows)}")


def _as_words(words, font):
    return [word if font else in_latin_letters(word) for word in words]


def plot_lines(lines, xlabel, ylabel, labels=None, title=""):
    """Lines, each with a mark of its own beside its colour: `lines` maps a name to numbers.

    labels   list of str below the points, in place of 1, 2, 3 ...
    """
    figure, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
    for i, (name, numbers) in enumerate(lines.items()):
        draw_line(ax, i, range(1, len(numbers) + 1), list(numbers), name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if labels is None:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        ax.set_xticks(range(1, len(labels) + 1), labels)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, f"Lines of {ylabel} by {xlabel}{': ' if title else ''}{title}. {lines_in_words(lines)}")


def draw_decoder_step():
    """One step of an AttentionDecoder: the cell reads a token, its new state asks, state and context score the next."""
    boxes = {
        "token": (0, 0, "token read\n(N,)", "data"), "embedding": (0, 1.4, "embedding\n(N, D)", "layer"),
        "before": (0, 3, "hidden before\n(N, H)", "vector"), "cell": (2.6, 3, "GRU cell", "gate"),
        "hidden": (5, 3, "new hidden\n(N, H)", "vector"), "lookup": (5, 1.4, "soft_lookup", "layer"),
        "outputs": (2.6, 0, "encoder's outputs\n(N, S, K)", "vector"),
        "context": (7.6, 1.4, "context\n(N, K)", "vector"),
        "joined": (7.6, 3, "[hidden; context]\n(N, H + K)", "vector"), "output": (10.1, 3, "output", "layer"),
        "logits": (12, 3, "logits\n(N, V)", "data"), "mask": (5, 0, "mask (N, S)", "data"),
    }  # fmt: skip
    arrows = [
        ("token", "embedding"), ("embedding", "cell"), ("before", "cell"), ("cell", "hidden"),
        ("hidden", "lookup", "         query"), ("outputs", "lookup"), ("mask", "lookup"), ("lookup", "context"),
        ("context", "joined"), ("hidden", "joined"), ("joined", "output"), ("output", "logits"),
    ]  # fmt: skip
    draw_boxes(boxes, arrows, (12.9, 4.2), "One step of the decoder", [(3.2, 0.75, "keys and values")])
