"""Addition as text: the sums that a model learns from and is judged by, read from a file that is checked first."""

from pathlib import Path

ADDITION_FILE = Path(__file__).parent / "data" / "addition.txt"
ADDITION_SHA256 = "c9a6c3d4ee941f43b0900ecdab5d1abf79729380952bd4541766023c653bdaa2"
ADDITION_ROWS = 50_000
ADDITION_TRAIN_ROWS = 45_000  # the first ones; no question of theirs comes again in the others
ADDITION_QUESTION_WIDTH = 7  # characters of a line, the answer takes the rest
ADDITION_CHARACTERS = " +0123456789_"  # the space first, so that padding has the id 0


def load_addition(path=None):
    """The sums of data/addition.txt, as texts.

    path      the file, if it is another one than data/addition.txt beside this module
    returns   (train, test, characters). train and test are pairs (questions, answers) of lists of str, 45,000 and
              5,000 of each, without padding: the question "57+5" (at most 7 characters) has the answer "_62" (at most
              5). characters is a str of the 13 characters that occur, the space first
    raises    FileNotFoundError if the file is not there, ValueError if it is not the file that was handed out
    """
    path = ADDITION_FILE if path is None else Path(path)
    sizes = ADDITION_ROWS, ADDITION_TRAIN_ROWS, ADDITION_QUESTION_WIDTH
    train, test = _checked_pairs(path, ADDITION_SHA256, *sizes)
    return train, test, ADDITION_CHARACTERS
