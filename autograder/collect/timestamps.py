"""When something was handed in: read from what systems write, written as nbgrader's timestamp.txt has it.

A false time costs marks, so a time is taken only where it is said to be that of handing in. The times of files, on
the disk or in a zip, never are: Moodle and Canvas write the time of the download there (ZipStream's and rubyzip's
default for an entry, which neither changes: Moodle's zip_writer.php, Canvas's content_zipper.rb and its issue 2219).
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

WRITTEN = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<hour>\d\d:\d\d:\d\d)(?P<fraction>\.\d+)? ?"
    r"(?P<zone>[A-Za-z][\w/+-]*|[+-]\d\d:?\d\d)?"
)


def moment(words: str) -> datetime | None:
    """The time that words name, None if they name none. Without a zone it is UTC, as in nbgrader and in YAML."""
    written = WRITTEN.fullmatch(words.strip())
    if written is None:
        return None
    zone = written["zone"] or "UTC"
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    text = f"{written['day']} {written['hour']}{written['fraction'] or ''}"
    try:
        if zone[0] in "+-":
            return datetime.fromisoformat(text + zone).astimezone(UTC)
        here = datetime.fromisoformat(text)
        known = None if zone in time.tzname else ZoneInfo(zone)
        return (here.replace(tzinfo=known) if known else here).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):  # no such day, no such zone
        return None


def stamp(at: datetime) -> str:
    """A time in the form of timestamp.txt, in UTC."""
    at = at.astimezone(UTC).replace(tzinfo=None)
    return f"{at.isoformat(' ')} UTC"


def to_the_second(timestamp: str) -> str:
    """A timestamp for people: `2026-11-18 22:10:05 UTC`; as it is, if it cannot be read."""
    at = moment(timestamp)
    return timestamp if at is None else stamp(at.replace(microsecond=0))
