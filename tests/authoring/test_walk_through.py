"""The first assignment of docs/first_assignment.md, made and graded word by word as the page says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from every_assignment import REPOSITORY
from tiny_course import in_a_process

PAGE = (REPOSITORY / "docs" / "first_assignment.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^`(?P<path>[^`]+)`(?P<at_end>, at its end, after an empty line)?:\n\n```(?:python|toml)\n(?P<text>.*?)^```$"
    r"|`(?P<edited>[^`]+)`, `(?P<old>[^`]+)` becomes\s`(?P<new>[^`]+)`"
    r"|^```console\n(?P<session>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
STATUS = re.compile(r"\[exit status (\d)\]")


@dataclass(frozen=True)
class Typed:
    """A command of the page, the lines below it, and the exit status that the page names."""

    command: str
    printed: list[str]
    status: int


def typed(session: str) -> Iterator[Typed]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, *printed = part.splitlines()
        statuses = [int(match[1]) for match in map(STATUS.fullmatch, printed) if match]
        yield Typed(command, [line for line in printed if not STATUS.fullmatch(line)], sum(statuses))


def follow(root: Path, step: re.Match[str]) -> None:
    """Do one step of the page in the course under `root`: write a file, add to one, edit one, or type commands."""
    if step["path"]:
        path = root / step["path"]
        assert path.exists() == bool(step["at_end"]), f"{path} is written once, and then added to"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{step['text']}" if step["at_end"] else step["text"])
    elif step["edited"]:
        path = root / step["edited"]
        text = path.read_text(encoding="utf-8")
        assert text.count(step["old"]) == 1
        path.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
    else:
        for line in typed(step["session"]):
            type_in(root, line)


def type_in(root: Path, line: Typed) -> None:
    """Run a command; compare its exit status, and the lines of the page with what it prints, in their order."""
    ran = in_a_process(root, "bash", "-c", line.command, COLUMNS="120")
    assert ran.status == line.status, f"{line.command}: {ran}"
    rest = iter(text.strip() for text in ran.out.splitlines())
    for wanted in line.printed:
        assert wanted in rest, f"{line.command}: {wanted!r} is not in {ran.out}"


def test_every_block_of_the_page_is_a_step() -> None:
    """A block without its path on the line before, or of another language, would be passed over."""
    steps = list(STEP.finditer(PAGE))
    blocks = [step for step in steps if not step["edited"]]
    assert len(blocks) == PAGE.count("\n```") / 2
    assert len(steps) == len(blocks) + PAGE.count("becomes")


def test_a_session_is_read() -> None:
    assert list(typed("$ one\n$ two\nprinted\n[exit status 1]\n")) == [
        Typed("one", [], 0),
        Typed("two", ["printed"], 1),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (Typed("echo one; exit 1", ["one"], 0), "status=1"),
        (Typed("echo one", ["one", "two"], 0), "'two' is not in one"),
        (Typed("echo two; echo one", ["one", "two"], 0), "'two' is not in two"),
    ],
)
def test_a_page_that_is_wrong_is_noticed(tmp_path: Path, line: Typed, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        type_in(tmp_path, line)


@pytest.mark.slow
def test_the_page_can_be_followed(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    (tmp_path / "solutions").mkdir()
    for step in STEP.finditer(PAGE):
        follow(tmp_path, step)
    assert not list((tmp_path / "solutions").iterdir())
