"""The hidden suite of assignment 05, a decoder that looks back at every source step.

The tests stand in one module per group of questions; the name of each begins with its question's id, so that none
hides another here.
"""

from autograder.suites.questions_05_attention import *  # noqa: F403
from autograder.suites.questions_05_decoder import *  # noqa: F403
from autograder.suites.questions_05_encoder import *  # noqa: F403
from autograder.suites.questions_05_map import *  # noqa: F403
from autograder.suites.questions_05_scores import *  # noqa: F403
from autograder.suites.questions_05_seq2seq import *  # noqa: F403
from autograder.suites.questions_05_training import *  # noqa: F403
from autograder.suites.questions_05_weights import *  # noqa: F403
