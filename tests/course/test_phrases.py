"""The files of phrases, read here by patterns of our own, without Babel; their loader; what README.md says of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from course.dataset_files import COMPONENTS, FOLDER, TODO, components, module, told
from every_assignment import REPOSITORY, SAMPLE_COURSE

from autograder.authoring import build

FILES = {"french": FOLDER / "phrases_french.txt", "korean": FOLDER / "phrases_korean.txt"}
CUTS = ((0, 16_000), (16_000, 18_000), (18_000, 20_000))
ENGLISH, FRENCH, KOREAN = range(3)

MONTHS = (
    "january february march april may june july august september october november december".split(),
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
)
WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday".split(),
    "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일".split(),
)
NUMBER = r"\d{1,2},\d{3}|\d+(?:\.\d+)?"
TIME = r"(?P<hour>1[0-2]|[1-9]):(?P<minute>[0-5]\d) (?P<half>am|pm)"
DAY = (
    rf"(?:(?P<weekday>{'|'.join(WEEKDAYS[0])}), )?(?P<month>{'|'.join(MONTHS[0])}) (?P<day>\d\d?), (?P<year>20[0-4]\d)"
)
DATE = re.compile(rf"{DAY}(?: at {TIME})?")
CLOCK = re.compile(TIME)
DISTANCE = re.compile(
    r"(?P<ahead>in )?(?P<number>\d+) (?P<unit>second|minute|hour|day|week|month|year)s(?(ahead)| ago)"
)
MEASURE = re.compile(rf"(?P<number>{NUMBER}) (?P<unit>\D.*)")
TONE = re.compile(r" (medium-)?(light|medium|dark) skin tone")
JOINED = re.compile(r", and |, or |, | and | or ")

each_file = pytest.mark.parametrize("language", FILES)


@cache
def pairs(language: str) -> list[tuple[str, str]]:
    """The pairs of a file."""
    lines = FILES[language].read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    return [(english, translation) for english, translation in (line.split("\t") for line in lines)]


@cache
def rows() -> list[tuple[str, str, str]]:
    """English, French and Korean of every row."""
    return [(*first, second[1]) for first, second in zip(pairs("french"), pairs("korean"), strict=True)]


def parts() -> Iterator[list[tuple[str, str, str]]]:
    """The rows of train, of validation and of test."""
    return (rows()[low:high] for low, high in CUTS)


def contents(english: str) -> set[Any]:
    """What an English phrase is about."""
    if match := DATE.fullmatch(english) or CLOCK.fullmatch(english):
        groups = match.groupdict()
        day = {(groups["year"], groups["month"], groups["day"])} if "year" in groups else set()
        return day | ({(groups["hour"], groups["minute"], groups["half"])} if groups["hour"] else set())
    if match := DISTANCE.fullmatch(english) or MEASURE.fullmatch(english):
        return {(match["number"], match["unit"])}
    items = JOINED.split(english)
    return {frozenset(pair) for pair in combinations(items, 2)} or {TONE.sub("", english)}


def names(english: str) -> set[str]:
    """The names that are put together in an English phrase: the items of a list, a language and its territory."""
    if DATE.fullmatch(english) or DISTANCE.fullmatch(english) or MEASURE.fullmatch(english):
        return set()
    if match := re.fullmatch(r"(.+) \((.+)\)", english):
        return set(match.groups())
    items = JOINED.split(english)
    return set(items) if len(items) > 1 else set()


@pytest.mark.parametrize(("first", "second"), [
    ("march 4, 2031", "tuesday, march 4, 2031 at 9:15 pm"),
    ("9:15 pm", "march 4, 2031 at 9:15 pm"),
    ("in 3 hours", "3 hours ago"),
    ("a, b, and c", "c or a"),
    ("man juggling", "man juggling medium-light skin tone"),
    ("woman medium skin tone beard", "woman dark skin tone beard"),
    ("12.50 us dollars", "12.50 us dollars"),
])  # fmt: skip
def test_what_phrases_have_in_common(first: str, second: str) -> None:
    assert contents(first) & contents(second)


@pytest.mark.parametrize(("first", "second"), [
    ("march 4, 2031", "march 14, 2031"), ("9:15 pm", "9:15 am"), ("3 hours ago", "3 days ago"), ("a and b", "a and c"),
    ("12 feet", "12 square feet"), ("12 feet", "112 feet"), ("man juggling", "woman juggling"),
    ("march 4, 2031 at 9:15 pm", "march 5, 2031 at 9:16 pm"), ("french (switzerland)", "french (belgium)"),
])  # fmt: skip
def test_what_phrases_do_not_have_in_common(first: str, second: str) -> None:
    assert not contents(first) & contents(second)


# the split


def test_both_files_have_the_same_english() -> None:
    assert [english for english, _ in pairs("french")] == [english for english, _ in pairs("korean")]
    assert len(rows()) == CUTS[-1][1]


@pytest.mark.parametrize("place", [ENGLISH, FRENCH, KOREAN])
def test_no_text_comes_twice(place: int) -> None:
    assert len({row[place] for row in rows()}) == len(rows())


def test_no_content_is_in_two_parts() -> None:
    train, validation, test = (set().union(*(contents(row[ENGLISH]) for row in part)) for part in parts())
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_what_is_named_together_in_any_phrase_is_held_out_nowhere() -> None:
    named = set().union(*(names(english) for english, _, _ in rows()))
    assert {"switzerland", "urdu", "rugby football"} <= named
    _, *held_out = ({row[ENGLISH] for row in part} for part in parts())
    assert [named & texts for texts in held_out] == [set(), set()]


@pytest.mark.parametrize("place", [ENGLISH, FRENCH, KOREAN])
def test_every_word_of_a_held_out_phrase_is_twice_in_train(given: ModuleType, place: int) -> None:
    split = given.Vocabulary([]).split
    train, *held_out = ([set(split(row[place])) for row in part] for part in parts())
    often = Counter(word for words in train for word in words)
    assert min(often[word] for part in held_out for words in part for word in words) >= 2


def test_the_order_of_the_rows_is_mixed() -> None:
    for part in parts():
        for some in (part[:200], part[-200:]):
            kinds = {bool(DATE.fullmatch(row[0])) + 2 * bool(MEASURE.fullmatch(row[0])) for row in some}
            assert kinds == {0, 1, 2}


# the texts


@each_file
def test_characters_are_composed_and_plain(language: str) -> None:
    text = "".join(source + target for source, target in pairs(language))
    assert unicodedata.is_normalized("NFC", text)
    assert {unicodedata.category(char) for char in text} <= {"Ll", "Lo", "Nd", "Po", "Ps", "Pe", "Pd", "Zs"}
    assert {char for char in text if not char.isalnum()} == set(" &'(),-.:")
    assert {char for char in text if char.isdigit()} == set("0123456789")
    for pair in pairs(language):
        assert all(side == " ".join(side.split()) != "" for side in pair)


@pytest.mark.parametrize(("raw", "text"), [
    ("1\u202f250\u00a0Euros", "1 250 euros"),
    ("9:15\u202fPM", "9:15 pm"),
    ("  \u2009a\u3000b ", "a b"),
    ("L\u2019E\u0301cosse, Pa\u02bbanga, K\u02bciche\u02bc", "l'\u00e9cosse, pa'anga, k'iche'"),
    ("1990\u20132000", "1990-2000"),
])  # fmt: skip
def test_odd_characters_are_made_plain(maker: ModuleType, raw: str, text: str) -> None:
    assert maker.plain(raw) == text


def test_dates_and_times_are_right_in_all_languages() -> None:
    matches = [(match, row) for row in rows() if (match := DATE.fullmatch(row[ENGLISH]))]
    assert len(matches) == 4600
    for match, row in matches:
        month, weekday = MONTHS[0].index(match["month"]), match["weekday"]
        day = date(int(match["year"]), month + 1, int(match["day"]))
        assert day.day > 1
        french = f"{day.day} {MONTHS[1][month]} {day.year}"
        korean = f"{day.year}년 {day.month}월 {day.day}일"
        if weekday:
            assert WEEKDAYS[0].index(weekday) == day.weekday()
            french, korean = f"{WEEKDAYS[1][day.weekday()]} {french}", f"{korean} {WEEKDAYS[2][day.weekday()]}"
        if match["hour"]:
            french, korean = f"{french} à {on_clock(match)[0]}", f"{korean} {on_clock(match)[1]}"
        assert row[1:] == (french, korean)


def on_clock(match: re.Match[str]) -> tuple[str, str]:
    """A time in French and in Korean."""
    hour, minute, half = int(match["hour"]), match["minute"], match["half"]
    return f"{hour % 12 + 12 * (half == 'pm'):02}:{minute}", f"{'오후' if half == 'pm' else '오전'} {hour}:{minute}"


def test_times_alone_are_right_in_all_languages() -> None:
    matches = [(match, row) for row in rows() if (match := CLOCK.fullmatch(row[ENGLISH]))]
    assert len(matches) == 700
    assert all(row[1:] == on_clock(match) for match, row in matches)


def test_numbers_are_those_of_the_language() -> None:
    matches = [(match["number"], row) for row in rows() if (match := MEASURE.fullmatch(row[ENGLISH]))]
    measures = [(number, row) for number, row in matches if not row[ENGLISH].endswith(" ago")]
    assert len(measures) == 6300
    for number, (_, french, korean) in measures:
        assert french.startswith(number.replace(",", " ").replace(".", ",") + " ")
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d.,])", korean)


# README.md and the maker


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """make_phrases.py."""
    return module(FOLDER / "make_phrases.py")


TOLD = told("phrases_french.txt")
TABLES = TOLD[TOLD.index("| kind | en |") :].rstrip("\n")


def cells(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip(" `") for cell in line.strip("|").split("|")]


def test_the_readme_tells_the_rows_of_each_kind(maker: ModuleType) -> None:
    table = {kind: rest for kind, *rest in map(cells, TABLES.split("\n\n")[0].splitlines()[2:])}
    assert {kind: sum(int(cell.replace(",", "")) for cell in rest[3:]) for kind, rest in table.items()} == {
        kind.name: kind.rows for kind in maker.KINDS
    }
    for place, (low, high) in enumerate(CUTS, 3):
        assert sum(int(rest[place].replace(",", "")) for rest in table.values()) == high - low
    assert {tuple(rest[:3]) for rest in table.values()} <= set(rows())
    counted = {
        "date": sum("at" not in row[0].split() and bool(DATE.fullmatch(row[0])) for row in rows()[:16_000]),
        "time": sum(bool(CLOCK.fullmatch(row[0])) for row in rows()[:16_000]),
        "distance in time": sum(bool(DISTANCE.fullmatch(row[0])) for row in rows()[:16_000]),
        "emoji with a skin tone": sum("skin tone" in row[0] for row in rows()[:16_000]),
    }
    assert {kind: f"{number:,}" for kind, number in counted.items()} == {kind: table[kind][3] for kind in counted}


def test_the_readme_tells_the_words_of_each_language(given: ModuleType) -> None:
    table = [cells(line) for line in TABLES.split("\n\n")[1].splitlines()[2:]]
    split = given.Vocabulary([]).split
    for place, language in enumerate(("en", "fr", "ko")):
        lengths = [len(split(row[place])) for row in rows()]
        often = Counter(word for row in rows()[:16_000] for word in split(row[place]))
        numbers = len(often), list(often.values()).count(1), sum(lengths) / len(lengths), max(lengths)
        characters = len(set("".join(row[place] for row in rows())))
        assert table[place] == [language, *(form.format(number) for form, number in zip(
            ("{:,}", "{}", "{:.1f}", "{}", "{}"), (*numbers, characters), strict=True))]  # fmt: skip


@each_file
def test_the_readme_shows_the_file(language: str) -> None:
    text = told(FILES[language].name)
    assert "\n\n" + "".join(f"    {source}\t{target}\n" for source, target in pairs(language)[:3]) + "\n" in text
    assert f"{FILES[language].stat().st_size:,} bytes" in text


def test_the_readme_names_the_versions_that_are_installed(maker: ModuleType) -> None:
    lock = dict(re.findall(r"^(babel|emoji)==(.*)$", (REPOSITORY / "requirements.lock").read_text(), re.MULTILINE))
    text = " ".join(TOLD.split())
    assert f"from the CLDR {maker.CLDR}, which is in Babel {lock['babel']};" in text
    assert f"those of the package emoji {lock['emoji']}." in text
    assert lock["emoji"] == maker.EMOJI
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["data"] == ["babel>=2.18,<3", f"emoji=={maker.EMOJI}"]


def test_the_licences_are_there_whole() -> None:
    text = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    for words in ("SPDX-License-Identifier: Unicode-3.0", "by the Babel Team", "Taehoon Kim, Kevin Wurster"):
        assert words in text
    assert "LICENSES.md" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "message"), [
    ("get_cldr_version", r"^this is for the CLDR 47, not 48: install what requirements\.lock says$"),
    ("emoji", r"^this is for emoji 2\.16\.0, not 2\.17\.0: install what requirements\.lock says$"),
])  # fmt: skip
def test_the_maker_refuses_other_versions(
    maker: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    other = ModuleType("emoji")
    other.__version__ = "2.17.0"  # type: ignore[attr-defined]
    monkeypatch.setattr(maker, name, other if name == "emoji" else lambda: "48")
    with pytest.raises(RuntimeError, match=message):
        maker.make()


def test_the_maker_says_when_phrases_do_not_suffice(maker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker, "KINDS", [maker.Kind("time", 1441, 0, maker.times)])
    with pytest.raises(RuntimeError, match=r"^time: there are 1440 phrases, not 1441$"):
        maker.make()
    monkeypatch.setattr(maker, "KINDS", [maker.Kind("time", 10, 6, maker.times)])
    with pytest.raises(RuntimeError, match=r"^there are too few phrases to hold out: "):
        maker.split(maker.rows(maker.Random(1)), maker.Random(1))


def test_rows_that_share_a_content_or_a_text_are_in_one_group(maker: ModuleType) -> None:
    def row(texts: str, *contents: int) -> Any:
        return maker.Row("a", maker.Phrase(tuple(texts.split()), tuple((number,) for number in contents)), frozenset())

    every = [row("a b c", 1), row("d e f", 2), row("g h i", 3, 1), row("j e k", 4), row("l m n", 5), row("o p q", 3)]
    groups = [sorted(every.index(one) for one in group) for group in maker.groups(every)]
    assert sorted(groups) == [[0, 2, 5], [1, 3], [4]]


@pytest.mark.slow
def test_the_maker_runs_as_a_plain_script(tmp_path: Path) -> None:
    script = shutil.copy(FOLDER / "make_phrases.py", tmp_path)
    for arguments, printed in (([], ""), (["--count"], TABLES + "\n")):
        done = subprocess.run(
            [sys.executable, "-I", script, *arguments], capture_output=True, encoding="utf-8", check=False, cwd="/"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    files = {path.name: path for path in FILES.values()}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*files, "make_phrases.py"])
    assert all((tmp_path / name).read_bytes() == path.read_bytes() for name, path in files.items())


# the loader


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """The loader as it is handed out, with load_pairs and Vocabulary."""
    return components("checked_files.py", "vocabulary.py", "pairs.py", "phrases.py")


@each_file
def test_loader_gives_the_three_parts(given: ModuleType, language: str) -> None:
    loaded = given.load_phrases(language, FILES[language])
    assert loaded == tuple(pairs(language)[low:high] for low, high in CUTS)
    assert [pair for part in loaded for pair in part] == given.load_pairs(FILES[language])
    assert {type(pair) for part in loaded for pair in part} == {tuple}


@each_file
def test_loaders_constants_are_those_of_the_datasets(given: ModuleType, language: str) -> None:
    line = f"{given.PHRASES_SHA256[language]}  {FILES[language].name}\n"
    assert line in (FOLDER / "SHA256SUMS").read_text()
    assert given.PHRASES_FOLDER == COMPONENTS / "data"


def test_loader_knows_two_languages(given: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"^language must be \"french\" or \"korean\", got 'fr'$"):
        given.load_phrases("fr")


@each_file
def test_loader_says_that_the_file_is_missing(given: ModuleType, language: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=rf"{FILES[language].name} is not there\. {TODO}"):
        given.load_phrases(language, tmp_path / FILES[language].name)


@each_file
def test_loader_refuses_another_file_and_takes_line_ends_of_windows(
    given: ModuleType, language: str, tmp_path: Path
) -> None:
    path, whole = tmp_path / FILES[language].name, FILES[language].read_bytes()
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert given.load_phrases(language, path) == given.load_phrases(language, FILES[language])
    for content, problem in (
        (whole.replace(b"may", b"mai", 1), "it was altered"),
        (whole[:50], r"it has \d lines, not 2"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=rf"{path.name} is not the file that was handed out: {problem}"):
            given.load_phrases(language, path)


def test_a_released_folder_loads_both(given: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLE_COURSE / "solutions", tmp_path / "solutions")
    shutil.copytree(FOLDER, tmp_path / "datasets", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("checked_files.py", "vocabulary.py", "pairs.py", "phrases.py"):
        shutil.copy(COMPONENTS / name, tmp_path / "solutions" / "given")
    folder = tmp_path / "solutions" / "01_tiny"
    listed = ", ".join(f'"{path.name}"' for path in FILES.values())
    (folder / "assignment.toml").write_text(f"data = [{listed}]\n", encoding="utf-8")
    script = (folder / "tiny.py").read_text(encoding="utf-8")
    wanted = "from given import PAD, Vocabulary, load_pairs, load_phrases, "
    (folder / "tiny.py").write_text(script.replace("from given import ", wanted), encoding="utf-8")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    build()
    released = module(tmp_path / "assignments" / "01_tiny" / "given.py")
    for language, path in FILES.items():
        train, validation, test = released.load_phrases(language)
        assert [*train, *validation, *test] == released.load_pairs(path)
    assert released.PAD == 0
    assert released.Vocabulary(["a b"]).encode("b c") == [5, 3]
