"""Makes dates.txt, 50,000 English dates, and dates_languages.txt, 20,000 in five languages, each with its ISO form.

    python datasets/make_dates.py            # writes both files beside this script
    python datasets/make_dates.py --count    # prints the tables of README.md: the forms, and what is in the files

The names of months and days, and the patterns that are not our own, are Babel's copy of the CLDR. Another version of
the CLDR would write other dates, so this script runs with one version only. Of Python's generator only `random()` is
used: the one method whose numbers are promised to stay the same in later versions of Python.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from babel import Locale
from babel.core import get_cldr_version
from babel.dates import format_date

SEED = 48879
CLDR = "47"
FIRST, LAST = date(1970, 1, 1), date(2069, 12, 31)  # two digits of a year are enough to know it
HELD_OUT = 10  # one day in so many is kept for the test part
EXAMPLE = date(1994, 9, 27)

Item = TypeVar("Item")


class Form(NamedTuple):
    """One way of writing a date: what it is called in README.md, and the function that writes it."""

    name: str
    write: Callable[[date], str]


class Dataset(NamedTuple):
    """One file: each of its forms writes equally many rows of each part."""

    name: str
    width: int  # of a date, padding included
    train_rows: int
    test_rows: int
    forms: list[Form]


def cldr(language: str, name: str) -> Form:
    """A form of the CLDR, by the name that it has there."""
    locale = Locale.parse(language)
    formats = locale.date_formats if name in locale.date_formats else locale.datetime_skeletons
    pattern = formats[name].pattern
    return Form(f"CLDR {language}, {name}", lambda day: format_date(day, pattern, locale))


def own(pattern: str) -> Form:
    """A form of ours, in the pattern letters of the CLDR, with English names; `th` is the ending of an ordinal."""
    return Form(pattern, lambda day: format_date(day, pattern.replace("th", f"'{ending(day.day)}'"), "en_US"))


def lower(pattern: str) -> Form:
    """The same without capital letters."""
    return Form(f"{pattern}, in small letters", lambda day: own(pattern).write(day).lower())


def ending(number: int) -> str:
    """27 -> "th", as in 27th."""
    return "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


ENGLISH = [
    *(cldr("en_US", name) for name in ("full", "long", "medium", "short", "yMMMEd", "yMd")),
    *(cldr("en_GB", name) for name in ("full", "long", "medium", "yMMMEd")),
    *map(own, ("MMMM dth, y", "dth 'of' MMMM y", "d-MMM-yy", "MM/dd/y", "M-d-yy", "y-MM-dd", "y/M/d")),
    *map(lower, ("MMMM d, y", "MMM d y", "EEEE d MMMM y")),
]
NAMES = ("full", "long", "medium", "yMMMEd")
LANGUAGES = [cldr(language, name) for language in ("en_US", "ko_KR", "fr_FR", "de_DE", "ja_JP") for name in NAMES]
DATASETS = [
    Dataset("dates.txt", 29, 45_000, 5_000, ENGLISH),
    Dataset("dates_languages.txt", 30, 18_000, 2_000, LANGUAGES),
]


def make() -> dict[str, bytes]:
    """The files of this script, name to content: the same bytes at every call. RuntimeError with another CLDR."""
    if get_cldr_version() != CLDR:
        installed = get_cldr_version()
        raise RuntimeError(
            f"this is for the CLDR {CLDR}, and Babel has {installed}: install what requirements.lock says"
        )
    rng = Random(SEED)
    days = shuffled((FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1)), rng)
    cut = len(days) // HELD_OUT
    return {dataset.name: content(dataset, days[cut:], days[:cut], rng) for dataset in DATASETS}


def shuffled(items: Iterable[Item], rng: Random) -> list[Item]:
    """The items in random order."""
    return sorted(items, key=lambda _: rng.random())


def content(dataset: Dataset, train: list[date], test: list[date], rng: Random) -> bytes:
    """One file, from the days of its two parts."""
    lines = shuffled(rows(dataset, train, dataset.train_rows), rng)
    lines += shuffled(rows(dataset, test, dataset.test_rows), rng)
    return "".join(f"{line}\n" for line in lines).encode()


def rows(dataset: Dataset, days: list[date], number: int) -> list[str]:
    """The rows of one part: each form goes on in the days where the one before it stopped, round and round."""
    left = cycle(days)
    share = number // len(dataset.forms)
    return [row(form.write(day), day, dataset.width) for form in dataset.forms for day in islice(left, share)]


def row(text: str, day: date, width: int) -> str:
    """One line; ValueError if the date is too long."""
    if len(text) > width:
        raise ValueError(f"{text} has more than {width} characters")
    return f"{text:<{width}}_{day.isoformat()}"


def count(dataset: Dataset, text: str) -> str:
    """The tables of README.md for one file: its forms, and the repeats that are counted in it."""
    share = f"{100 / len(dataset.forms):g} %"
    forms = [["form", dataset.name, "share"], ["---", "---", "---:"]]
    forms += [[f"`{form.name}`", f"`{form.write(EXAMPLE)}`", share] for form in dataset.forms]
    lines = text.splitlines()
    head = ["part", "rows", "distinct days", "distinct texts", "repeats"]
    counted = [head, ["---", *["---:"] * 4]]
    counted.append(["train", *repeats(lines[: dataset.train_rows], dataset.width)])
    counted.append(["test", *repeats(lines[dataset.train_rows :], dataset.width)])
    return "\n\n".join("\n".join(f"| {' | '.join(cells)} |" for cells in table) for table in (forms, counted))


def repeats(lines: list[str], width: int) -> list[str]:
    """Rows, distinct days and distinct texts among them, rows that repeat a text."""
    days, texts = {line[width:] for line in lines}, {line[:width] for line in lines}
    return [f"{number:,}" for number in (len(lines), len(days), len(texts), len(lines) - len(texts))]


def main() -> None:
    """Write the files, each in one step, or with --count print what is in them."""
    parser = argparse.ArgumentParser(description="Make dates.txt and dates_languages.txt beside this script.")
    parser.add_argument("--count", action="store_true", help="write nothing, print what is in the files")
    only_count = parser.parse_args().count
    folder = Path(__file__).resolve().parent
    try:
        if only_count:
            texts = [(folder / dataset.name).read_text(encoding="utf-8", errors="replace") for dataset in DATASETS]
            sys.stdout.reconfigure(encoding="utf-8")
            print("\n\n".join(map(count, DATASETS, texts)))
        else:
            write(folder, make())
    except (OSError, RuntimeError) as error:
        sys.exit(f"{error}")


def write(folder: Path, made: dict[str, bytes]) -> None:
    """Put each file in place only when it is whole; OSError leaves the old one as it was."""
    for name, made_content in made.items():
        draft = folder / f".{name}.{os.getpid()}"
        try:
            draft.write_bytes(made_content)
            draft.replace(folder / name)
        finally:
            draft.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
