"""The files of dates, read here by independent patterns, without Babel; their loaders; their README.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from course.dataset_files import COMPONENTS, FOLDER, TODO, components, module, told
from every_assignment import REPOSITORY, SAMPLE_COURSE

from autograder.authoring import build

DAYS = {date(1970, 1, 1) + timedelta(number) for number in range(36_525)}  # to 31 December 2069
ENDINGS = {**dict.fromkeys((1, 21, 31), "st"), **dict.fromkeys((2, 22), "nd"), **dict.fromkeys((3, 23), "rd")}

# Months from January, weekdays from Monday. Where a form has only one kind of name, the language has only that one.
NAMES = {
    "en Month": "January February March April May June July August September October November December",
    "en Mon": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "en Sept": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "en month": "january february march april may june july august september october november december",
    "en mon": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en Weekday": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "en weekday": "monday tuesday wednesday thursday friday saturday sunday",
    "en Wkd": "Mon Tue Wed Thu Fri Sat Sun",
    "ko Weekday": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
    "ko Wkd": "월 화 수 목 금 토 일",
    "ja Weekday": "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
    "ja Wkd": "月 火 水 木 金 土 日",
    "fr Month": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr Mon": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "fr Weekday": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "fr Wkd": "lun. mar. mer. jeu. ven. sam. dim.",
    "de Month": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "de Mon": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "de Weekday": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "de Wkd": "Mo. Di. Mi. Do. Fr. Sa. So.",
}
NUMBERS = {"d": r"(?P<day>[1-9]\d?)", "dd": r"(?P<day>\d\d)", "m": r"(?P<month>[1-9]\d?)", "mm": r"(?P<month>\d\d)",
           "y": r"(?P<year>\d{4})", "yy": r"(?P<year>\d\d)", "th": "(?P<ending>st|nd|rd|th)"}  # fmt: skip

# Example in README.md -> pattern of the form.
ENGLISH = {
    "Tuesday, September 27, 1994": "en {Weekday}, {Month} {d}, {y}",
    "September 27, 1994": "en {Month} {d}, {y}",
    "Sep 27, 1994": "en {Mon} {d}, {y}",
    "9/27/94": "en {m}/{d}/{yy}",
    "Tue, Sep 27, 1994": "en {Wkd}, {Mon} {d}, {y}",
    "9/27/1994": "en {m}/{d}/{y}",
    "Tuesday, 27 September 1994": "en {Weekday}, {d} {Month} {y}",
    "27 September 1994": "en {d} {Month} {y}",
    "27 Sept 1994": "en {d} {Sept} {y}",
    "Tue, 27 Sept 1994": "en {Wkd}, {d} {Sept} {y}",
    "September 27th, 1994": "en {Month} {d}{th}, {y}",
    "27th of September 1994": "en {d}{th} of {Month} {y}",
    "27-Sep-94": "en {d}-{Mon}-{yy}",
    "09/27/1994": "en {mm}/{dd}/{y}",
    "9-27-94": "en {m}-{d}-{yy}",
    "1994-09-27": "en {y}-{mm}-{dd}",
    "1994/9/27": "en {y}/{m}/{d}",
    "september 27, 1994": "en {month} {d}, {y}",
    "sep 27 1994": "en {mon} {d} {y}",
    "tuesday 27 september 1994": "en {weekday} {d} {month} {y}",
}
LANGUAGES = {
    "Tuesday, September 27, 1994": "en {Weekday}, {Month} {d}, {y}",
    "September 27, 1994": "en {Month} {d}, {y}",
    "Sep 27, 1994": "en {Mon} {d}, {y}",
    "Tue, Sep 27, 1994": "en {Wkd}, {Mon} {d}, {y}",
    "1994년 9월 27일 화요일": "ko {y}년 {m}월 {d}일 {Weekday}",
    "1994년 9월 27일": "ko {y}년 {m}월 {d}일",
    "1994. 9. 27.": "ko {y}. {m}. {d}.",
    "1994년 9월 27일 (화)": "ko {y}년 {m}월 {d}일 ({Wkd})",
    "mardi 27 septembre 1994": "fr {Weekday} {d} {Month} {y}",
    "27 septembre 1994": "fr {d} {Month} {y}",
    "27 sept. 1994": "fr {d} {Mon} {y}",
    "mar. 27 sept. 1994": "fr {Wkd} {d} {Mon} {y}",
    "Dienstag, 27. September 1994": "de {Weekday}, {d}. {Month} {y}",
    "27. September 1994": "de {d}. {Month} {y}",
    "27.09.1994": "de {dd}.{mm}.{y}",
    "Di., 27. Sept. 1994": "de {Wkd}, {d}. {Mon} {y}",
    "1994年9月27日火曜日": "ja {y}年{m}月{d}日{Weekday}",
    "1994年9月27日": "ja {y}年{m}月{d}日",
    "1994/09/27": "ja {y}/{mm}/{dd}",
    "1994年9月27日(火)": "ja {y}年{m}月{d}日({Wkd})",
}


@dataclass(frozen=True, eq=False)
class File:
    """The expected properties of one file."""

    name: str
    loader: str
    constants: str  # prefix of its constants' names
    width: int
    train_rows: int
    test_rows: int
    characters: tuple[int, int]  # number of distinct characters: in the file, in the dates
    forms: dict[str, str]
    alike: tuple[set[str], ...]  # forms that write some days the same way

    @property
    def path(self) -> Path:
        return FOLDER / self.name


DATES = File(
    "dates.txt", "load_dates", "DATES", 29, 45_000, 5000, (47, 46), ENGLISH,
    ({"September 27, 1994", "Sep 27, 1994"}, {"27 September 1994", "27 Sept 1994"}, {"9/27/1994", "09/27/1994"}),
)  # fmt: skip
MIXED = File(
    "dates_languages.txt", "load_date_languages", "DATE_LANGUAGES", 30, 18_000, 2000, (73, 71), LANGUAGES,
    ({"September 27, 1994", "Sep 27, 1994"}, {"27 septembre 1994", "27 sept. 1994"}),
)  # fmt: skip
both = pytest.mark.parametrize("file", [DATES, MIXED], ids=lambda file: file.name)


@cache
def reader(form: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """The pattern of a form, and the numbers of its month and weekday names."""
    language, template = form.split(" ", 1)
    numbers: dict[str, int] = {}

    def piece(match: re.Match[str]) -> str:
        kind = match[1]
        if kind in NUMBERS:
            return NUMBERS[kind]
        names = NAMES[f"{language} {kind}"].split()
        numbers.update({name: number for number, name in enumerate(names, 1)})
        group = "weekday" if len(names) == 7 else "month"
        return f"(?P<{group}>{'|'.join(map(re.escape, names))})"

    return re.compile(re.sub(r"\\{(\w+)\\}", piece, re.escape(template))), numbers


def read(text: str, form: str) -> date | None:
    """`text` read as a date in this form; None if it does not match, or its weekday or ordinal is wrong."""
    pattern, numbers = reader(form)
    match = pattern.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    year, month = int(parts["year"]), parts["month"]
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        day = date(year, numbers.get(month) or int(month), int(parts["day"]))
    except ValueError:
        return None
    weekday_is_right = "weekday" not in parts or numbers[parts["weekday"]] == day.isoweekday()
    ending_is_right = "ending" not in parts or parts["ending"] == ENDINGS.get(day.day, "th")
    return day if weekday_is_right and ending_is_right else None


@cache
def readings(text: str, file: File) -> dict[str, date]:
    """Example of the form -> date, for each form in which `text` can be read."""
    dates = {example: read(text, form) for example, form in file.forms.items()}
    return {example: day for example, day in dates.items() if day}


@cache
def lines(file: File) -> list[str]:
    """The lines of the file."""
    return file.path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")


@cache
def parts(file: File) -> tuple[list[str], list[str]]:
    """The training dates and the test dates."""
    dates = [line[: file.width].rstrip(" ") for line in lines(file)]
    return dates[: file.train_rows], dates[file.train_rows :]


@cache
def days(file: File) -> tuple[list[date], list[date]]:
    """The ISO forms of both parts, as days."""
    dates = [date.fromisoformat(line[file.width + 1 :]) for line in lines(file)]
    return dates[: file.train_rows], dates[file.train_rows :]


# the reader that the rows are checked with


@pytest.mark.parametrize(("text", "iso"), [
    ("2/10/93", "1993-02-10"), ("12-5-30", "2030-12-05"), ("1/2/70", "1970-01-02"), ("1/2/69", "2069-01-02"),
    ("1/2/00", "2000-01-02"), ("02/10/1993", "1993-02-10"), ("1993/2/10", "1993-02-10"), ("1993-02-10", "1993-02-10"),
    ("10-Feb-93", "1993-02-10"), ("10 Feb 1993", "1993-02-10"),
])  # fmt: skip
def test_what_an_english_date_means(text: str, iso: str) -> None:
    assert set(readings(text, DATES).values()) == {date.fromisoformat(iso)}


@pytest.mark.parametrize("text", [
    "27/9/94", "2/30/93", "Monday, September 27, 1994", "September 27st, 1994", "11st of May 1994", "1993-2-10",
    "Sept 27, 1994", "september 27 1994", "27 September, 1994", "9/27/94 ", "0/1/94", "27.09.1994", "1994년 9월 27일",
])  # fmt: skip
def test_what_is_no_english_date(text: str) -> None:
    assert readings(text, DATES) == {}


@both
def test_every_example_is_read_in_its_form(file: File) -> None:
    for example in file.forms:
        assert readings(example, file)[example] == date(1994, 9, 27)


# the files


@both
def test_every_row_has_the_form_and_the_right_date(file: File) -> None:
    assert len(lines(file)) == file.train_rows + file.test_rows
    row = re.compile(rf"(?=.{{{file.width}}}_)(\S(?:.*\S)?) *_(\d{{4}}-\d\d-\d\d)")
    for line in lines(file):
        match = row.fullmatch(line)
        assert match, line
        assert len(line) == file.width + 11
        assert {day.isoformat() for day in readings(match[1], file).values()} == {match[2]}, line


@both
def test_the_widths_and_characters_are_as_the_readme_says(file: File) -> None:
    dates = [*parts(file)[0], *parts(file)[1]]
    longest = next(text for text in re.findall(r"`([^`]+)`", told(file.name)) if len(text) == file.width)
    assert max(map(len, dates)) == file.width
    assert longest in dates
    assert f"have exactly {file.width} characters: `{longest}`" in told(file.name).replace("\n", " ")
    assert (len(set("".join(lines(file)))), len(set("".join(dates)))) == file.characters
    in_file, in_dates = file.characters
    assert re.search(
        rf"{in_file} different\s+characters occur[^,]*, {in_dates} of them\s+in the dates", told(file.name)
    )


@both
def test_characters_are_composed_and_spaces_plain(file: File) -> None:
    text = file.path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert {char for char in text if char.isspace()} == {" ", "\n"}
    assert all(map(str.isprintable, lines(file)))


@both
def test_forms_have_the_shares_that_the_readme_says(file: File) -> None:
    table = re.findall(r"^\| `[^`]+` \| `([^`]+)` \| (\d+) % \|$", told(file.name), re.MULTILINE)
    assert table == [(example, "5") for example in file.forms]
    groups = [*file.alike, *({form} for form in file.forms if not any(form in group for group in file.alike))]
    for dates in parts(file):
        share = len(dates) // 20
        seen = Counter(frozenset(readings(text, file)) for text in dates)
        for group in groups:
            assert sum(number for forms, number in seen.items() if forms <= group) == share * len(group), group
            assert all(seen[frozenset({form})] <= share for form in group)
            assert all(seen[frozenset({form})] >= share // 2 for form in group)
        assert sum(seen.values()) == len(dates)


@both
def test_no_test_day_is_in_train(file: File) -> None:
    train, test = map(set, days(file))
    assert not train & test
    assert train | test <= DAYS


def test_days_repeat_no_more_than_need_be() -> None:
    train, test = map(Counter, days(DATES))
    assert train.keys() | test.keys() == DAYS
    assert (len(train), len(test)) == (32_873, 3652)
    assert set(train.values()) == set(test.values()) == {1, 2}
    assert [max(Counter(part).values()) for part in days(MIXED)] == [1, 1]


def test_both_files_keep_the_same_days_for_the_test() -> None:
    assert set(days(MIXED)[1]) < set(days(DATES)[1])


@both
def test_no_text_comes_twice(file: File) -> None:
    assert len(set(lines(file))) == len(lines(file))


@both
def test_the_order_of_the_rows_is_mixed(file: File) -> None:
    for dates in parts(file):
        for some in (dates[:300], dates[-300:]):
            assert set().union(*(readings(text, file) for text in some)) == set(file.forms)


@both
def test_the_readme_tells_what_is_in_the_file(file: File) -> None:
    text = told(file.name)
    assert "\n\n" + "".join(f"    {line}\n" for line in lines(file)[:3]) + "\n" in text
    assert f"{file.path.stat().st_size:,} bytes" in text
    table = dict(re.findall(r"^\| (train|test) \| (.+) \|$", text, re.MULTILINE))
    for part, dates, its_days in zip(("train", "test"), parts(file), days(file), strict=True):
        rows, texts = len(dates), len(set(dates))
        assert table[part] == f"{rows:,} | {len(set(its_days)):,} | {texts:,} | {rows - texts:,}"


# the maker


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """make_dates.py."""
    return module(FOLDER / "make_dates.py")


def test_the_maker_counts_what_the_readme_has(maker: ModuleType) -> None:
    for dataset, file in zip(maker.DATASETS, (DATES, MIXED), strict=True):
        assert told(file.name).endswith(f"\n\n{maker.count(dataset, file.path.read_text(encoding='utf-8'))}\n")


def test_the_maker_refuses_another_cldr(maker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker, "get_cldr_version", lambda: "48")
    with pytest.raises(RuntimeError, match=r"^this is for the CLDR 47, and Babel has 48: install what requirements\.l"):
        maker.make()


def test_the_maker_refuses_a_date_that_is_too_long(maker: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"^27 September 1994 has more than 16 characters$"):
        maker.row("27 September 1994", date(1994, 9, 27), 16)


def test_babel_is_the_one_that_the_readme_names(maker: ModuleType) -> None:
    (version,) = re.findall(r"^babel==(.*)$", (REPOSITORY / "requirements.lock").read_text(), re.MULTILINE)
    assert f"CLDR {maker.CLDR}, which is in Babel {version}," in told("dates.txt")
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert "babel" in [requirement.partition(">")[0] for requirement in extras["data"]]
    assert "autograder[data]" in extras["dev"]
    assert re.search(r"^data: \$\(DATA_STAMP\) ", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)


def test_the_maker_runs_as_a_plain_script(tmp_path: Path) -> None:
    script = shutil.copy(FOLDER / "make_dates.py", tmp_path)
    tables = "\n\n".join(told(file.name)[told(file.name).index("| form") :].rstrip("\n") for file in (DATES, MIXED))
    for arguments, printed in (([], ""), (["--count"], tables + "\n")):
        done = subprocess.run(
            [sys.executable, "-I", script, *arguments], capture_output=True, encoding="utf-8", check=False, cwd="/"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATES.name, MIXED.name, "make_dates.py"]
    assert all((tmp_path / file.name).read_bytes() == file.path.read_bytes() for file in (DATES, MIXED))


# the loaders


@pytest.fixture(scope="module")
def given() -> ModuleType:
    """The loaders as they are handed out."""
    return components("checked_files.py", "dates.py")


def load(given: ModuleType, file: File, path: Path) -> Any:
    """The result of the file's loader."""
    return getattr(given, file.loader)(path)


@both
def test_loader_gives_texts_without_padding(given: ModuleType, file: File) -> None:
    (xs, ts), (xs_test, ts_test), characters = load(given, file, file.path)
    assert (len(xs), len(ts), len(xs_test), len(ts_test)) == (file.train_rows,) * 2 + (file.test_rows,) * 2
    assert [f"{x:<{file.width}}{t}" for x, t in zip(xs + xs_test, ts + ts_test, strict=True)] == lines(file)
    assert not any(text.endswith(" ") for text in xs + ts + xs_test + ts_test)
    assert sorted(characters) == list(characters) == sorted(set("".join(lines(file))))
    assert (characters[0], len(characters), type(characters)) == (" ", file.characters[0], str)


@both
def test_loaders_constants_are_those_of_the_datasets(given: ModuleType, file: File) -> None:
    assert f"{getattr(given, f'{file.constants}_SHA256')}  {file.name}\n" in (FOLDER / "SHA256SUMS").read_text()
    assert getattr(given, f"{file.constants}_FILE") == COMPONENTS / "data" / file.name


@both
def test_loader_says_that_the_file_is_missing(given: ModuleType, file: File, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=rf"{re.escape(file.name)} is not there\. {TODO}"):
        load(given, file, tmp_path / file.name)


SPOILT = {
    "one answer": (lambda whole: whole.replace(b"_19", b"_20", 1), "it was altered"),
    "cut off": (lambda whole: whole[: whole.rindex(b"\n", 0, -1) + 1], r"it has \d+999 lines, not \d+000"),
    "empty": (lambda _: b"", r"it has 0 lines, not \d0000"),
    "blanks gone": (lambda whole: whole.replace(b" _", b"_"), "it was altered"),
    "no text": (lambda whole: b"\xff\xfe" + whole[2:], "it was altered"),
    "a mark before": (lambda whole: b"\xef\xbb\xbf" + whole, "it was altered"),
}


@both
@pytest.mark.parametrize(("spoil", "message"), SPOILT.values(), ids=SPOILT)
def test_loader_refuses_another_file(given: ModuleType, file: File, tmp_path: Path, spoil: Any, message: str) -> None:
    (tmp_path / file.name).write_bytes(spoil(file.path.read_bytes()))
    name = re.escape(file.name)
    with pytest.raises(ValueError, match=rf"{name} is not the file that was handed out: {message}\. {TODO}"):
        load(given, file, tmp_path / file.name)


@both
def test_loader_takes_line_ends_of_windows(given: ModuleType, file: File, tmp_path: Path) -> None:
    (tmp_path / file.name).write_bytes(file.path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(given, file, tmp_path / file.name) == load(given, file, file.path)


def test_the_loaders_of_one_do_not_take_the_file_of_another(given: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"dates\.txt is not the file that was handed out: it has 50000 lines, not 20"):
        given.load_date_languages(DATES.path)


def test_a_released_folder_loads_both(given: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLE_COURSE / "solutions", tmp_path / "solutions")
    shutil.copytree(FOLDER, tmp_path / "datasets", ignore=shutil.ignore_patterns("__pycache__"))
    names = ["checked_files.py", "addition.py", "dates.py"]
    for name in names:
        shutil.copy(COMPONENTS / name, tmp_path / "solutions" / "given")
    folder = tmp_path / "solutions" / "01_tiny"
    (folder / "assignment.toml").write_text(f'data = ["{DATES.name}", "{MIXED.name}"]\n', encoding="utf-8")
    script = (folder / "tiny.py").read_text(encoding="utf-8")
    script = script.replace("from given import ", "from given import load_date_languages, load_dates, ")
    (folder / "tiny.py").write_text(script, encoding="utf-8")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    build()
    released = module(tmp_path / "assignments" / "01_tiny" / "given.py")
    assert released.load_dates() == given.load_dates(DATES.path)
    assert released.load_date_languages() == given.load_date_languages(MIXED.path)
