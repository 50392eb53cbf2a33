"""Makes addition.txt: 50,000 sums as text, the first 45,000 to learn from, the last 5,000 to be judged by.

    python datasets/make_addition.py            # writes addition.txt beside this script
    python datasets/make_addition.py --count    # prints the table of README.md, counted in the file as it is

Of Python's generator only `random()` is used: the one method whose numbers are promised to stay the same in later
versions of Python.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from itertools import cycle, islice, product
from pathlib import Path
from random import Random
from typing import TypeVar

SEED = 57005
NAME = "addition.txt"
QUESTION, ANSWER = 7, 5  # characters, padding included
NUMBERS = {1: range(10), 2: range(10, 100), 3: range(100, 1000)}  # by their number of digits
PAIRS = list(product(NUMBERS, NUMBERS))  # (digits of the first operand, digits of the second)
TRAIN_ROWS, TEST_ROWS = 45_000, 5_000
HELD_OUT = 10  # one question in so many is kept for the test part

Item = TypeVar("Item")

HEADINGS = ["digits", "questions", "train rows", "distinct", "repeats", "test rows", "distinct", "repeats"]
HEADINGS += ["mirror in train", "rows of these"]


def make() -> dict[str, bytes]:
    """The files of this script, name to content: the same bytes at every call."""
    rng = Random(SEED)
    train: list[str] = []
    test: list[str] = []
    for pair in PAIRS:
        deck = shuffled(range(questions(pair)), rng)
        cut = len(deck) // HELD_OUT
        test += [row(pair, number) for number in islice(cycle(deck[:cut]), rows_of_test(pair))]
        train += [row(pair, number) for number in islice(cycle(deck[cut:]), TRAIN_ROWS // len(PAIRS))]
    lines = shuffled(train, rng) + shuffled(test, rng)
    return {NAME: "".join(f"{line}\n" for line in lines).encode("ascii")}


def shuffled(items: Iterable[Item], rng: Random) -> list[Item]:
    """The items in random order."""
    return sorted(items, key=lambda _: rng.random())


def questions(pair: tuple[int, int]) -> int:
    """How many questions there are of these two numbers of digits."""
    return len(NUMBERS[pair[0]]) * len(NUMBERS[pair[1]])


def rows_of_test(pair: tuple[int, int]) -> int:
    """555, and one more where an operand has three digits: that makes 5,000."""
    return TEST_ROWS // len(PAIRS) + (3 in pair)


def row(pair: tuple[int, int], number: int) -> str:
    """The line of the question `number`, counted from 0 in the order of its operands."""
    first, second = divmod(number, len(NUMBERS[pair[1]]))
    a, b = NUMBERS[pair[0]][first], NUMBERS[pair[1]][second]
    return f"{f'{a}+{b}':<{QUESTION}}{f'_{a + b}':<{ANSWER}}"


def count(text: str) -> str:
    """The table of README.md: rows, distinct questions and repeats of each part, by the operands' digits."""
    asked = [line[:QUESTION].rstrip() for line in text.splitlines()]
    train, test = asked[:TRAIN_ROWS], asked[TRAIN_ROWS:]
    known = set(train)
    lines = [
        counted(f"{a} + {b}", questions((a, b)), of_pair(train, (a, b)), of_pair(test, (a, b)), known) for a, b in PAIRS
    ]
    lines.append(counted("all", sum(map(questions, PAIRS)), train, test, known))
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in [HEADINGS, ["---:"] * len(HEADINGS), *lines]])


def of_pair(asked: list[str], pair: tuple[int, int]) -> list[str]:
    """The questions whose operands have these numbers of digits."""
    return [question for question in asked if tuple(map(len, question.split("+"))) == pair]


def counted(name: str, possible: int, train: list[str], test: list[str], known: set[str]) -> list[str]:
    """One line of the table."""
    mirrored = [question for question in test if mirror(question) in known]
    numbers = [possible, *repeats(train), *repeats(test), len(set(mirrored)), len(mirrored)]
    return [name, *(f"{number:,}" for number in numbers)]


def repeats(asked: list[str]) -> tuple[int, int, int]:
    """Rows, distinct questions among them, rows that repeat one."""
    return len(asked), len(set(asked)), len(asked) - len(set(asked))


def mirror(question: str) -> str:
    """The same sum with its operands exchanged: `57+5` -> `5+57`."""
    return "+".join(reversed(question.split("+")))


def main() -> None:
    """Write the file in one step, or with --count print what is in it."""
    parser = argparse.ArgumentParser(description="Make addition.txt beside this script.")
    parser.add_argument("--count", action="store_true", help="write nothing, print what is in the file")
    only_count = parser.parse_args().count
    folder = Path(__file__).resolve().parent
    try:
        if only_count:
            print(count((folder / NAME).read_text(encoding="ascii", errors="replace")))
        else:
            write(folder, make())
    except OSError as error:
        sys.exit(f"{error.strerror or error}: {NAME}")


def write(folder: Path, made: dict[str, bytes]) -> None:
    """Put each file in place only when it is whole; OSError leaves the old one as it was."""
    for name, content in made.items():
        draft = folder / f".{name}.{os.getpid()}"
        try:
            draft.write_bytes(content)
            draft.replace(folder / name)
        finally:
            draft.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
