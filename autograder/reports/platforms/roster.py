"""The file of marks that an instructor downloads from a platform, to be filled in and uploaded again."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError

MAX_BYTES = 50_000_000
DELIMITERS = ",;\t"


@dataclass
class Roster:
    """A table: its first row, and the others with as many fields.

    delimiter   the character between fields
    """

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","

    def column(self, *names: str) -> int | None:
        """The place of the first column with one of these names, in any case; None if there is none."""
        wanted = [name.casefold() for name in names]
        return next((place for place, name in enumerate(self.header) if name.strip().casefold() in wanted), None)

    def as_text(self) -> str:
        """The table as the platform wrote it, with the changes."""
        return table_text([self.header, *self.rows], self.delimiter)


def read_roster(path: Path) -> Roster:
    """Read a downloaded table. Raises GraderError if it is not one."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GraderError(f"--roster {path}: it is larger than {MAX_BYTES // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GraderError(f"--roster {path}: it could not be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise GraderError(f"--roster {path}: it is not in UTF-8; save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(field.strip() for field in row)]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise GraderError(f"--roster {path}: it is not a table of students: download the gradebook as CSV")
    width = len(rows[0])
    return Roster(rows[0], [(row + [""] * width)[:width] for row in rows[1:]], delimiter)


def number(text: str) -> float | None:
    """A number in a table, with a point or a comma; None for anything else."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def table_text(rows: list[list[str]], delimiter: str = ",") -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
