"""The current course; it is kept nowhere else as a global.

Its folder is named by the environment variable AUTOGRADER_COURSE; the default is the checkout that contains this
package, else the working folder. `using` sets another course for a block of code. New threads do not inherit that
choice: pass the course to them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from autograder.course.script_course import ScriptCourse

VARIABLE = "AUTOGRADER_COURSE"
CHECKOUT = Path(__file__).resolve().parents[2]

_chosen: ContextVar[ScriptCourse | None] = ContextVar("course", default=None)


def current() -> ScriptCourse:
    """The current course."""
    return _chosen.get() or ScriptCourse(_default_root())


@contextmanager
def using(course: ScriptCourse) -> Iterator[None]:
    """Work on another course inside the block."""
    token = _chosen.set(course)
    try:
        yield
    finally:
        _chosen.reset(token)


def work_on(course: ScriptCourse) -> None:
    """Work on `course` from now on, in this process, all of its threads and those it starts."""
    os.environ[VARIABLE] = str(course.root)


def _default_root() -> Path:
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).resolve()
    return CHECKOUT if (CHECKOUT / "solutions").is_dir() else Path.cwd()
