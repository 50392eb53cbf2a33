"""Handlers of formgrader's buttons: a failure is one sentence, where nbgrader's own (0.9.6) show tracebacks."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader import apihandlers

from autograder.gradebook.book import RAISED

Reply = dict[str, Any]

EXPLAINED = re.compile(r"(?:autograder\.errors\.\w+|nbgrader\.converters\.base\.NbGraderException): (.+)")
LOGGED_BEFORE = "Please see the"  # nbgrader's exception about one that it caught
NOTHING_GRADED = "No notebooks were matched by"
WIDTH = 80  # formgrader shows it in a box that does not break lines
AUTOGRADE_FIRST = "there is nothing to show yet: it has to be autograded first"


class OneSentenceApi(NbGraderAPI):
    """nbgrader's API, in which a command that fails gives its reason in one sentence."""

    def generate_assignment(self, *arguments: Any, **options: Any) -> Reply:
        """Make the release of an assignment."""
        return in_one_sentence(super().generate_assignment(*arguments, **options))

    def autograde(self, *arguments: Any, **options: Any) -> Reply:
        """Grade one submission."""
        return in_one_sentence(super().autograde(*arguments, **options))

    def generate_feedback(self, *arguments: Any, **options: Any) -> Reply:
        """Write the feedback page of one student, or of all."""
        reply = in_one_sentence(super().generate_feedback(*arguments, **options))
        if reply.get("log", "").startswith(NOTHING_GRADED):
            reply["log"] = AUTOGRADE_FIRST
        return reply


def in_one_sentence(reply: Reply) -> Reply:
    """The reply to a click: if it failed for a reason that has a sentence, that instead of log and traceback."""
    text = f"{reply.get('log', '')}\n{reply.get('error', '')}"
    raised = [line for line in RAISED.findall(text) if LOGGED_BEFORE not in line]
    explained = EXPLAINED.match(raised[-1].strip()) if raised else None
    if reply["success"] or explained is None:
        return reply
    sentence = textwrap.fill(explained[1], WIDTH, break_long_words=False, break_on_hyphens=False)
    return {"success": False, "log": sentence}


class _WithOneSentenceApi(apihandlers.BaseApiHandler):
    @property
    def api(self) -> OneSentenceApi:
        plain: NbGraderAPI = super().api
        return OneSentenceApi(plain.coursedir, plain.authenticator, parent=plain.parent)


class AssignHandler(_WithOneSentenceApi, apihandlers.AssignHandler):
    """Answers formgrader's "Generate"."""


class AutogradeHandler(_WithOneSentenceApi, apihandlers.AutogradeHandler):
    """Answers formgrader's "Autograde"."""


class GenerateFeedbackHandler(_WithOneSentenceApi, apihandlers.GenerateFeedbackHandler):
    """Answers formgrader's "Generate Feedback" of one submission."""


class GenerateAllFeedbackHandler(_WithOneSentenceApi, apihandlers.GenerateAllFeedbackHandler):
    """Answers formgrader's "Generate Feedback" of an assignment."""


HANDLERS = {
    "/formgrader/api/assignment/([^/]+)/assign": AssignHandler,
    "/formgrader/api/submission/([^/]+)/([^/]+)/autograde": AutogradeHandler,
    "/formgrader/api/assignment/([^/]+)/([^/]+)/generate_feedback": GenerateFeedbackHandler,
    "/formgrader/api/assignment/([^/]+)/generate_feedback": GenerateAllFeedbackHandler,
}
