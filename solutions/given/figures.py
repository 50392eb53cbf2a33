"""Showing a figure with a text that says what is on it; colours and marks that everyone can tell apart."""

import base64
import html
import io
import sys

import matplotlib.pyplot as plt

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
