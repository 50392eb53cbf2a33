"""The text of given.py: docstring, table of contents, imports, then one section for each source."""

from __future__ import annotations

import textwrap
from itertools import pairwise

from autograder.course.handout.closure import Closure
from autograder.course.handout.imports import import_lines
from autograder.course.handout.order import ordered_groups
from autograder.course.handout.sources import Definition, Source

WIDTH = 110


def given_text(assignment: str, closure: Closure) -> str:
    """The text of given.py for `assignment`, "" if nothing is handed out. Raises TaskError if it cannot be ordered."""
    groups = ordered_groups(closure)
    if not groups:
        return ""
    contents = "\n".join(_contents_line(source, group) for source, group in groups.items())
    head = f"{_docstring(assignment, contents)}\n\n{import_lines(closure.all_imports())}".rstrip()
    return f"{head}\n\n" + "\n\n\n".join(_section(source, group) for source, group in groups.items()) + "\n"


def _docstring(assignment: str, contents: str) -> str:
    return (
        f'"""What assignment {assignment} hands out. Nothing in here is to be written or changed.\n\n'
        "Built by `python -m autograder build` from one source per component: edit those, not this file.\n\n"
        f'Contents, in the order of the file:\n\n{contents}\n"""'
    )


def _contents_line(source: Source, group: list[Definition]) -> str:
    """A section's name and the names defined in it that are worth listing."""
    names = _worth_listing(group)
    about = f"the answer to {source.assignment}" if source.assignment else ", ".join(names)
    if source.assignment and names != [source.name]:
        about += f": {', '.join(names)}"
    return textwrap.fill(f"- {source.name}: {about}", WIDTH, subsequent_indent="  ", break_long_words=False)


def _worth_listing(group: list[Definition]) -> list[str]:
    """The functions and classes, or the constants if there are none; private names only if all are private."""
    listed = [definition for definition in group if definition.is_block] or group
    names = [name for definition in listed for name in sorted(definition.bound)]
    return [name for name in names if not name.startswith("_")] or names


def _section(source: Source, group: list[Definition]) -> str:
    about = "\n".join(f"# {line}".rstrip() for line in f"{source.name}: {source.about}".split("\n"))
    gaps = ["\n" * (1 + _blank_lines(above, below)) for above, below in pairwise(group)]
    body = "".join(f"{gap}{definition.text}" for gap, definition in zip(["", *gaps], group, strict=True))
    return f"{about}\n\n\n{body}"


def _blank_lines(above: Definition, below: Definition) -> int:
    """As many as in the source, two beside a function or a class."""
    return max(below.blank, 2 if above.is_block or below.is_block else 0)
