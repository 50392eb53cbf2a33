"""The HTML pages' common ground: one jinja environment that escapes everything it is given."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from autograder.reports.outcomes import css_name
from autograder.reports.plain_text import clean, first_line, points


@cache
def _environment() -> jinja2.Environment:
    """The environment: autoescape on; a name that a template misspells is an error, not an empty place."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": points,
        "clean": clean,
        "first_line": first_line,
        "css": css_name,
        "percent": percent,
    }
    return environment


def percent(share: float | None) -> str:
    """A share in words: 83 %, or a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


@cache
def script(name: str) -> tuple[Markup, str]:
    """One of our scripts, and its hash as a page's policy names it: no other script runs there."""
    text = (files("autograder.reports") / "templates" / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"sha256-{digest}"


def render(template: str, **values: Any) -> str:
    """The page that a template makes of the values."""
    return _environment().get_template(template).render(values)
