"""The form of progress that was asked for; it imports nothing that draws, as every command starts with it."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum


class Form(StrEnum):
    """The form of progress: as the console is (a bar or lines), or JSON."""

    AUTO = "auto"
    JSON = "json"


chosen_form: ContextVar[Form] = ContextVar("chosen_form", default=Form.AUTO)
