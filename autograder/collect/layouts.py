"""Which way of laying out hand-ins a folder or a zip follows, and what that says of each file.

nbgrader's submitted/           <student>/<assignment>/x.ipynb, with a timestamp.txt beside
a folder for each student       <student>/x.ipynb
a flat folder                   <student>.ipynb
Moodle, Canvas, Blackboard      see lms_names
Gradescope                      see gradescope
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder import course
from autograder.collect import files, timestamps
from autograder.collect.files import File, Piece, Tree, Zipped, by_place
from autograder.collect.gradescope_export import gradescope
from autograder.collect.lms_filenames import blackboard, canvas, moodle
from autograder.errors import Unreadable
from autograder.untrusted_text import one_line

TIMESTAMP = "timestamp.txt"
SYSTEMS = [gradescope, moodle, blackboard, canvas]


def pieces(tree: Tree) -> list[Piece]:
    """Whose each file of the tree is. What no system named is read as nbgrader's layout or a flat one."""
    unwrapped = tree.unwrapped()
    for seen in filter(None, [tree, unwrapped]):
        for system in SYSTEMS:
            found = system(seen)
            if found:
                return found + plain(_rest(seen, found)) if system in (moodle, blackboard) else found
    return plain(unwrapped if unwrapped is not None and _is_wrapped(tree) else tree)


def _rest(tree: Tree, found: list[Piece]) -> Tree:
    """What a system did not name, among it perhaps a notebook that was put there by hand."""
    taken = {piece.file.parts for piece in found if piece.file is not None}
    return Tree(tree.root, tuple(file for file in tree.files if file.parts not in taken), frozenset())


def _is_wrapped(tree: Tree) -> bool:
    """Whether the one folder around everything is a mere wrapping, not a student."""
    ids = course.current().assignment_ids()
    seconds = {parts[1] for parts in tree.folders if len(parts) > 1}
    notebooks = [file.parts[1:] for file in tree.files if file.is_notebook]
    names = {course.name_of(id) for id in ids}
    of_one_student = len(notebooks) == 1 and len(notebooks[0]) == 1 and files.stem(notebooks[0][0]) in names
    return tree.root.name != "submitted" and not seconds & set(ids) and not of_one_student


def plain(tree: Tree) -> list[Piece]:
    """nbgrader's layout, a folder for each student, or a flat folder; side by side, if they lie so."""
    lying = by_place(tree, 2)
    pairs = {(parts[0], parts[1]) for parts in tree.folders if len(parts) == 2}
    pairs |= {(file.parts[0], file.parts[1]) for file in tree.files if len(file.parts) > (1 if file.is_folder else 2)}
    own_folders, ids = _with_notebook(tree), set(course.current().assignment_ids())
    pairs = {pair for pair in pairs if pair[0] not in own_folders or pair[1] in ids}  # others are of their own making
    sorted_out = [piece for pair in sorted(pairs) for piece in _assignment(lying.get(pair, []), *pair)]
    own = list(_own_folders(tree, pairs))
    return [*sorted_out, *own, *_loose(tree, bool(sorted_out or own))]


def _assignment(inside: list[File], student: str, assignment: str) -> Iterator[Piece]:
    """nbgrader's folder of one student and one assignment. Folders in it count if it has no notebook itself."""
    near = [file for file in inside if len(file.parts) <= 3]
    stamped = [file for file in inside if file.parts[2:] == (TIMESTAMP,)]
    chosen = [file for file in inside if file not in stamped]
    if any(file.is_notebook for file in near):
        chosen = [file for file in inside if file in near or not file.is_notebook]
    timestamp, notes = _timestamp(inside)
    for file in chosen:
        yield Piece(student, file, "/".join(file.parts[2:] or file.parts[1:]), assignment, timestamp, notes=notes)
    if not chosen:
        yield Piece(student, None, "", assignment, timestamp, notes=notes)


def _timestamp(inside: list[File]) -> tuple[str, tuple[str, ...]]:
    """What timestamp.txt says, and what is to be said of it."""
    stamped = next((file for file in inside if file.parts[2:] == (TIMESTAMP,)), None)
    if stamped is None:
        return "", ()
    try:
        words = "" if stamped.problem else files.read(stamped.content)[:200].decode(errors="replace").strip()
    except Unreadable as problem:
        return "", (f"{TIMESTAMP} was not read: {problem}.",)
    at = timestamps.moment(words)
    if at is not None:
        return timestamps.stamp(at), ()
    why = stamped.problem or f"it says '{one_line(words)}', which is no time"
    return "", (f"{TIMESTAMP} was not read: {why}.",)


def _own_folders(tree: Tree, pairs: set[tuple[str, str]]) -> Iterator[Piece]:
    """A folder for each student, with files in it; a tree without a notebook in any has none.

    Below a folder with a notebook lies what belongs to that notebook; notebooks there do not count.
    """
    with_notebook = _with_notebook(tree)
    known = {student for student, _ in pairs} - with_notebook
    every_folder = bool(with_notebook) and not any(len(file.parts) == 1 and file.is_notebook for file in tree.files)
    for file in tree.files:
        student, depth = file.parts[0], len(file.parts)
        belongs = depth > 2 and student in with_notebook and not file.is_notebook and file.parts[:2] not in pairs
        if student not in known and (belongs or (depth == 2 and (student in with_notebook or every_folder))):
            yield Piece(student, file, "/".join(file.parts[1:]))


def _with_notebook(tree: Tree) -> set[str]:
    """The folders at the top that have a notebook in them."""
    return {file.parts[0] for file in tree.files if len(file.parts) == 2 and file.is_notebook}


def _loose(tree: Tree, has_folders: bool) -> Iterator[Piece]:
    """Files in no folder. In a zip another zip is named, since it may be somebody's; folders that cannot be looked
    into are somebody's if the other folders are.
    """
    for file in tree.files:
        if len(file.parts) > 1:
            continue
        name, (_, dot, ending) = files.stem(file.parts[0]), file.parts[0].rpartition(".")
        within = isinstance(file.content, Zipped) and ending.lower() == "zip"
        if file.is_notebook or (dot and within):
            yield Piece(name, file, file.parts[0])
        elif file.is_folder and has_folders:
            yield Piece(file.parts[0], file, file.parts[0])
