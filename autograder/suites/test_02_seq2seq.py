"""The hidden suite of assignment 02, from one sequence to another.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_02_decoder import *  # noqa: F403
from autograder.suites.questions_02_encoder import *  # noqa: F403
from autograder.suites.questions_02_measures import *  # noqa: F403
from autograder.suites.questions_02_seq2seq import *  # noqa: F403
from autograder.suites.questions_02_training import *  # noqa: F403
