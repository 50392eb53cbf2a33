"""Checks that show what came and what was wanted."""

import numpy as np


def agree(what, yours, wanted, tolerance=1e-5):
    """Compare a result with the wanted one, and show both where they differ.

    what       str, what is compared: the first line of the message
    yours      a tensor, an array or a number: each entry may be off by `tolerance`; anything else must be equal
    wanted     the same, or lists of numbers for a tensor
    raises     AssertionError, with both shapes, both values, and the first place that differs
    """
    if not hasattr(yours, "shape") and not isinstance(yours, (int, float)):
        assert yours == wanted, f"{what}\nyours   {yours}\nwanted  {wanted}"
        return
    yours, wanted = (np.asarray(each.detach().cpu() if hasattr(each, "detach") else each) for each in (yours, wanted))
    shown = f"{what}\nyours   {_shown_array(yours)}\nwanted  {_shown_array(wanted)}"
    assert yours.shape == wanted.shape, f"{shown}\nThe shapes differ."
    wrong = ~np.isclose(yours.astype(float), wanted.astype(float), rtol=0, atol=tolerance)
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        gap = float(yours[place]) - float(wanted[place])
        where = f" at {list(place)}" if place else ""
        raise AssertionError(
            f"{shown}\nThe first difference{where}: {gap:+.4g} ({wrong.sum()} of {wrong.size} differ)."
        )


def _shown_array(array):
    """The shape and the numbers; the numbers below the shape if they need several lines."""
    numbers = np.array2string(array, precision=4, suppress_small=True, threshold=60, separator=", ")
    return f"shape {array.shape}" + ("\n" if "\n" in numbers else " ") + numbers
