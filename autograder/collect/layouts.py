"""The ways of laying out hand-ins in a folder or a zip, and the facts on each file that they give.

nbgrader's submitted/           <student>/<assignment>/x.ipynb, with a timestamp.txt beside
a folder for each student       <student>/x.ipynb
a flat folder                   <student>.ipynb
Moodle, Canvas, Blackboard      see lms_filenames
Gradescope                      see gradescope_export
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder import course
from autograder.collect import files, timestamps
from autograder.collect.files import File, FoundFile, Tree, Zipped, by_place
from autograder.collect.gradescope_export import gradescope
from autograder.collect.lms_filenames import blackboard, canvas, moodle
from autograder.errors import Unreadable
from autograder.untrusted_text import one_line

TIMESTAMP = "timestamp.txt"
SYSTEMS = [gradescope, moodle, blackboard, canvas]


def found_files(tree: Tree) -> list[FoundFile]:
    """The files of the tree with their students. If no system named them, the layout is nbgrader's or a flat one."""
    unwrapped = tree.unwrapped()
    for seen in filter(None, [tree, unwrapped]):
        for system in SYSTEMS:
            named = system(seen)
            if named:
                return named + plain(_rest(seen, named)) if system in (moodle, blackboard) else named
    return plain(unwrapped if unwrapped is not None and _is_wrapped(tree) else tree)


def _rest(tree: Tree, named: list[FoundFile]) -> Tree:
    """The files that a system did not name, such as a notebook that was put there by hand."""
    taken = {entry.file.parts for entry in named if entry.file is not None}
    return Tree(tree.root, tuple(file for file in tree.files if file.parts not in taken), frozenset())


def _is_wrapped(tree: Tree) -> bool:
    """Whether the one folder around everything is a mere wrapping, not a student's."""
    ids = course.current().assignment_ids()
    seconds = {parts[1] for parts in tree.folders if len(parts) > 1}
    notebooks = [file.parts[1:] for file in tree.files if file.is_notebook]
    names = {course.name_of(id) for id in ids}
    of_one_student = len(notebooks) == 1 and len(notebooks[0]) == 1 and files.stem(notebooks[0][0]) in names
    return tree.root.name != "submitted" and not seconds & set(ids) and not of_one_student


def plain(tree: Tree) -> list[FoundFile]:
    """nbgrader's layout, a folder for each student, or a flat folder; or these side by side."""
    lying = by_place(tree, 2)
    pairs = {(parts[0], parts[1]) for parts in tree.folders if len(parts) == 2}
    pairs |= {(file.parts[0], file.parts[1]) for file in tree.files if len(file.parts) > (1 if file.is_folder else 2)}
    own_folders, ids = _with_notebook(tree), set(course.current().assignment_ids())
    pairs = {pair for pair in pairs if pair[0] not in own_folders or pair[1] in ids}  # a student made the others
    sorted_out = [entry for pair in sorted(pairs) for entry in _assignment(lying.get(pair, []), *pair)]
    own = list(_own_folders(tree, pairs))
    return [*sorted_out, *own, *_loose(tree, bool(sorted_out or own))]


def _assignment(inside: list[File], student: str, assignment: str) -> Iterator[FoundFile]:
    """nbgrader's folder of one student and one assignment. Folders in it count if it has no notebook itself."""
    near = [file for file in inside if len(file.parts) <= 3]
    stamped = [file for file in inside if file.parts[2:] == (TIMESTAMP,)]
    chosen = [file for file in inside if file not in stamped]
    if any(file.is_notebook for file in near):
        chosen = [file for file in inside if file in near or not file.is_notebook]
    timestamp, notes = _timestamp(inside)
    for file in chosen:
        yield FoundFile(student, file, "/".join(file.parts[2:] or file.parts[1:]), assignment, timestamp, notes=notes)
    if not chosen:
        yield FoundFile(student, None, "", assignment, timestamp, notes=notes)


def _timestamp(inside: list[File]) -> tuple[str, tuple[str, ...]]:
    """The time in timestamp.txt, and notes on it."""
    stamped = next((file for file in inside if file.parts[2:] == (TIMESTAMP,)), None)
    if stamped is None:
        return "", ()
    try:
        words = "" if stamped.problem else files.read(stamped.content)[:200].decode(errors="replace").strip()
    except Unreadable as problem:
        return "", (f"{TIMESTAMP} was not read: {problem}.",)
    time = timestamps.moment(words)
    if time is not None:
        return timestamps.stamp(time), ()
    why = stamped.problem or f"it says '{one_line(words)}', which is no time"
    return "", (f"{TIMESTAMP} was not read: {why}.",)


def _own_folders(tree: Tree, pairs: set[tuple[str, str]]) -> Iterator[FoundFile]:
    """A folder for each student, with files in it; a tree without a notebook in any has none.

    The files below a folder with a notebook belong to that notebook; notebooks there do not count.
    """
    with_notebook = _with_notebook(tree)
    known = {student for student, _ in pairs} - with_notebook
    every_folder = bool(with_notebook) and not any(len(file.parts) == 1 and file.is_notebook for file in tree.files)
    for file in tree.files:
        student, depth = file.parts[0], len(file.parts)
        belongs = depth > 2 and student in with_notebook and not file.is_notebook and file.parts[:2] not in pairs
        if student not in known and (belongs or (depth == 2 and (student in with_notebook or every_folder))):
            yield FoundFile(student, file, "/".join(file.parts[1:]))


def _with_notebook(tree: Tree) -> set[str]:
    """The folders at the top that have a notebook in them."""
    return {file.parts[0] for file in tree.files if len(file.parts) == 2 and file.is_notebook}


def _loose(tree: Tree, has_folders: bool) -> Iterator[FoundFile]:
    """Files in no folder. In a zip another zip is listed, since it may be a student's; an unreadable folder is listed
    if the other folders are students'.
    """
    for file in tree.files:
        if len(file.parts) > 1:
            continue
        name, (_, dot, ending) = files.stem(file.parts[0]), file.parts[0].rpartition(".")
        within = isinstance(file.content, Zipped) and ending.lower() == "zip"
        if file.is_notebook or (dot and within):
            yield FoundFile(name, file, file.parts[0])
        elif file.is_folder and has_folders:
            yield FoundFile(file.parts[0], file, file.parts[0])
