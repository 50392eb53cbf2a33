"""Marks in the form that a platform takes: Canvas, Moodle, and JUnit for continuous integration."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """The forms in which marks can be written."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"
    JUNIT = "junit"
