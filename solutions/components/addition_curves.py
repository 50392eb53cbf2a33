"""What exact match to expect on full addition, epoch by epoch: medians of 1 trainings.

Written by `python -m autograder.calibration.addition_curves`; not edited by hand.
"""

EXPECTED_CURVES = {
    "plain": [
        0.0158, 0.0020, 0.0158, 0.0552, 0.0992, 0.1326, 0.1716, 0.2090, 0.2026, 0.2602, 0.2462,
        0.2792, 0.2788, 0.2874, 0.3264, 0.3036, 0.3288, 0.3360, 0.3594, 0.3306, 0.2948, 0.2804,
        0.3854, 0.4062, 0.4292,
    ],
    "reversed": [
        0.0156, 0.0186, 0.0194, 0.0282, 0.0974, 0.1722, 0.2858, 0.3778, 0.4230, 0.5008, 0.5488,
        0.5956, 0.6874, 0.7614, 0.8414, 0.8896, 0.8970, 0.9300, 0.9498, 0.9440, 0.9398, 0.9510,
        0.9588, 0.9460, 0.9712,
    ],
    "reversed + peeky": [
        0.0028, 0.0204, 0.0426, 0.1368, 0.3262, 0.4880, 0.6652, 0.7696, 0.8120, 0.8712, 0.8998,
        0.9030, 0.9178, 0.9060, 0.9490, 0.9594, 0.9508, 0.9352, 0.9614, 0.9070, 0.9652, 0.9568,
        0.9496, 0.9702, 0.9518,
    ],
}  # fmt: skip


def expected_curves(*names):
    """Expected learning curves, each a list of 25 floats, one per epoch: "plain", "reversed", "reversed + peeky".

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {f"{name}, expected": EXPECTED_CURVES[name] for name in names}
