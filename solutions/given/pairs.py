"""Pairs of sentences, read from text files of one's own."""

import unicodedata
from codecs import BOM_UTF8
from pathlib import Path

LONGEST_LINE_OF_PAIRS = 10_000  # bytes


def load_pairs(path, extra_columns=False):
    """The pairs of a text file that has one on each line: a sentence, a tab, its translation.

    path           the file, UTF-8 with or without a byte order mark, with the line ends of any system
    extra_columns  whether lines may have more columns, which are left out. Files of sentences from the Tatoeba project
                   have a third one, which names the authors
    returns        a list of pairs (sentence, translation) of str: characters are composed (NFC), white space of any
                   kind is one plain space, none at either end. Capital letters and repeated lines stay
    raises         ValueError, with the file and the number of the line, for a line with another number of columns,
                   without a sentence or a translation, that is not UTF-8 text or has more than 10,000 bytes;
                   ValueError, with the file, if it cannot be read or is empty
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            lines = iter(lambda: file.readline(LONGEST_LINE_OF_PAIRS + 2), b"")
            pairs = [
                _pair_on_line(line, f"{path}, line {number}", extra_columns) for number, line in enumerate(lines, 1)
            ]
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from None
    if not pairs:
        raise ValueError(f"{path} is empty: wanted a sentence, a tab and its translation on each line")
    return pairs


def _pair_on_line(line, place, extra_columns):
    """The pair on one line of bytes. Raises ValueError with its place."""
    line = line.rstrip(b"\r\n")
    if len(line) > LONGEST_LINE_OF_PAIRS:
        raise ValueError(f"{place} has more than {LONGEST_LINE_OF_PAIRS:,} bytes: is this a file of sentences?")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{place} is not UTF-8 text ({error.reason}): save the file as UTF-8") from None
    if "\0" in text:
        raise ValueError(f"{place} is not UTF-8 text (it has a zero byte): save the file as UTF-8")
    columns = [" ".join(unicodedata.normalize("NFC", column).split()) for column in text.split("\t")]
    if len(columns) < 2 or (len(columns) > 2 and not extra_columns):
        hint = "; extra_columns=True leaves out those after the second" if len(columns) > 2 else ""
        found = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
        raise ValueError(f"{place} has {found}, not 2: a sentence, a tab, its translation{hint}")
    for side, column in zip(("sentence", "translation"), columns, strict=False):
        if not column:
            raise ValueError(f"{place} has no {side}")
    return columns[0], columns[1]
