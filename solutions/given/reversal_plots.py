"""Pictures of distance in time: which step reads what another step writes, and what differs from place to place."""

import matplotlib.pyplot as plt
from matplotlib.patches import Arc
from matplotlib.ticker import MaxNLocator


def draw_lags(readings, target):
    """One line of steps per reading, and an arc from where a letter is read to where it is written.

    readings  name -> str, the source as it is read, each letter once; a space is padding
    target    str, the letters as they are written, without a start token; at least one of them is in each source
    """
    heights = [_highest_lag(source, target) * 0.375 + 2.3 for source in readings.values()]
    width = max(map(len, readings.values())) + len(target) + 0.4
    figure, axes = plt.subplots(
        len(readings), 1, figsize=(0.55 * width, 0.42 * sum(heights)), squeeze=False, layout="constrained",
        gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    for ax, height, (name, source) in zip(axes.flat, heights, readings.items(), strict=True):
        ax.set(xlim=(-0.7, width - 0.7), ylim=(-1.3, height - 1.3))
        ax.set_title(name, loc="left", fontsize=10)
        ax.axis("off")
        _draw_reading(ax, source, target)
    lags = [f"{name}: {', '.join(_lags_in_words(source, target))}" for name, source in readings.items()]
    show(figure, f"Steps from where a letter is read to where it is written. {'; '.join(lags)}")


def _lags_in_words(source, target):
    places = {letter: len(source) + i - source.index(letter) for i, letter in enumerate(target) if letter in source}
    return [f"{letter} {lag}" for letter, lag in places.items()]


def _highest_lag(source, target):
    return max(len(source) + i - source.index(letter) for i, letter in enumerate(target) if letter in source)


def _draw_reading(ax, source, target):
    """The steps of both, in one line, and the arcs between them."""
    for step, letter in enumerate(source + target):
        _draw_step(ax, step, letter, "layer" if step < len(source) else "gate")
    for text, first, letters in (("read", 0, source), ("written", len(source), target)):
        ax.text(first + (len(letters) - 1) / 2, -0.9, text, ha="center", va="center", fontsize=9, color="0.3")
    for i, letter in enumerate(target):
        if letter in source:
            _draw_lag(ax, source.index(letter), len(source) + i)


def _draw_step(ax, step, letter, kind):
    frame = {"boxstyle": "round,pad=0.3", "facecolor": FACE[kind], "edgecolor": "0.35", "linewidth": 0.8}
    text = "␣" if letter == " " else letter
    ax.text(step, 0, text, ha="center", va="center", family="monospace", bbox=frame, zorder=3)


def _draw_lag(ax, read, written):
    """An arc from one step to another, with the number of steps at its top."""
    lag = written - read
    ax.add_patch(Arc(((read + written) / 2, 0.4), lag, 0.75 * lag, theta1=0, theta2=180, color="0.45"))
    frame = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    ax.text((read + written) / 2, 0.4 + 0.375 * lag, lag, ha="center", va="center", fontsize=9, bbox=frame, zorder=3)


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
