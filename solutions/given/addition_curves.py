"""What exact match to expect on full addition, epoch by epoch: medians of 3 trainings.

Written by `python -m solutions.04_peeky.calibration.addition_curves`; not edited by hand.
"""

EXPECTED_CURVES = {
    "plain": [
        0.0138, 0.0038, 0.0170, 0.0552, 0.0992, 0.1326, 0.1716, 0.1920, 0.2026, 0.2602, 0.2622,
        0.3030, 0.2788, 0.3020, 0.3306, 0.3236, 0.3614, 0.3420, 0.3816, 0.3998, 0.4196, 0.4340,
        0.4482, 0.4410, 0.4292,
    ],
    "reversed": [
        0.0154, 0.0152, 0.0162, 0.0324, 0.0726, 0.1722, 0.2702, 0.3760, 0.4230, 0.5008, 0.5488,
        0.5956, 0.6874, 0.7614, 0.8414, 0.8896, 0.8970, 0.9300, 0.9434, 0.9440, 0.9098, 0.9510,
        0.9396, 0.9460, 0.9670,
    ],
    "reversed + peeky": [
        0.0152, 0.0204, 0.0402, 0.0786, 0.2240, 0.4384, 0.6040, 0.7696, 0.8120, 0.8712, 0.8998,
        0.9030, 0.9308, 0.9394, 0.9444, 0.9550, 0.9474, 0.9436, 0.9630, 0.9358, 0.9558, 0.9568,
        0.9564, 0.9702, 0.9518,
    ],
}  # fmt: skip


def expected_curves(*names):
    """Expected learning curves, each a list of 25 floats, one per epoch: "plain", "reversed", "reversed + peeky".

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {f"{name}, expected": EXPECTED_CURVES[name] for name in names}
