"""The class report's plots, as SVG to put into a page.

matplotlib is imported when the first plot is drawn. Text and lines take the page's own colour
(`currentColor`), so that a plot is readable on a light and on a dark page.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from autograder.reports.outcomes import ALL_OUTCOMES, STYLES
from autograder.reports.summary import QuestionSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#010203"  # stands for the page's text colour until the SVG is written
_WIDTH_INCHES = 6.4  # half the page
_BINS = 10
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "hatch.linewidth": 0.6,
    "hatch.color": _INK,
    **{f"{name}.color": _INK for name in ("text", "xtick", "ytick")},
    **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), _INK),
}


def totals_plot(shares: Sequence[float]) -> Markup:
    """The spread of the totals: a histogram in steps of ten per cent. `shares` lie in [0, 1]."""
    return _drawn("totals", "Distribution of totals", 2.6, lambda axes: _histogram(axes, shares), 2 * _WIDTH_INCHES)


def solved_plot(questions: Sequence[QuestionSummary]) -> Markup:
    """The share of graded students who solved each question."""
    height = _bars_height(questions)
    return _drawn("solved", "Share of students who solved each question", height, lambda axes: _solved(axes, questions))


def reasons_plot(questions: Sequence[QuestionSummary]) -> Markup:
    """The number of submissions per question and outcome, as stacked bars."""
    height = _bars_height(questions) + 0.5
    return _drawn("reasons", "Outcomes by question", height, lambda axes: _stacked(axes, questions))


def _bars_height(questions: Sequence[QuestionSummary]) -> float:
    return 0.7 + 0.32 * max(len(questions), 1)


def _drawn(name: str, label: str, height: float, draw: Callable[[Axes], None], width: float = _WIDTH_INCHES) -> Markup:
    """The figure that `draw` fills, as one <svg> element; the same data give the same text."""
    import matplotlib
    from matplotlib.figure import Figure

    text = io.StringIO()
    with matplotlib.rc_context({**_RC, "svg.hashsalt": name}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return _inline(text.getvalue(), name, label)


def _inline(svg: str, name: str, label: str) -> Markup:
    """The bare <svg> element with a name for screen readers and ids of its own (several share a page)."""
    element = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    for reference in ('id="', 'xlink:href="#', "url(#"):
        element = element.replace(reference, f"{reference}{name}-")
    return Markup(element.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1))


def _histogram(axes: Axes, shares: Sequence[float]) -> None:
    counts = _tenths(shares)
    edges = range(0, 101, 10)
    bars = axes.bar(edges[:-1], counts, width=9.2, align="edge", color=STYLES["correct"].colour)
    axes.bar_label(bars, labels=[str(n) if n else "" for n in counts], padding=2)
    axes.set(xlabel="total, % of the points", ylabel="students", xlim=(0, 100), xticks=edges)
    axes.set_ylim(0, max(1, *counts) * 1.18)
    axes.locator_params(axis="y", integer=True)


def _tenths(shares: Sequence[float]) -> list[int]:
    """The number of shares in each tenth; all points belong to the last."""
    tenths = [min(int(_BINS * s + 1e-9), _BINS - 1) for s in shares]
    return [tenths.count(i) for i in range(_BINS)]


def _solved(axes: Axes, questions: Sequence[QuestionSummary]) -> None:
    rows = range(len(questions))
    values = [100 * (q.solved or 0.0) for q in questions]
    bars = axes.barh(rows, values, color=STYLES["correct"].colour, height=0.7)
    labels = ["no marks" if q.solved is None else f"{value:.0f} %" for q, value in zip(questions, values, strict=True)]
    axes.bar_label(bars, labels=labels, padding=4)
    _question_axis(axes, questions)
    axes.set(xlabel="% of the students graded on it", xlim=(0, 112), xticks=range(0, 101, 25))


def _stacked(axes: Axes, questions: Sequence[QuestionSummary]) -> None:
    left = [0] * len(questions)
    for reason in (r for r in ALL_OUTCOMES if any(r in q.counts for q in questions)):
        counts = [q.counts.get(reason, 0) for q in questions]
        style = STYLES[reason]
        bars = axes.barh(
            range(len(questions)), counts, left=left, height=0.7, label=reason, color=style.colour, hatch=style.hatch
        )
        wide = max(sum(q.counts.values()) for q in questions) / 16
        axes.bar_label(bars, labels=[str(n) if n > wide else "" for n in counts], label_type="center", color="#000000")
        left = [a + b for a, b in zip(left, counts, strict=True)]
    _question_axis(axes, questions)
    axes.set_xlabel("submissions")
    axes.figure.legend(loc="outside lower center", ncols=4, frameon=False)


def _question_axis(axes: Axes, questions: Sequence[QuestionSummary]) -> None:
    """Questions from top to bottom in the order of the assignment."""
    axes.set_yticks(range(len(questions)), [q.id for q in questions], parse_math=False)
    axes.set_ylim(len(questions) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
