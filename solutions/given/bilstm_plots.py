"""Diagrams of reading both ways and of deep stacks: who reads what when, where gates lie, what skips a layer."""

from itertools import pairwise

import matplotlib.pyplot as plt

GATE_FACES = {"f": "#fde3c8", "g": "#dbe9f6", "i": "#d5e8d4", "o": "#f6d5d5"}


def draw_two_directions(tokens, title="Two LSTMs read the same sequence"):
    """A layer that reads both ways, unrolled: one LSTM hands its state to the right, the other to the left.

    tokens   list of str, one per time step
    """
    boxes, arrows = {}, []
    for t, token in enumerate(tokens):
        column = {"token": (0, token, "data"), "right": (1.3, "LSTM 1", "gate"), "left": (2.6, "LSTM 2", "layer"),
                  "joined": (3.9, f"hs[:, {t}]", "vector")}  # fmt: skip
        x = 2.2 * t
        places = {"token": x, "right": x - 0.45, "left": x + 0.45, "joined": x}
        boxes |= {(name, t): (places[name], y, text, kind) for name, (y, text, kind) in column.items()}
        arrows += [(("token", t), ("right", t)), (("token", t), ("left", t))]
        arrows += [(("right", t), ("joined", t)), (("left", t), ("joined", t))]
        if t:
            arrows += [(("right", t - 1), ("right", t), "h, c"), (("left", t), ("left", t - 1), "h, c")]
    draw_boxes(boxes, arrows, (2.2 * len(tokens) - 0.8, 5), title)


def draw_right_to_left(rows):
    """Padded sequences, and in small numbers the step in which reading from right to left comes to each place of them.

    rows     list of str of one length, each character a time step, "_" for padding, which stands on the right
    """
    by_rows = [len(row.rstrip("_")) for row in rows]
    readings = {"all rows turned round": [len(row) for row in rows], "each row from its last real step": by_rows}
    size = 1.3 * len(rows[0]) + 0.6, 0.62 * len(rows) + 0.5
    figure, axes = plt.subplots(1, 2, figsize=size, layout="constrained")
    for ax, (name, firsts) in zip(axes, readings.items(), strict=True):
        ax.set(xlim=(-0.5, len(rows[0]) - 0.3), ylim=(-len(rows) + 0.3, 0.5), title=name)
        ax.axis("off")
        for y, (row, first) in enumerate(zip(rows, firsts, strict=True)):
            for t, token in enumerate(row):
                _draw_place(ax, t, -y, token, first - t)
    starts = [f"{name}: they begin at places {', '.join(map(str, firsts))}" for name, firsts in readings.items()]
    show(figure, f"The order in which {', '.join(rows)} are read from right to left. {'; '.join(starts)}")


def _draw_place(ax, x, y, token, step):
    """One place of a padded sequence; `step` is the number of the step that reads it, below 1 for none."""
    face = FACE["drop" if token == "_" else "gate"]
    frame = {"boxstyle": "round,pad=0.3", "facecolor": face, "edgecolor": "0.35", "linewidth": 0.8}
    ax.text(x, y, token, ha="center", va="center", family="monospace", bbox=frame)
    if step > 0:
        ax.text(x + 0.27, y - 0.27, step, ha="center", va="center", fontsize=8, color="#D55E00", fontweight="bold")


def draw_gate_orders():
    """Where the gates lie in the weights of an LSTM: ours side by side, torch's one below the other."""
    figure, (ours, theirs) = plt.subplots(
        1, 2, figsize=(7, 3.2), layout="constrained", gridspec_kw={"width_ratios": (2, 1)}
    )
    for place, gate in enumerate("fgio"):
        _draw_block(ours, (1.5 * place, 1), 1.5, 1.2, gate)
    for place, gate in enumerate("ifgo"):
        _draw_block(theirs, (0, 3 - place), 1.2, 1, gate)
    ours.set(xlim=(-0.8, 6.6), ylim=(-0.6, 3.6), title="here: Wx (D, 4H)")
    theirs.set(xlim=(-0.8, 2), ylim=(-0.2, 4.6), title="torch: weight_ih (4H, D)")
    for ax, x, y, text in ((ours, 0.75, 2.35, "H"), (ours, -0.3, 1.6, "D"), (theirs, 0.6, 4.15, "D"),
                           (theirs, -0.3, 3.5, "H")):  # fmt: skip
        ax.text(x, y, text, ha="center", va="center", fontsize=9, color="0.3")
        ax.axis("off")
    show(
        figure, "The gates in an LSTM's weights: here f, g, i, o side by side; in torch i, f, g, o one below the other"
    )


def _draw_block(ax, corner, width, height, gate):
    """One gate's part of a matrix: a rectangle with its letter."""
    face = {"facecolor": GATE_FACES[gate], "edgecolor": "0.35"}
    ax.add_patch(plt.Rectangle(corner, width, height, **face))
    ax.text(corner[0] + width / 2, corner[1] + height / 2, gate, ha="center", va="center")


def draw_residual_stack(widths, title="A stack with skip connections"):
    """LSTM layers one upon the other, here from left to right, with a skip connection where both sides are as wide.

    widths   list of int: the last axis of the input, then of each layer's output
    """
    boxes = {("sum", 0): (0, 0.6, f"xs\n{widths[0]}", "data")}
    arrows, notes = [], []
    for layer, (before, after) in enumerate(pairwise(widths), start=1):
        x = 3.4 * (layer - 1)
        boxes["layer", layer] = (x + 1.7, 0.6, f"LSTM {layer}\n{before} to {after}", "gate")
        arrows.append((("sum", layer - 1), ("layer", layer)))
        boxes["sum", layer] = (x + 3.4, 0.6, f"+\n{after}" if before == after else f"hs\n{after}", "vector")
        arrows.append((("layer", layer), ("sum", layer)))
        if before == after:
            boxes["skip", layer] = (x + 1.7, 2.3, "skip", "data")
            arrows += [(("sum", layer - 1), ("skip", layer)), (("skip", layer), ("sum", layer))]
        else:
            notes.append((x + 1.7, 1.6, "no skip"))
    draw_boxes(boxes, arrows, (3.4 * (len(widths) - 1) + 1.1, 3.4), title, notes)
