"""The grader's memory does not grow with what a submission answers, test after test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.filled_notebook import as_bytes, filled

ID = "01_rnn_lm_sampling"
LARGE = "def {name}(*args, **kwargs):\n    return np.zeros(8 * 10**6)\n"  # 64 MB for each call
QUESTIONS = ("softmax", "next_word_probabilities")  # which have a dozen tests
GROWTH_MIB = 700  # twice what was seen; without freeing it was 1,390

MEASURE = """
import json, resource, sys
from autograder.grading.grader import grade
from autograder.grading.options import Options

options = Options(assignment=sys.argv[2], questions=frozenset(sys.argv[3:]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = grade(open(sys.argv[1], "rb").read(), options).result
growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps([growth, result.score, result.problem]))
"""


@pytest.mark.slow
def test_large_answers_that_fail_are_freed(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    path.write_bytes(as_bytes(filled(ID, {name: LARGE.format(name=name) for name in QUESTIONS})))
    command = [sys.executable, "-c", MEASURE, str(path), ID, *QUESTIONS]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    growth_mib, score, problem = json.loads(done.stdout)
    assert (score, problem) == (0, "")
    assert growth_mib < GROWTH_MIB
