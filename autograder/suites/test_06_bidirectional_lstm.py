"""The hidden suite of assignment 06, reading both ways, and layers upon layers.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_06_bilstm import *  # noqa: F403
from autograder.suites.questions_06_lengths import *  # noqa: F403
from autograder.suites.questions_06_models import *  # noqa: F403
from autograder.suites.questions_06_stack import *  # noqa: F403
from autograder.suites.questions_06_torch import *  # noqa: F403
from autograder.suites.questions_06_training import *  # noqa: F403
