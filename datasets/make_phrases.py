"""Makes phrases_french.txt and phrases_korean.txt: 20,000 short English phrases, with their French and their Korean.

    python datasets/make_phrases.py            # writes both files beside this script
    python datasets/make_phrases.py --count    # prints the tables of README.md, counted in the files as they are

Dates, times, measures, amounts, lists and names are Babel's copy of the CLDR, the names of emoji those of the package
`emoji`. Other versions would write other phrases, so this script runs with one of each only. Of Python's generator
only `random()` is used: the one method whose numbers are promised to stay the same in later versions of Python.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import accumulate, chain, combinations, cycle, islice, pairwise, product
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

import emoji
from babel import Locale
from babel.core import get_cldr_version
from babel.dates import format_date, format_time, format_timedelta
from babel.languages import get_official_languages
from babel.lists import format_list
from babel.localedata import locale_identifiers
from babel.numbers import format_currency, get_currency_precision, get_territory_currencies
from babel.units import UnknownUnitError, format_unit
from emoji.unicode_codes import load_from_json

SEED = 51966
CLDR, EMOJI = "47", "2.16.0"
LANGUAGES = ("en", "fr", "ko")
LOCALES = dict(zip(LANGUAGES, map(Locale.parse, LANGUAGES), strict=True))
FILES = {"phrases_french.txt": 1, "phrases_korean.txt": 2}  # the place of the translation among the languages
PARTS = ("train", "validation", "test")
SIZES = (16_000, 2000, 2000)
COMMON = 3  # phrases, at least, among all that there may be, that have each word of a phrase
WORDS = ("words in train", "of them once", "words of a phrase", "longest", "characters")  # of the second table
ENOUGH = 2  # phrases of train, at least, that have each word of a held-out phrase

FIRST, LAST = date(2000, 1, 1), date(2049, 12, 31)
FORMS = ("full", "long")  # with and without the weekday
CLOCK = {"en": "h:mm a", "fr": "HH:mm", "ko": "aaaa h:mm"}  # in the letters of the CLDR
JOINTS = (" at ", " à ", " ")  # between a date and a time
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
SECONDS["year"] = 365 * SECONDS["day"]
COUNTS = [Decimal(number) for number in range(2, 100)]
HALVES = [Decimal(number) / 2 for number in range(5, 40, 2)]
ROUND = [Decimal(number) for number in (*range(100, 1000, 50), *range(1000, 5000, 500), 5000, 10_000)]
CENTS = [Decimal(number) / 100 for number in range(205, 5000, 45)]
IN_USE = date(2025, 1, 1)  # the day for which currencies are looked up

NAMELESS = {"XA", "XB", "ZZ", "QO"}  # codes of territories for tests, and for what is unknown
# Units that are written as another one, or named in digits, in English alone, or in no language that people speak.
NO_UNITS = set(
    "concentr-karat concentr-milligram-ofglucose-per-deciliter consumption-liter-per-100-kilometer energy-foodcalorie "
    "consumption-mile-per-gallon-imperial energy-british-thermal-unit force-kilowatt-hour-per-100-kilometer "
    "length-earth-radius length-mile-scandinavian speed-beaufort temperature-generic volume-dessert-spoon-imperial "
    "volume-fluid-ounce-imperial volume-gallon-imperial volume-jigger volume-quart-imperial".split()
)
NO_EMOJI = re.compile(r"[()!/&]|\d|drapeau|button|Japanese")  # with remarks, or not parallel
TONES = re.compile("[\U0001f3fb-\U0001f3ff]")  # of skin
PLAIN = {0x2019: "'", 0x2BC: "'", 0x2BB: "'", 0x2013: "-"}
WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")  # as Vocabulary splits

Item = TypeVar("Item")
Texts = tuple[str, ...]
Content = tuple[object, ...]
Group = list["Row"]


class Phrase(NamedTuple):
    """One phrase.

    texts     it in English, French and Korean
    contents  what it is about: phrases that share one lie in one part
    names     contents that it only names: their own phrases lie in train
    """

    texts: Texts
    contents: tuple[Content, ...]
    names: tuple[Content, ...] = ()


class Row(NamedTuple):
    """A phrase, the name of its kind, and its words, each with the place of its language."""

    kind: str
    phrase: Phrase
    words: frozenset[tuple[int, str]]


class Kind(NamedTuple):
    """One kind: its rows in all, those of either held-out part, and what makes its phrases, in random order."""

    name: str
    rows: int
    held_out: int
    phrases: Callable[[Random], Iterable[Phrase]]


def texts(write: Callable[[str], str | None]) -> Texts:
    """What `write` gives for each language, as it stands in the files; "" for nothing."""
    return tuple(plain(write(language) or "") for language in LANGUAGES)


def plain(text: str) -> str:
    """A text in small letters and composed characters, with plain spaces, apostrophes and dashes."""
    return " ".join(unicodedata.normalize("NFC", text.lower().translate(PLAIN)).split())


def shuffled(items: Iterable[Item], rng: Random) -> list[Item]:
    """The items in random order."""
    return sorted(items, key=lambda _: rng.random())


def even(items: list[Item], numbers: list[Decimal], rng: Random) -> Iterator[tuple[Item, Decimal]]:
    """Each item with each number, round by round: no item is ahead of another by more than one number."""
    for drawn in zip(*(shuffled(numbers, rng) for _ in items), strict=True):
        yield from zip(items, drawn, strict=True)


def days(rng: Random) -> list[date]:
    """Every day but the first of a month, which the CLDR writes as no Frenchman does (1 mai, not 1er mai)."""
    every = (FIRST + timedelta(number) for number in range((LAST - FIRST).days + 1))
    return shuffled((day for day in every if day.day > 1), rng)


def minutes(rng: Random) -> list[time]:
    """Every minute of a day."""
    return shuffled((time(*divmod(number, 60)) for number in range(24 * 60)), rng)


def on_calendar(day: date, form: str) -> Texts:
    """Tuesday, March 4, 2031: mardi 4 mars 2031: 2031년 3월 4일 화요일."""
    return texts(lambda language: format_date(day, form, language))


def on_clock(moment: time) -> Texts:
    """9:15 PM: 21:15: 오후 9:15."""
    return texts(lambda language: format_time(moment, CLOCK[language], locale=language))


def dates(rng: Random) -> Iterator[Phrase]:
    for day, form in zip(days(rng), cycle(FORMS), strict=False):
        yield Phrase(on_calendar(day, form), (("day", day),))


def dates_and_times(rng: Random) -> Iterator[Phrase]:
    for day, moment, form in zip(days(rng), cycle(minutes(rng)), cycle(FORMS), strict=False):
        pieces = zip(on_calendar(day, form), JOINTS, on_clock(moment), strict=True)
        yield Phrase(tuple(map("".join, pieces)), (("day", day), ("time", moment)))


def times(rng: Random) -> Iterator[Phrase]:
    for moment in minutes(rng):
        yield Phrase(on_clock(moment), (("time", moment),))


def distances(rng: Random) -> Iterator[Phrase]:
    for unit, number, sign in shuffled(product(SECONDS, COUNTS, (1, -1)), rng):
        yield Phrase(distance(unit, sign * int(number)), (("distance", unit, number),))


def distance(unit: str, number: int) -> Texts:
    """In 3 hours: dans 3 heures: 3시간 후; or, with a negative number, 3 hours ago."""
    span = timedelta(seconds=number * SECONDS[unit])
    return texts(lambda language: format_timedelta(span, unit, 1e9, True, "long", language))


def measures(rng: Random) -> Iterator[Phrase]:
    units = sorted(unit for unit in LOCALES["en"].unit_display_names if unit not in NO_UNITS and is_named(unit))
    for unit, number in even(units, COUNTS * 2 + HALVES * 2 + ROUND, rng):
        yield Phrase(measure(unit, number), (("measure", unit, number),))


def measure(unit: str, number: Decimal) -> Texts:
    """12 kilometers: 12 kilomètres: 12킬로미터."""
    return texts(lambda language: format_unit(number, unit, "long", locale=language))


def is_named(unit: str) -> bool:
    """Whether each language has a name for the unit; where Korean has none, Babel writes a code in Latin letters."""
    try:
        return not re.search("[a-z]", measure(unit, COUNTS[0])[2])
    except UnknownUnitError:
        return False


def amounts(rng: Random) -> Iterator[Phrase]:
    territories = sorted(LOCALES["en"].territories)
    in_use = sorted({code for territory in territories for code in get_territory_currencies(territory, IN_USE, IN_USE)})
    codes = [code for code in in_use if not re.search(r"\(|[a-z]", amount(code, COUNTS[0])[2])]
    for code, number in even(codes, COUNTS * 2 + CENTS + ROUND, rng):
        if number == int(number) or get_currency_precision(code) == 2:
            yield Phrase(amount(code, number), (("amount", code, number),))


def amount(code: str, number: Decimal) -> Texts:
    """12.50 us dollars: 12,50 dollars des états-unis: 12.50 미국 달러."""
    cents = number != int(number)
    return texts(
        lambda language: format_currency(number, code, locale=language, format_type="name", currency_digits=cents)
    )


def names(table: str, rng: Random) -> Iterator[Phrase]:
    """The territories or the languages, as the table of each locale names them."""
    for code in shuffled(sorted(getattr(LOCALES["en"], table).keys() - NAMELESS), rng):
        yield Phrase(name(table, code), ((table, code),))


def name(table: str, code: str) -> Texts:
    """Spain: espagne: 스페인."""
    return texts(lambda language: getattr(LOCALES[language], table).get(code))


def languages_there(rng: Random) -> Iterator[Phrase]:
    """French (Switzerland), and all that the CLDR has a locale of."""
    for locale in shuffled(map(Locale.parse, sorted(locale_identifiers())), rng):
        if locale.territory and not locale.script and not locale.variant:
            names = ("languages", locale.language), ("territories", locale.territory)
            yield Phrase(texts(locale.get_display_name), (("locale", str(locale)),), names)


def emojis(tones: int, rng: Random) -> Iterator[Phrase]:
    """The names of emoji with so many tones of skin, 0 or 1. The content is the emoji without them."""
    for language in LANGUAGES:
        load_from_json(language)
    for symbol, data in shuffled(sorted(emoji.EMOJI_DATA.items()), rng):
        names = [data.get(language, "").strip(":").replace("_", " ") for language in LANGUAGES]
        is_whole = data["status"] == emoji.STATUS["fully_qualified"]
        if is_whole and len(TONES.findall(symbol)) == tones and not NO_EMOJI.search("|".join(names)):
            content = TONES.sub("", symbol).replace("\ufe0f", "")
            yield Phrase(tuple(map(plain, names)), (("emoji", content),))


def lists(rng: Random) -> Iterator[Phrase]:
    """Two to four names of emoji, territories or languages, joined by and, or by or."""
    spoken = {code for territory in LOCALES["en"].territories for code in get_official_languages(territory)}
    pools = (
        [phrase for phrase in emojis(0, rng) if all(len(WORD.findall(text)) in (1, 2) for text in phrase.texts)],
        [phrase for phrase in names("territories", rng) if str(phrase.contents[0][1]).isalpha() and is_bare(phrase)],
        [phrase for phrase in names("languages", rng) if phrase.contents[0][1] in spoken and is_bare(phrase)],
    )
    drawn = [lists_from(pool, rng) for pool in pools]
    for number in cycle((0, 1, 0, 2, 0)):
        yield next(drawn[number])


def is_bare(phrase: Phrase) -> bool:
    """Whether a name is there in every language, without a remark."""
    return all(phrase.texts) and "(" not in "".join(phrase.texts)


def lists_from(pool: list[Phrase], rng: Random) -> Iterator[Phrase]:
    """Lists without end; every phrase comes once before one comes again. The contents of a list are its pairs."""
    lengths, styles = cycle((2, 3, 4, 3)), cycle(("standard", "or"))
    while True:
        deck = iter(shuffled(pool, rng))
        while len(chosen := list(islice(deck, next(lengths)))) > 1:
            names = tuple(sorted(phrase.contents[0] for phrase in chosen))
            yield Phrase(joined(chosen, next(styles)), tuple(combinations(names, 2)), names)


def joined(phrases: list[Phrase], style: str) -> Texts:
    """Peach, seal, or key: pêche, phoque ou clé: 복숭아, 물개 또는 열쇠."""
    columns = zip(*(phrase.texts for phrase in phrases), strict=True)
    return tuple(format_list(column, style, language) for column, language in zip(columns, LANGUAGES, strict=True))


KINDS = [
    Kind("date", 2400, 240, dates),
    Kind("date and time", 2200, 220, dates_and_times),
    Kind("time", 700, 60, times),
    Kind("distance in time", 800, 80, distances),
    Kind("measure", 3300, 330, measures),
    Kind("amount of money", 3000, 300, amounts),
    Kind("list", 5270, 600, lists),
    Kind("territory", 230, 0, partial(names, "territories")),
    Kind("language", 150, 0, partial(names, "languages")),
    Kind("language and territory", 400, 80, languages_there),
    Kind("emoji", 1050, 50, partial(emojis, 0)),
    Kind("emoji with a skin tone", 500, 40, partial(emojis, 1)),
]


def make() -> dict[str, bytes]:
    """The files of this script, name to content: the same bytes at every call.

    Raises RuntimeError with another CLDR or another package emoji, or where there are too few phrases.
    """
    for name, wanted, installed in (("the CLDR", CLDR, get_cldr_version()), ("emoji", EMOJI, emoji.__version__)):
        if installed != wanted:
            raise RuntimeError(f"this is for {name} {wanted}, not {installed}: install what requirements.lock says")
    rng = Random(SEED)
    every = [row.phrase.texts for part in split(rows(rng), rng) for row in shuffled(part, rng)]
    return {
        name: "".join(f"{written[0]}\t{written[place]}\n" for written in every).encode()
        for name, place in FILES.items()
    }


def rows(rng: Random) -> list[Row]:
    """The rows of all kinds: no English text comes twice, and no word is rare among all that the kinds make."""
    known: set[str] = set()
    made = {kind: list(islice(new_rows(kind, rng, known), max(2 * kind.rows, 1000))) for kind in KINDS}
    frequency = Counter(word for some in made.values() for row in some for word in row.words)
    chosen = []
    for kind, some in made.items():
        common = [row for row in some if min(map(frequency.__getitem__, row.words)) >= COMMON]
        if len(common) < kind.rows:
            raise RuntimeError(f"{kind.name}: there are {len(common)} phrases, not {kind.rows}")
        chosen += common[: kind.rows]
    return chosen


def new_rows(kind: Kind, rng: Random, known: set[str]) -> Iterator[Row]:
    """The phrases of a kind that have a text in each language and whose English is new; it is added to `known`."""
    for phrase in kind.phrases(rng):
        if all(phrase.texts) and phrase.texts[0] not in known:
            known.add(phrase.texts[0])
            words = frozenset((place, word) for place, text in enumerate(phrase.texts) for word in WORD.findall(text))
            yield Row(kind.name, phrase, words)


def split(every: list[Row], rng: Random) -> tuple[list[Row], ...]:
    """Train, validation and test. No group is held out that is named elsewhere, or whose words train would lack."""
    names = {name for row in every for name in row.phrase.names}
    left = Counter(word for row in every for word in row.words)
    parts: tuple[list[Row], ...] = ([], [], [])
    room = [{kind.name: part and kind.held_out for kind in KINDS} for part in range(3)]
    for group, order in zip(shuffled(groups(every), rng), cycle([(1, 2), (2, 1)]), strict=False):
        words, kinds = Counter(word for row in group for word in row.words), Counter(row.kind for row in group)
        part = next((part for part in order if all(room[part][kind] >= kinds[kind] for kind in kinds)), 0)
        is_named = any(content in names for row in group for content in row.phrase.contents)
        if is_named or any(left[word] - number < ENOUGH for word, number in words.items()):
            part = 0
        parts[part].extend(group)
        if part:
            left.subtract(words)
            room[part] = {kind: number - kinds[kind] for kind, number in room[part].items()}
    if any(sum(numbers.values()) for numbers in room):
        raise RuntimeError(f"there are too few phrases to hold out: {room}")
    return parts


def groups(every: list[Row]) -> list[list[Row]]:
    """The rows in groups: those that share a content, or a text in any language, are in one."""
    leaders = list(range(len(every)))
    owners: dict[Content, int] = {}

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = number = leaders[leaders[number]]
        return number

    for number, row in enumerate(every):
        for content in (*row.phrase.contents, *enumerate(row.phrase.texts)):
            leaders[leader(number)] = leader(owners.setdefault(content, number))
    together: dict[int, list[Row]] = defaultdict(list)
    for number, row in enumerate(every):
        together[leader(number)].append(row)
    return list(together.values())


def count(pairs: list[list[list[str]]]) -> str:
    """The tables of README.md for the pairs of both files: kinds, with a row of train each, and words by language."""
    columns = [[pair[0] for pair in pairs[0]], *([pair[1] for pair in some] for some in pairs)]
    kinds = {row.phrase.texts[0]: row.kind for row in rows(Random(SEED))}
    by_row = [kinds[text] for text in columns[0]]
    cuts = list(accumulate(SIZES, initial=0))
    lines = [["kind", *LANGUAGES, *PARTS], ["---"] * 4 + ["---:"] * 3]
    for kind in dict.fromkeys(kinds.values()):
        example = by_row.index(kind)
        numbers = [f"{by_row[low:high].count(kind):,}" for low, high in pairwise(cuts)]
        lines.append([kind, *(f"`{column[example]}`" for column in columns), *numbers])
    heads = [["language", *WORDS], ["---", *["---:"] * len(WORDS)]]
    heads += [[language, *counted(column)] for language, column in zip(LANGUAGES, columns, strict=True)]
    return "\n\n".join("\n".join(f"| {' | '.join(cells)} |" for cells in table) for table in (lines, heads))


def counted(column: list[str]) -> list[str]:
    """The numbers of one language, as WORDS names them."""
    words = [WORD.findall(text) for text in column]
    often = Counter(chain.from_iterable(words[: SIZES[0]]))
    lengths = [len(some) for some in words]
    mean = f"{sum(lengths) / len(lengths):.1f}"
    once = list(often.values()).count(1)
    return [f"{len(often):,}", f"{once}", mean, f"{max(lengths)}", f"{len(set(''.join(column)))}"]


def main() -> None:
    """Write the files, each in one step, or with --count print what is in them."""
    parser = argparse.ArgumentParser(description="Make phrases_french.txt and phrases_korean.txt beside this script.")
    parser.add_argument("--count", action="store_true", help="write nothing, print what is in the files")
    only_count = parser.parse_args().count
    folder = Path(__file__).resolve().parent
    try:
        if only_count:
            sys.stdout.reconfigure(encoding="utf-8")
            print(count([lines(folder / name) for name in FILES]))
        else:
            write(folder, make())
    except (OSError, RuntimeError) as error:
        sys.exit(f"{error}")


def lines(path: Path) -> list[list[str]]:
    """The pairs of a file."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


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
