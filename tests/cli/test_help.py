"""The command line explains itself: examples that can be typed, a help that fits a screen, the nearest right word."""

from __future__ import annotations

import shlex

import pytest
import typer
from tiny_course import Commands, tiny_course

from autograder.cli.app import app

SCREEN = 40  # lines
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
START = "python -m autograder "
EXAMPLES = [
    (name, line.strip().removeprefix(START))
    for name, command in COMMANDS.items()
    for line in (command.epilog or "").splitlines()
    if line.strip().startswith(START)
]


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_an_example_is_a_command_with_options_of_its_own(name: str, line: str) -> None:
    command, *words = shlex.split(line)
    assert command == name
    read_options(name, words)


def test_an_unknown_option_in_an_example_is_noticed() -> None:
    with pytest.raises(Exception, match="No such option: --nothing"):
        read_options("grade", ["x.ipynb", "--nothing"])


def read_options(name: str, words: list[str]) -> None:
    """Take a command's options and arguments apart. Raises an error for an unknown one."""
    command = COMMANDS[name]
    _, rest, _ = command.make_parser(typer.Context(command)).parse_args(list(words))
    assert rest == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_a_help_of_one_screen(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    assert name in {example for example, _ in EXAMPLES}
    ran = Commands(tmp_path, monkeypatch, capsys)(name, "--help")
    assert (ran.status, len(ran.out.splitlines()) <= SCREEN) == (0, True)
    assert "Examples:" in ran.out


def test_the_list_of_commands_is_not_cut_off(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path) -> None:
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    ran = Commands(tmp_path, monkeypatch, capsys)("--help")
    assert "..." not in ran.out.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (["gradee"], "Did you mean 'grade'?"),
        (["validate", "1_tiny"], "Did you mean '01_tiny'?"),
        (["grade", ".", "--assignment", "01_tiny", "--questions", "duble"], "Did you mean 'double'?"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest_right_one(
    words: list[str], nearest: str, tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Commands(tiny_course(tmp_path), monkeypatch, capsys)(*words)
    assert ran.status == 2
    assert nearest in ran.err
