"""The kinds of zips."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """For whom a zip is made."""

    STUDENT = "student"
    GRADESCOPE = "gradescope"
