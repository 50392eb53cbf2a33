"""What exact match to expect on full dates, epoch by epoch: medians of 3 trainings.

Written by `python -m solutions.05_attention.calibration.date_curves`; not edited by hand.
"""

EXPECTED_DATE_CURVES = {
    "attention": [
        0.0000, 0.1908, 0.9924, 0.9996, 0.9998,
    ],
    "peeky": [
        0.0002, 0.0068, 0.1762, 0.5796, 0.8694,
    ],
    "plain": [
        0.0000, 0.0000, 0.0000, 0.0004, 0.0000,
    ],
}  # fmt: skip


def expected_date_curves(*names):
    """Expected learning curves, each a list of 5 floats, one per epoch: "attention", "peeky", "plain".

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {f"{name}, expected": EXPECTED_DATE_CURVES[name] for name in names}
