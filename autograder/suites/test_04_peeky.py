"""The hidden suite of assignment 04, a decoder that sees the encoder's answer at every step.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_04_counting import *  # noqa: F403
from autograder.suites.questions_04_decoder import *  # noqa: F403
from autograder.suites.questions_04_seq2seq import *  # noqa: F403
from autograder.suites.questions_04_training import *  # noqa: F403
