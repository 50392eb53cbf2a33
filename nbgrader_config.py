"""Read by `nbgrader` when it is run in this folder. See autograder/authoring/nbgrader_settings.py."""

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.nbgrader_settings import settings
from autograder.gradebook.formgrader import explain_failures

source_notebook.refresh()
get_config().merge(settings(course.current().root))  # noqa: F821 (nbgrader runs this file with get_config defined)
explain_failures()
