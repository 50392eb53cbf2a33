"""Pictures of attention: how one step looks back, where each step of a model looked, and at which part of a date."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

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


def draw_attention_step():
    """How one state of the decoder gets its context vector: scores, weights, weighted sum."""
    boxes = {
        "h": (0.3, 2.2, "decoder state\nh  (N, H)", "vector"), "dot": (2.7, 2.2, "dot products", "layer"),
        "hs": (0.3, 0, "all encoder states\nhs  (N, S, H)", "vector"), "scores": (4.8, 2.2, "scores\n(N, S)", "data"),
        "softmax": (6.6, 2.2, "softmax", "layer"), "a": (8.4, 2.2, "weights\na  (N, S)", "data"),
        "sum": (8.4, 0, "weighted sum", "layer"), "c": (10.6, 0, "context vector\nc  (N, H)", "vector"),
        "mask": (6.6, 3.7, "mask (N, S)", "data"),
    }  # fmt: skip
    arrows = [
        ("h", "dot"), ("hs", "dot"), ("dot", "scores"), ("scores", "softmax"), ("mask", "softmax"), ("softmax", "a"),
        ("a", "sum"), ("hs", "sum"), ("sum", "c"),
    ]  # fmt: skip
    notes = [(1.2, 1.2, "keys"), (4.6, 0.25, "values"), (1.75, 2.5, "query")]
    draw_boxes(boxes, arrows, (11.8, 4.5), "One step of attention", notes)


def draw_attention_seq2seq(source, target, step=1):
    """An encoder and a decoder, unrolled: one step of the decoder looks at all states of the encoder.

    source   list of str, the tokens in the order in which they are read
    target   list of str, led by its start token: the decoder reads target[:-1] and is to write target[1:]
    step     the step of the decoder whose attention is drawn
    """
    boxes, arrows = _encoder_steps(source, 1.45)
    for s in range(len(source)):
        boxes["state", s] = (1.45 * s, 4.2, f"hs[:, {s}]", "vector")
        arrows += [(("read", s), ("state", s)), (("state", s), "attention")]
    for t, (read, wanted) in enumerate(pairwise(target)):
        x = 1.45 * (len(source) + t) + 0.4
        column = [("target", 0.7, read, "data"), ("target vector", 1.8, "embed", "layer"), ("write", 3, "LSTM", "gate"),
                  ("affine", 6.9, "affine", "layer"), ("next", 8, wanted, "data")]  # fmt: skip
        boxes |= {(name, t): (x, y, _shown(text), kind) for name, y, text, kind in column}
        arrows += [((below[0], t), (above[0], t)) for below, above in pairwise(column)]
        arrows.append((("write", t - 1) if t else ("read", len(source) - 1), ("write", t), "h, c" if t else "h"))
    x = boxes["write", step][0]
    boxes["attention"] = (x - 0.8, 5.4, "attention", "gate")
    arrows += [(("write", step), "attention"), ("attention", ("affine", step))]
    width = 1.45 * (len(source) + len(target)) - 0.8
    notes = [
        (x - 0.9, 6.3, "context"), (x / 3, 7.6, "Every other step does the same,\nwith weights of its own."),
        (0.725 * (len(source) - 1), -0.1, "encoder: keeps every state"),
        (1.45 * len(source) + 0.4 + 0.725 * (len(target) - 2), -0.1, "decoder: reads a token,\nscores the next one"),
    ]  # fmt: skip
    title = f"Step {step} of the decoder looks back at every state of the encoder"
    draw_boxes(boxes, arrows, (width, 8.9), title, notes)


def draw_paths_to_hs():
    """Where the gradients of the encoder's states come from: arrows point the way of `backward`."""
    boxes = {
        "scores": (11.4, 1.6, "dscores\n(N, T, V)", "loss"), "affine": (9.6, 1.6, "affine", "layer"),
        "contexts": (7.4, 2.9, "context part\n(N, T, H)", "data"),
        "states": (7.4, 0.3, "state part\n(N, T, H)", "data"),
        "attention": (5, 2.9, "attention", "gate"), "plus": (5, 0.3, "+", "layer"), "lstm": (3.6, 0.3, "LSTM", "gate"),
        "all": (2, 2.9, "values + keys:\nall steps", "vector"), "embed": (2, 0.3, "embed", "layer"),
        "first": (2, 1.6, "first state:\nlast step only", "vector"), "denc": (0, 2.2, "denc_hs\n(N, S, H)", "vector"),
    }  # fmt: skip
    arrows = [
        ("scores", "affine"), ("affine", "contexts"), ("affine", "states"), ("contexts", "attention"),
        ("attention", "plus"), ("states", "plus"), ("plus", "lstm"), ("attention", "all"), ("lstm", "first"),
        ("lstm", "embed"), ("all", "denc"), ("first", "denc"),
    ]  # fmt: skip
    draw_boxes(boxes, arrows, (12.4, 3.9), "All ways back to the encoder's states", [(5.55, 1.6, "queries")])
