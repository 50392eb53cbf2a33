"""Pictures of what was computed: curves, bars, heat maps."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

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
