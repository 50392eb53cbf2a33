"""The hidden suite of assignment 03, feeding the question backwards.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_03_learning import *  # noqa: F403
from autograder.suites.questions_03_reading import *  # noqa: F403
from autograder.suites.questions_03_training import *  # noqa: F403
