"""Checks that show what came and what was wanted."""

import numpy as np


def agree(yours, wanted, what, tolerance=1e-5):
    """Compare a result with the wanted one, and show both where they differ.

    yours      a tensor, an array or a number: each entry may be off by `tolerance`; anything else must be equal
    wanted     the same, or lists of numbers for an array or a tensor
    what       str, what is compared: the first line of the message
    raises     AssertionError, with both shapes, both values, and the first place that differs
    """
    if not hasattr(yours, "shape") and not isinstance(yours, (int, float)):
        assert yours == wanted, f"{what}\nyours   {yours!r}\nwanted  {wanted!r}"
        return
    yours, wanted = _as_array(yours), _as_array(wanted)
    shown = f"{what}\nyours   {_shown_array(yours)}\nwanted  {_shown_array(wanted)}"
    assert yours.shape == wanted.shape, f"{shown}\nThe shapes differ."
    assert yours.dtype.kind in "biuf", f"{shown}\nNumbers are wanted, yours are of dtype {yours.dtype}."
    wrong = ~np.isclose(yours.astype(float), wanted.astype(float), rtol=0, atol=tolerance)
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        gap = float(yours[place]) - float(wanted[place])
        where = f" at {list(place)}" if place else ""
        raise AssertionError(
            f"{shown}\nThe first difference{where}: {gap:+.4g} ({wrong.sum()} of {wrong.size} differ)."
        )


def agree_gradients(gradients, what, tolerance=1e-5):
    """Compare gradients with the wanted ones, one line for each: its name, right or wrong, its largest error.

    gradients  name -> (yours, wanted); an error is given relative to the largest wanted entry
    what       str, what is compared: the first line of the message
    raises     AssertionError with all lines, and both arrays of the first gradient that is wrong
    """
    lines, first_wrong = [], None
    for name, (yours, wanted) in gradients.items():
        line = _gradient_line(name, yours, wanted, tolerance)
        lines.append(line)
        if first_wrong is None and "wrong" in line:
            first_wrong = name
    if first_wrong is not None:
        table = "\n".join([what, *lines])
        agree(*gradients[first_wrong], f"{table}\n{first_wrong}:", tolerance)
        raise AssertionError(table)


def _gradient_line(name, yours, wanted, tolerance):
    """One line: right, or wrong with the largest error, or with both shapes."""
    yours, wanted = _as_array(yours), _as_array(wanted)
    if yours.shape != wanted.shape:
        return f"  wrong  {name}: shape {yours.shape}, wanted {wanted.shape}"
    gap = float(np.abs(yours - wanted).max(initial=0.0))
    scale = float(np.abs(wanted).max(initial=0.0)) or 1.0
    word = "right" if gap <= tolerance else "wrong"  # NaN is wrong
    return f"  {word}  {name}: largest error {gap / scale:.1g} of its largest entry"


def all_right(question, place, questions):
    """Say that a question's check has passed, and how far that is: `place` of `questions`."""
    print(f"{question}: all right ({place} of {questions})")


def refused(call, named, what):
    """Check that a call raises ValueError, with a message that names something.

    call    a function without arguments
    named   str that the message must hold
    raises  AssertionError that says what came instead
    """
    try:
        came, message = f"no error, but {call()!r}", None
    except Exception as error:
        came, message = f"{type(error).__name__}: {error}", str(error) if isinstance(error, ValueError) else None
    assert message is not None, f"{what}\nyours   {came}\nwanted  ValueError"
    assert named in message, f"{what}\nyours   {came}\nwanted  a message that names {named!r}"


def _as_array(value):
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def _shown_array(array):
    """The shape and the numbers; the numbers below the shape if they need several lines."""
    numbers = np.array2string(array, precision=4, suppress_small=True, threshold=60, separator=", ")
    return f"shape {array.shape}" + ("\n" if "\n" in numbers else " ") + numbers
