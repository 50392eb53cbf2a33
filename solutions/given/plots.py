"""Pictures of what was computed: curves, bars, heat maps."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator


def plot_curves(curves, ylabel, bounds=None, title="", log=False):
    """Learning curves: `curves` maps a name to its numbers, one per epoch; `bounds` maps a name to one height."""
    _, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    for name, numbers in curves.items():
        ax.plot(range(1, len(numbers) + 1), numbers, marker="o", markersize=3, label=name)
    for i, (name, height) in enumerate((bounds or {}).items(), start=len(curves)):
        ax.axhline(height, color=f"C{i}", linestyle="--", linewidth=1, label=f"{name}: {height:.3g}")
    ax.set(xlabel="epoch", ylabel=ylabel, title=title)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
        ax.yaxis.set_minor_formatter("{x:g}")
    ax.legend(frameon=False)
    plt.show()


def plot_distributions(distributions, labels, title="", columns=4):
    """Bar charts side by side: `distributions` maps a name to numbers (V,), `labels` names the V bars."""
    rows = -(-len(distributions) // columns)
    columns = min(columns, len(distributions))
    _, axes = plt.subplots(
        rows, columns, figsize=(2.7 * columns, 2.1 * rows), sharey=True, squeeze=False, layout="constrained"
    )
    for ax in axes.flat[len(distributions) :]:
        ax.set_visible(False)
    for ax, (name, numbers) in zip(axes.flat, distributions.items(), strict=False):
        bars = ax.bar(range(len(numbers)), numbers, color="tab:blue")
        for bar, number in zip(bars, numbers, strict=True):
            if number == 0:  # cut words get a cross, so that zero is not mistaken for small
                ax.text(bar.get_x() + bar.get_width() / 2, 0, "×", ha="center", va="bottom", color="tab:red")
        ax.set_title(name, fontsize=9)
        ax.set_xticks(range(len(labels)), labels, rotation=60 if max(map(len, labels)) > 3 else 0, fontsize=8)
    plt.suptitle(title)
    plt.show()


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
    plt.show()


def plot_agreement(pairs, title=""):
    """Analytic against numerical gradients: `pairs` maps a name to (analytic, numerical) of one shape."""
    _, ax = plt.subplots(figsize=(4.2, 4), layout="constrained")
    for name, (analytic, numerical) in pairs.items():
        ax.plot(np.ravel(numerical), np.ravel(analytic), ".", label=name)
    reach = max(np.abs(numerical).max() for _, numerical in pairs.values())
    ax.plot([-reach, reach], [-reach, reach], color="0.6", linewidth=1, zorder=0)
    ax.set(xlabel="numerical", ylabel="analytic", title=title)
    ax.legend(frameon=False)
    plt.show()
