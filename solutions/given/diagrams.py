"""Diagrams of structure: boxes and arrows drawn by code."""

import matplotlib.pyplot as plt

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
