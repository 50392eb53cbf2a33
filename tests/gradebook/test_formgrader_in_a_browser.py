"""formgrader in a real JupyterLab: Chromium clicks its buttons and types a mark and a comment."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from every_assignment import REPOSITORY
from nbgrader.api import Gradebook
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect, sync_playwright
from tiny_course import ID, answered, hand_in, tiny_course, until

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]

TRIPLED = {"double": "def double(xs):\n    return 3 * xs\n"}
SCORE, COMMENT = "25.5", "The idea is right: <b>only</b> the factor is not."
PATIENCE_MS = 60_000
EXCHANGE = """
get_config().CourseDirectory.course_id = "tiny"
get_config().Exchange.root = {root!r}
"""
NO_NEWS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with an exchange and three submissions: a wrong answer, a file that is cut off, one of another name."""
    place = tmp_path_factory.mktemp("browser")
    root = tiny_course(place)
    exchange = place / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)  # as nbgrader asks
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(EXCHANGE.format(root=str(exchange)))
    hand_in(root, "ash", answered(root, TRIPLED))
    hand_in(root, "beech", answered(root)[:900])
    hand_in(root, "cedar", answered(root), name="tiny (1).ipynb")
    return root


@contextmanager
def jupyterlab(root: Path, home: Path) -> Iterator[str]:
    """A JupyterLab in the course's folder that keeps its files in `home`; its address, token included."""
    runtime = home / "runtime"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    folders = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    overrides = Path(folders["JUPYTER_CONFIG_DIR"], "labconfig", "default_setting_overrides.json")
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(NO_NEWS))  # its question would lie over formgrader's buttons
    env = os.environ | folders | {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime)}
    env |= {"AUTOGRADER_COURSE": str(root), "PYTHONPATH": str(REPOSITORY)}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    address = ("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}")
    token = f"--IdentityProvider.token={secrets.token_hex()}"
    with (home / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *address, token, "--LabApp.extension_manager=readonly"]
        server = subprocess.Popen(command, cwd=root, env=env, stdout=log, stderr=log)
        try:
            until(lambda: list(runtime.glob("*-open.html")) or server.poll() is not None)  # written after the other one
            assert server.poll() is None, (home / "server.log").read_text()
            running = json.loads(next(runtime.glob("jpserver-*.json")).read_text())
            yield f"{running['url']}lab?token={running['token']}"
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def page(root: Path) -> Iterator[Page]:
    """A page of Chromium with that JupyterLab; nothing is loaded from elsewhere."""

    def answer(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    home = root.parent / "home"
    home.mkdir()
    with jupyterlab(root, home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, env={**os.environ, "HOME": str(home)})
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.route("**/*", answer)
        page.goto(address)
        yield page
        browser.close()


class Formgrader:
    """formgrader in its tab of JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.frame: FrameLocator = page.frame_locator("#formgrader-iframe iframe")

    def go(self, page: str) -> None:
        """Go to one of formgrader's pages by a link with its name."""
        self.frame.get_by_role("link", name=page).first.click()
        expect(self.frame.get_by_role("heading", name=page)).to_be_visible()

    def manage_submissions(self) -> None:
        """Go to the table of the assignment's submissions, from any page."""
        self.go("Manual Grading")  # the page of a submission has no other way out
        self.go("Manage Assignments")
        self.frame.locator("td.num-submissions a").click()

    def mark_by_hand(self) -> None:
        """Go to the page where the only graded submission is marked by hand; return when its marks are loaded."""
        self.go("Manual Grading")
        for name in (ID, "tiny", "Submission #1"):
            self.frame.get_by_role("link", name=name, exact=True).click()
        expect(self.score()).to_have_attribute("placeholder", "0")
        expect(self.comment()).to_have_attribute("placeholder", re.compile("Type any comments"))

    def score(self) -> Locator:
        """The field for the points of the first question, on the page of a submission."""
        return self.frame.locator("input#double_check")

    def comment(self) -> Locator:
        """The field for a comment on the first answer."""
        return self.frame.locator("textarea#double-comment")

    def row(self, student: str) -> Locator:
        """A student's row in the table of submissions."""
        student_id = self.frame.locator("td.student-id", has_text=re.compile(f"^{student}$"))
        return self.frame.locator("tr", has=student_id)

    def press(self, button: str, row: Locator | None = None) -> tuple[str, str]:
        """Click a button of a row, the first one by default; the title and text of the box that then opens, closed."""
        (row or self.frame.locator("tbody#main-table tr").first).locator(f"td.{button} a").click()
        box = self.frame.locator(".modal.in")
        title, text = box.locator(".modal-title").inner_text(), box.locator(".modal-body").inner_text()
        box.get_by_role("button", name="OK").click()
        expect(self.frame.locator(".modal")).to_have_count(0)
        return title, text


@pytest.fixture(scope="module")
def formgrader(page: Page) -> Formgrader:
    """formgrader, opened from JupyterLab's menu, with the assignment generated."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    opened = Formgrader(page)
    title, text = opened.press("assign")
    assert title == "Success", text
    return opened


def save(page: Page, field: Locator, typed: str, address: str) -> None:
    """Type into a field and leave it; return when the server has saved it."""
    with page.expect_response(re.compile(address)) as response:
        field.fill(typed)
        field.press("Tab")
    assert response.value.ok


def in_gradebook(root: Path) -> tuple[float, float | None, str]:
    """What the gradebook has of the submission: its points, those by hand of the first question, the comment."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        score = gradebook.find_submission(ID, "ash").score
        grade = gradebook.find_grade("double_check", "tiny", ID, "ash")
        comment = gradebook.find_comment("double", "tiny", ID, "ash")
        return score, grade.manual_score, comment.manual_comment


def test_an_assignment_is_released_and_withdrawn(root: Path, formgrader: Formgrader) -> None:
    formgrader.go("Manage Assignments")
    released = root.parent / "exchange" / "tiny" / "outbound" / ID / "tiny.ipynb"
    title, text = formgrader.press("release")
    assert title == "Success", text
    assert released.read_bytes() == (root / "assignments" / ID / "tiny.ipynb").read_bytes()
    expect(formgrader.frame.locator("td.status")).to_have_text("released")
    assert formgrader.press("release")[0] == "Success"
    assert not released.exists()


def test_a_mark_and_a_comment_outlast_grading_again(root: Path, page: Page, formgrader: Formgrader) -> None:
    formgrader.manage_submissions()
    title, text = formgrader.press("autograde", formgrader.row("ash"))
    assert title == "Success", text
    expect(formgrader.row("ash").locator("td.score")).to_have_text("60 / 100")
    formgrader.mark_by_hand()
    save(page, formgrader.score(), SCORE, "/formgrader/api/grade/")
    save(page, formgrader.comment(), COMMENT, "/formgrader/api/comment/")
    assert in_gradebook(root) == (85.5, 25.5, COMMENT)
    before = (root / "autograded" / "ash" / ID / "tiny.ipynb").stat().st_mtime_ns
    formgrader.manage_submissions()
    title, text = formgrader.press("autograde", formgrader.row("ash"))
    assert title == "Success", text
    assert (root / "autograded" / "ash" / ID / "tiny.ipynb").stat().st_mtime_ns > before
    expect(formgrader.row("ash").locator("td.score")).to_have_text("85.5 / 100")
    assert in_gradebook(root) == (85.5, 25.5, COMMENT)
    formgrader.mark_by_hand()
    expect(formgrader.score()).to_have_value(SCORE)
    expect(formgrader.comment()).to_have_value(COMMENT)
    formgrader.manage_submissions()
    title, text = formgrader.press("generate-feedback", formgrader.row("ash"))
    assert title == "Success", text
    assert page.context.browser is not None
    feedback = page.context.browser.new_page()
    feedback.goto((root / "feedback" / "ash" / ID / "tiny.html").as_uri())
    for shown in (COMMENT, "Marked by hand: 25.5 points.", "85.5"):
        expect(feedback.locator("body")).to_contain_text(shown)
    feedback.close()


REASONS = {
    "beech": (
        "the file is not a complete notebook: it ends in the middle, as after an incomplete upload; ask for it again"
    ),
    "cedar": (
        "there is no tiny.ipynb, only tiny (1).ipynb: rename it, or use `python -m autograder grade`, "
        "which finds it under any name"
    ),
}


@pytest.mark.parametrize("student", REASONS)
def test_a_submission_that_cannot_be_graded_shows_one_sentence(formgrader: Formgrader, student: str) -> None:
    formgrader.manage_submissions()
    title, text = formgrader.press("autograde", formgrader.row(student))
    assert title == "Error"
    introduction, _, sentence = text.partition("Log Output")
    assert introduction.strip() == f"There was an error autograding '{ID}' for student '{student}':"
    assert " ".join(sentence.split()) == REASONS[student]
    expect(formgrader.row(student).locator("td.status")).to_have_text("needs autograding")
    title, text = formgrader.press("generate-feedback", formgrader.row(student))
    assert title == "Error"
    assert text.endswith("\nthere is nothing to show yet: it has to be autograded first")
