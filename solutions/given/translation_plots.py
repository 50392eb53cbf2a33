"""Pictures of translators: which words a decoder looked at, curves that are told apart without colour, one step."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.ticker import MaxNLocator

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
