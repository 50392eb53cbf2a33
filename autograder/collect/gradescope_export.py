"""Gradescope's export of submissions: a folder for each submission, and a file of metadata with the names.

    assignment_123_export/submission_metadata.yml
    assignment_123_export/submission_456/x.ipynb

The metadata is YAML written by Ruby: its keys are symbols (`:submitters`, `:created_at`), which any reader of YAML
takes for text beginning with a colon. A group's submission has several submitters: each gets an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.collect import files, timestamps
from autograder.collect.files import File, FoundFile, Tree
from autograder.errors import GraderError, Unreadable
from autograder.untrusted_text import one_line

METADATA = "submission_metadata.yml"
NOTHING = {"", "null", "~"}


def gradescope(tree: Tree) -> list[FoundFile]:
    """The files of a Gradescope export; none if the tree is none. Raises GraderError if its metadata is damaged."""
    metadata = next((file for file in tree.files if file.parts == (METADATA,)), None)
    if metadata is None:
        return []
    known = _read(metadata)
    lying = {place[0]: inside for place, inside in files.by_place(tree, 1).items()}
    strangers = {file.parts[0] for file in tree.files if len(file.parts) > 1} - set(known)
    every = known | {id: {} for id in sorted(strangers)}
    return [entry for id, about in every.items() for entry in _submission(lying.get(id, []), id, about)]


def _read(metadata: File) -> dict[str, Any]:
    """The metadata as text, lists and mappings, so that a student's number keeps its zeros and tags are ignored."""
    import yaml  # only here: the command line is to start quickly

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if metadata.problem:
            raise Unreadable(metadata.problem)
        content = yaml.load(files.read(metadata.content), Loader=loader)
    except (Unreadable, yaml.YAMLError, UnicodeError, RecursionError, TypeError) as error:
        why = one_line(str(error))
        raise GraderError(f"{METADATA} of the Gradescope export cannot be read: {why}") from None
    if not isinstance(content, dict):
        raise GraderError(f"{METADATA} of the Gradescope export cannot be read: it is no list of submissions")
    return {str(id): about for id, about in content.items()}


def _submission(lying: list[File], id: str, about: Any) -> Iterator[FoundFile]:
    """The files of one submission, once for each of its submitters."""
    about = about if isinstance(about, dict) else {}
    time = timestamps.moment(str(about.get(":created_at", "")))
    timestamp = timestamps.stamp(time) if time is not None else ""
    students = _students(about)
    for student in students or [id]:
        notes = _notes(student, students)
        for file in lying:
            yield FoundFile(student, file, "/".join(file.parts[1:]) or id, timestamp=timestamp, notes=notes)
        if not lying:
            yield FoundFile(student, None, timestamp=timestamp, notes=notes)


def _students(about: dict[str, Any]) -> list[str]:
    submitters = about.get(":submitters")
    people = submitters if isinstance(submitters, list) else []
    names = [_student(person) for person in people if isinstance(person, dict)]
    return list(dict.fromkeys(filter(None, names)))


def _student(person: dict[str, Any]) -> str:
    """A person's number, else their address, else their name."""
    candidates = (person.get(key) for key in (":sid", ":email", ":name"))
    return next((word for word in candidates if isinstance(word, str) and word not in NOTHING), "")


def _notes(student: str, students: list[str]) -> tuple[str, ...]:
    others = [one for one in students if one != student]
    if not students:
        return ("Gradescope names nobody who handed this in.",)
    return (f"Handed in together with {files.listed(others)}.",) if others else ()
