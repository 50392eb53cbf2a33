"""Times of handing in: read as systems write them, written as in nbgrader's timestamp.txt.

A false time costs marks, so a time counts only if the system calls it that of handing in. The times of files, on
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
    """The time that a text names, None if it names none. Without a zone it is UTC, as in nbgrader and in YAML."""
    written = WRITTEN.fullmatch(words.strip())
    if written is None:
        return None
    zone = written["zone"] or "UTC"
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    text = f"{written['day']} {written['hour']}{written['fraction'] or ''}"
    try:
        if zone[0] in "+-":
            return datetime.fromisoformat(text + zone).astimezone(UTC)
        bare = datetime.fromisoformat(text)
        known = None if zone in time.tzname else ZoneInfo(zone)
        return (bare.replace(tzinfo=known) if known else bare).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):  # no such day, no such zone
        return None


def stamp(moment_handed_in: datetime) -> str:
    """A time in the form of timestamp.txt, in UTC."""
    plain = moment_handed_in.astimezone(UTC).replace(tzinfo=None)
    return f"{plain.isoformat(' ')} UTC"


def to_the_second(timestamp: str) -> str:
    """A timestamp for people: `2026-11-18 22:10:05 UTC`; unchanged if it cannot be read."""
    parsed = moment(timestamp)
    return timestamp if parsed is None else stamp(parsed.replace(microsecond=0))
