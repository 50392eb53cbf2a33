"""Diagrams of encoders and decoders: what is read, what goes across, what is written."""

from itertools import pairwise


def draw_seq2seq(source, target, peeky=False, title=""):
    """An encoder and a decoder, unrolled: boxes per step, and the one vector h that goes across.

    source   list of str, the tokens in the order in which they are read; a space is shown as an open box
    target   list of str, led by its start token: the decoder reads target[:-1] and is to write target[1:]
    peeky    whether h also joins the input of the LSTM and of the affine layer at every step
    """
    width = 1.5 if peeky else 1.35
    middle, top = width * len(source), 6 if peeky else 5.2
    boxes, arrows = _encoder_steps(source, width)
    boxes["h"] = (middle, 3, "h", "vector")
    arrows.append((("read", len(source) - 1), "h"))
    for t, (read, wanted) in enumerate(pairwise(target)):
        x = middle + width * (t + 1)
        column = [("target", 0.7, _shown(read), "data"), ("target vector", 1.8, "embed", "layer"),
                  ("write", 3, "LSTM", "gate"), ("affine", top - 1.1, "affine", "layer"),
                  ("next", top, _shown(wanted), "data")]  # fmt: skip
        boxes |= {(name, t): (x, y, text, kind) for name, y, text, kind in column}
        arrows += [((below[0], t), (above[0], t)) for below, above in pairwise(column)]
        before = (("write", t - 1), ("write", t), "" if peeky else "h, c")
        arrows.append(before if t else ("h", ("write", t)))
    if peeky:
        _add_copies_of_h(boxes, arrows, len(target) - 1, middle, width)
    right = middle + width * len(target)
    notes = [
        ((middle - width) / 2, -0.2, "encoder: reads the source"),
        ((middle + right) / 2, -0.2, "decoder: reads a token,\nscores the next one"),
    ]
    draw_boxes(boxes, arrows, (right - 0.2, top + 0.9), title, notes)


def _shown(token):
    return "␣" if token == " " else token


def _encoder_steps(source, width):
    """Boxes and arrows of the encoder: tokens at the bottom, the LSTM's state going to the right."""
    boxes, arrows = {}, []
    for s, token in enumerate(source):
        boxes["source", s] = (width * s, 0.7, _shown(token), "data")
        boxes["source vector", s] = (width * s, 1.8, "embed", "layer")
        boxes["read", s] = (width * s, 3, "LSTM", "gate")
        arrows += [(("source", s), ("source vector", s)), (("source vector", s), ("read", s))]
        if s:
            arrows.append((("read", s - 1), ("read", s), "h, c"))
    return boxes, arrows


def _add_copies_of_h(boxes, arrows, steps, middle, width):
    """One copy of h per step of the decoder, between the two layers that it joins."""
    for t in range(steps):
        boxes["copy", t] = (middle + width * (t + 0.5), 3.95, "h", "vector")
        arrows.append((("copy", t - 1) if t else "h", ("copy", t)))
        arrows += [(("copy", t), ("write", t)), (("copy", t), ("affine", t))]
