"""The hidden suite of assignment 01, sampling text from a recurrent language model.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_01_measures import *  # noqa: F403
from autograder.suites.questions_01_models import *  # noqa: F403
from autograder.suites.questions_01_sampling import *  # noqa: F403
from autograder.suites.questions_01_state import *  # noqa: F403
from autograder.suites.questions_01_step import *  # noqa: F403
from autograder.suites.questions_01_time import *  # noqa: F403
