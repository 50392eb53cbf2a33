"""The settings of a training question: its threshold, seeds and sizes.

They stand once, in `calibration/<question>.toml` of the assignment's folder, beside the calibration that found them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

from autograder.errors import TaskError


def training_settings(beside: str, question: str) -> SimpleNamespace:
    """The settings of `question`, by name. Raises TaskError if they cannot be read.

    beside  a file in a folder of the assignment: the hidden test, or the calibration's script
    """
    path = Path(beside).resolve().parents[1] / "calibration" / f"{question}.toml"
    try:
        return SimpleNamespace(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise TaskError(f"{path.parents[1].name}/calibration/{path.name} cannot be read: {error}") from None
