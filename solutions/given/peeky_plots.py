"""Diagrams of the peeky decoder: what one step joins, and every way by which a gradient comes back to h."""


def draw_peeky_step():
    """One step of a peeky decoder: h is joined to the input of the LSTM and to that of the affine layer."""
    boxes = {
        "h": (0, 2, "h\n(N, H)", "vector"), "x": (2, 0.2, "word vectors\nxs[:, t]  (N, D)", "data"),
        "first": (2, 2, "h first, then x\n(N, H + D)", "data"), "lstm": (4.3, 2, "LSTM", "gate"),
        "hs": (6.3, 0.2, "hidden state\nhs[:, t]  (N, H)", "data"),
        "second": (6.3, 2, "h first, then hs\n(N, 2H)", "data"), "affine": (8.6, 2, "affine", "layer"),
        "scores": (10.6, 2, "scores[:, t]\n(N, V)", "data"), "above": (4.3, 3.6, "the same h", "vector"),
    }  # fmt: skip
    arrows = [
        ("h", "first"), ("x", "first"), ("first", "lstm"), ("lstm", "hs"), ("hs", "second"), ("h", "above"),
        ("above", "second"), ("second", "affine"), ("affine", "scores"),
    ]  # fmt: skip
    draw_boxes(boxes, arrows, (11.9, 4.8), "One step of a peeky decoder")


def draw_paths_to_h(steps=3):
    """Where gradients of h come from, in a peeky decoder of `steps` steps: arrows point the way of `backward`."""
    boxes = {
        "dh": (0, 2.8, "dh", "vector"),
        "state": (2.1, 2.8, "gradient of the\nfirst state", "vector"),
        "upper": (2.1, 4.5, "sum over steps", "vector"),
        "lower": (2.1, 1.1, "sum over steps", "vector"),
    }
    arrows = [("state", "dh"), ("lower", "dh"), ("upper", "dh")]
    for t in range(steps):
        x = 5.1 + 2.4 * t
        boxes |= {
            ("scores", t): (x, 6.6, f"dscores[:, {t}]", "loss"),
            ("affine", t): (x, 5.6, "affine", "layer"),
            ("upper", t): (x - 0.95, 4.5, "h part", "vector"),
            ("write", t): (x, 2.8, "LSTM", "gate"),
            ("lower", t): (x - 0.95, 1.1, "h part", "vector"),
            ("embed", t): (x, 0.1, "embed", "layer"),
        }
        arrows += [
            (("scores", t), ("affine", t)), (("affine", t), ("write", t)), (("write", t), ("embed", t)),
            (("affine", t), ("upper", t)), (("upper", t), ("upper", t - 1) if t else "upper"),
            (("write", t), ("lower", t)), (("lower", t), ("lower", t - 1) if t else "lower"),
            (("write", t), ("write", t - 1) if t else "state"),
        ]  # fmt: skip
    notes = [(2.1, 5.05, f"{steps} parts"), (2.1, 0.55, f"{steps} parts"), (2.1, 2.1, "1 part")]
    draw_boxes(boxes, arrows, (5.1 + 2.4 * steps - 0.9, 7.6), "All ways back to h", notes)
