"""Files that Moodle, Canvas and Blackboard hand out: the student of each, and the other facts in its name.

Moodle, "Download all submissions" (mod/assign/classes/downloader.php, earlier locallib.php):
    Full Name_123456_assignsubmission_file_/x.ipynb      a folder for each student; newer: no last _
    Full Name_123456_assignsubmission_file_x.ipynb       no folders; a blank in place of a _ in the name
    Participant_123456_assignsubmission_file/x.ipynb     marked blind
    Group name_17_assignsubmission_file/x.ipynb          handed in by a group; its members are not named
    Full Name_123456_assignsubmission_onlinetext/onlinetext.html
Canvas, "Download Submissions" (lib/content_zipper.rb), the two numbers being those of the student and of the file:
    lovelaceada_1234_56789_x.ipynb, lovelaceada_LATE_1234_56789_x-1.ipynb, LATE_anon_Ab1c2_56789_x.ipynb
    lovelaceada_1234_text.html, lovelaceada_1234_link.html
Blackboard, "Assignment File Download" (nbgrader's own example of a downloaded archive has these):
    Homework 1_ada_attempt_2026-01-30-15-00-00_x.ipynb, Homework 1_ada_attempt_2026-01-30-15-00-00.txt

Neither Moodle nor Canvas gives the time: see timestamps.
"""

from __future__ import annotations

import re
from datetime import datetime

from autograder.collect.files import FoundFile, Tree
from autograder.collect.timestamps import stamp

MOODLE = re.compile(r"(?P<student>.+?)_assignsubmission_[a-z0-9]+(?:_(?P<file>.*))?", re.DOTALL)
CANVAS = re.compile(
    r"(?:(?P<name>[^_].*?)_)??(?P<late>LATE_)?(?:(?P<number>\d+)|(?P<anonymous>anon_[A-Za-z0-9]+))_"
    r"(?:(?P<upload>\d{3,})_(?P<file>.+)|(?P<entered>(?:text|link)\.html))",
    re.DOTALL,
)
BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)?", re.DOTALL
)
RECEIPT = "the receipt"  # Blackboard's own, of an attempt
LATE = "Canvas marks it as late."


def moodle(tree: Tree) -> list[FoundFile]:
    """The files with names by Moodle."""
    entries = []
    for file in tree.files:
        known = MOODLE.fullmatch(file.parts[0])
        if known is not None:
            name = "/".join(file.parts[1:]) or known["file"] or file.parts[0]
            entries.append(FoundFile(known["student"], file, name))
    filled = {file.parts[0] for file in tree.files}
    empty = sorted(parts[0] for parts in tree.folders if len(parts) == 1 and parts[0] not in filled)
    named = [known["student"] for known in map(MOODLE.fullmatch, empty) if known is not None]
    return entries + [FoundFile(student, None) for student in named]


def canvas(tree: Tree) -> list[FoundFile]:
    """The files with names by Canvas; none, unless all notebooks have such names: a few digits prove nothing."""
    loose = [file for file in tree.files if len(file.parts) == 1]
    named = [(file, CANVAS.fullmatch(file.parts[0])) for file in loose]
    if any(known is None and file.is_notebook for file, known in named):
        return []
    entries = []
    for file, known in named:
        if known is not None:
            student = "_".join(filter(None, [known["name"], known["anonymous"] or known["number"]]))
            notes = (LATE,) if known["late"] else ()
            name = known["file"] or known["entered"]
            entries.append(FoundFile(student, file, name, upload=int(known["upload"] or 0), notes=notes))
    return entries


def blackboard(tree: Tree) -> list[FoundFile]:
    """The files with names by Blackboard, with the time of each attempt.

    A name may have a _ in it, and so may the assignment: the common beginning of all, to its last _, is the assignment.
    """
    known = [(file, BLACKBOARD.fullmatch(file.parts[0])) for file in tree.files if len(file.parts) == 1]
    named = [(file, match) for file, match in known if match is not None]
    heads = {match["head"] for _, match in named}
    start = _common(heads)
    entries = []
    for file, match in named:
        timestamp, notes = _local(match["time"])
        student, name = match["head"][start:], match["file"] or RECEIPT
        entries.append(FoundFile(student or match["head"], file, name, timestamp=timestamp, notes=notes))
    return entries


def _common(heads: set[str]) -> int:
    """The length of the assignment's name, the _ after it included."""
    first, last = min(heads, default=""), max(heads, default="")
    differs = next(
        (place for place, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first)
    )
    return first.rfind("_", 0, differs) + 1


def _local(digits: str) -> tuple[str, tuple[str, ...]]:
    """The time in one of Blackboard's names, which has no time zone; assume the local one and add a note."""
    try:
        time = datetime.strptime(digits, "%Y-%m-%d-%H-%M-%S").astimezone()
    except (ValueError, OverflowError):
        return "", (f"The time of the attempt, {digits}, is none: no time was taken.",)
    zone = time.strftime("%Z")
    return stamp(time), (f"Blackboard names no time zone: {time:%Y-%m-%d %H:%M:%S} was read as {zone}.",)
