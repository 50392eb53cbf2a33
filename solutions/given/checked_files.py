"""Files of questions and answers, read only if they are what was handed out."""

import hashlib

CHECKED_REMEDY = (
    "Take the assignment's folder again, or put its data folder back as it was; "
    "in the course's repository, run `python -m autograder data` and then `python -m autograder build`."
)


def _checked_pairs(path, sha256, rows, train_rows, width):
    """(train, test) of a file whose lines are a question, padded to `width`, and its answer; neither is padded here.

    train and test are pairs (questions, answers) of lists of str; the first `train_rows` of the `rows` lines are train.
    Raises FileNotFoundError if the file is not there, ValueError if its checksum is another one than `sha256`.
    """
    lines = _checked_lines(path, sha256, rows)
    questions = [line[:width].rstrip() for line in lines]
    answers = [line[width:].rstrip() for line in lines]
    return (questions[:train_rows], answers[:train_rows]), (questions[train_rows:], answers[train_rows:])


def _checked_lines(path, sha256, rows):
    """The lines of the file, once its checksum is right. Line ends may be those of any system."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there. {CHECKED_REMEDY}")
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        what = "it was altered" if len(lines) == rows else f"it has {len(lines)} lines, not {rows}"
        raise ValueError(f"{path} is not the file that was handed out: {what}. {CHECKED_REMEDY}")
    return lines
