"""Addition as text: the sums that a model learns from and is judged by, read from a file that is checked first."""

import hashlib
from pathlib import Path

ADDITION_FILE = Path(__file__).parent / "data" / "addition.txt"
ADDITION_SHA256 = "c9a6c3d4ee941f43b0900ecdab5d1abf79729380952bd4541766023c653bdaa2"
ADDITION_ROWS = 50_000
ADDITION_TRAIN_ROWS = 45_000  # the first ones; no question of theirs comes again in the others
ADDITION_QUESTION_WIDTH = 7  # characters of a line, the answer takes the rest
ADDITION_CHARACTERS = " +0123456789_"  # the space first, so that padding has the id 0
ADDITION_REMEDY = (
    "Take the assignment's folder again, or put its data folder back as it was; "
    "in the course's repository, run `python -m autograder data` and then `python -m autograder build`."
)


def load_addition(path=None):
    """The sums of data/addition.txt, as texts.

    path      the file, if it is another one than data/addition.txt beside this module
    returns   (train, test, characters). train and test are pairs (questions, answers) of lists of str, 45,000 and
              5,000 of each, without padding: the question "57+5" (at most 7 characters) has the answer "_62" (at most
              5). characters is a str of the 13 characters that occur, the space first
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    lines = _addition_lines(ADDITION_FILE if path is None else Path(path))
    questions = [line[:ADDITION_QUESTION_WIDTH].rstrip() for line in lines]
    answers = [line[ADDITION_QUESTION_WIDTH:].rstrip() for line in lines]
    train = questions[:ADDITION_TRAIN_ROWS], answers[:ADDITION_TRAIN_ROWS]
    test = questions[ADDITION_TRAIN_ROWS:], answers[ADDITION_TRAIN_ROWS:]
    return train, test, ADDITION_CHARACTERS


def _addition_lines(path):
    """The lines of the file, once its checksum is right. Line ends may be those of any system."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there. {ADDITION_REMEDY}")
    text = path.read_text(encoding="ascii", errors="replace")
    lines = text.splitlines()
    if hashlib.sha256(text.encode()).hexdigest() != ADDITION_SHA256:
        what = "it was altered" if len(lines) == ADDITION_ROWS else f"it has {len(lines)} lines, not {ADDITION_ROWS}"
        raise ValueError(f"{path} is not the file that was handed out: {what}. {ADDITION_REMEDY}")
    return lines
