"""The variant of the hidden inputs that a submission meets: decided by its bytes and a secret of the course.

So the same file always meets the same one, and nobody outside can tell which: hidden inputs that one submission finds
out say little about those of the next. The secret is made once, in a file that only its owner reads; where
several machines grade for one course, the environment variable AUTOGRADER_SECRET, the same on all, takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import tempfile
from dataclasses import replace
from pathlib import Path

from autograder import course
from autograder.errors import GraderError
from autograder.grading.options import Options
from autograder.testing.hidden_inputs import VARIANTS

VARIABLE = "AUTOGRADER_SECRET"
PLACE = Path(".autograder", "secret")
SHORTEST = 16  # characters of a secret in the environment
MADE = re.compile(rb"[0-9a-f]{64}\n?")


def with_variant(data: bytes, options: Options) -> Options:
    """The options with the variant that this file meets, unless they name one. Raises GraderError without a secret."""
    if options.variant is not None:
        return options
    return replace(options, variant=variant_of(course_secret(), hashlib.sha256(data).hexdigest()))


def variant_of(secret: bytes, submission_sha256: str) -> int:
    """The variant for a submission: 0 to VARIANTS - 1, all as likely."""
    digest = hmac.new(secret, submission_sha256.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest, "big") % VARIANTS


def course_secret() -> bytes:
    """The secret of the course; made if there is none. Raises GraderError if it cannot be read or made."""
    named = os.environ.get(VARIABLE, "")
    if named:
        if len(named) < SHORTEST:
            raise GraderError(f"{VARIABLE} is too short for a secret: give it {SHORTEST} characters or more.")
        return named.encode("utf-8", "surrogateescape")
    path = course.current().root / PLACE
    try:
        if not path.exists():
            _make(path)
        kept = path.read_bytes()
    except OSError as error:
        raise GraderError(
            f"the secret of the course, {path}, can be neither read nor made ({error.strerror or error}): give this "
            f"user access to it, or set {VARIABLE}."
        ) from None
    if not MADE.fullmatch(kept):
        raise GraderError(f"the secret of the course, {path}, is damaged: remove the file, and a new one is made.")
    return kept.strip()


def _make(path: Path) -> None:
    """Write a new secret, whole, for its owner alone; of several processes that do, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # its mode is 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        _put(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _put(draft: str, path: Path) -> None:
    """Give a file its name, unless another has it already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(draft, path)
