"""The reports agree with the results, invent no mark, and let no student's text act on a page or terminal."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from statistics import correlation

import nbformat
import pytest
from rich.console import Console

from autograder.reports import terminal
from autograder.reports.class_report import class_report_html, write_class_report
from autograder.reports.feedback import feedback_html, question_feedback
from autograder.reports.markdown_summary import summary_markdown
from autograder.reports.marks_csv import write_marks_csv
from autograder.reports.notebook_html import COLOURED_LIMIT, OUTPUT_LIMIT, notebook_html
from autograder.reports.outcomes import ALL_OUTCOMES, css_name
from autograder.reports.page import percent, script
from autograder.reports.plain_text import clean, first_line, no_formula, points
from autograder.reports.plots import _tenths, reasons_plot
from autograder.reports.progress import progress
from autograder.reports.progress_form import Form, chosen_form
from autograder.reports.summary import answer, outcome_counts, share, summarise
from autograder.result import BY_HAND, LIKELY, NOT_GRADED, QuestionResult, Result

ASSIGNMENT = "05_attention"
POINTS = {
    "weight_sum": 8.0,
    "attention_weight": 12.0,
    "attention": 8.0,
    "time_attention": 10.0,
    "attention_encoder": 6.0,
    "attention_decoder_forward": 10.0,
    "attention_decoder_backward": 10.0,
    "attention_decoder_generate": 6.0,
    "attention_seq2seq": 8.0,
    "score_functions": 8.0,
    "attention_map": 4.0,
    "attention_training": 10.0,
}
HEADINGS = {id: id.replace("_", " ").capitalize() for id in POINTS}

WRONG_AXIS = (
    "attention_weight  AttentionWeight.forward(hs, h): values differ, first at (0, 3)\n"
    "yours   0.2000\nwanted  0.4512   largest difference 0.31, 14 of 14 entries\n\n"
    "Hint: Over which axis should the weights add up to 1?"
)
NOT_SUMMED = (
    "attention_decoder_backward  the gradient of W has the wrong shape\n"
    "yours   (3, 11)\nwanted  (11, 3)   that is the shape of W itself\n\nHint: Which axis is the batch?"
)
RAISED = (
    "score_functions  GeneralScore.forward(hs, h) raised an exception\n"
    "yours   ValueError: operands could not be broadcast together with shapes (2,7) (2,5)\n"
    "wanted  an array of shape (2, 7)"
)
MESSAGES = {
    "correct": "",
    "wrong": WRONG_AXIS,
    "missing": "Not written yet: NotImplementedError from the stub",
    "crashed": "The process ended during TimeAttention.forward (signal 11, SIGSEGV)",
    "timeout": "attention_training took longer than 60 s\nyours   still training\nwanted  an answer within 60 s",
    "memory": "weight_sum asked for more than 2 GB\nyours   MemoryError\nwanted  an answer of shape (2, 11)",
    "skipped": "Left out with --no-training",
    BY_HAND: "",
    NOT_GRADED: "The suite failed its own check: the oracle's answers do not vary",
}


def a_result(student: str, *, problem: str = "", **outcomes: str | tuple[str, float]) -> Result:
    """A student's result, correct except for the outcomes named: a reason, or a reason and a share."""
    questions = [] if problem else [_question(id, outcomes.get(id, "correct")) for id in POINTS]
    return Result(ASSIGNMENT, questions, "", student, 21.4, "ab12" * 16, "cd34" * 16, "python 3.11.7", problem)


def _question(id: str, outcome: str | tuple[str, float]) -> QuestionResult:
    reason, part = outcome if isinstance(outcome, tuple) else (outcome, float(outcome == "correct"))
    score = None if reason in ("skipped", NOT_GRADED) else POINTS[id] * part
    text = {"attention_decoder_backward": NOT_SUMMED, "score_functions": RAISED}.get(id, MESSAGES["wrong"])
    return QuestionResult(id, POINTS[id], score, reason, text if reason == "wrong" else MESSAGES[reason])


def a_class() -> list[Result]:
    """Fourteen students: twelve graded, one unreadable notebook, one with a question that could not be graded."""
    everything: dict[str, str | tuple[str, float]] = dict.fromkeys(POINTS, "missing")
    half = ("wrong", 0.5)
    return [
        a_result("amara"),
        a_result("bruno", attention_weight=half, attention_decoder_backward="wrong"),
        a_result("chidi", score_functions="missing", attention_map="missing"),
        a_result("dana", attention_training="timeout"),
        a_result("elif", time_attention="crashed", attention_decoder_backward=("wrong", 0.25)),
        a_result("farid", weight_sum="memory"),
        a_result("grete", **everything),
        a_result("hana", problem="the file is not a notebook: it is cut off after 3,112 bytes"),
        a_result("ines", attention_training="skipped", score_functions=("wrong", 0.75)),
        a_result("jonas", attention_map=NOT_GRADED, weight_sum="wrong"),
        a_result("kirsten-marie.van-der-hoogenband", attention_decoder_backward="wrong", score_functions="wrong"),
        a_result("李 雷", attention_weight="wrong"),
        a_result("mateo", attention_weight="wrong", attention_decoder_generate=half),
        a_result("noor", attention_decoder_backward=("wrong", 0.6), attention_training="wrong"),
    ]


def a_large_class(students: int = 300) -> list[Result]:
    """A class of `students` with random outcomes, the same every time."""
    draw = random.Random(7)
    reasons = ["correct"] * 14 + ["wrong"] * 5 + [r for r in ALL_OUTCOMES[2:] if r != "skipped"]
    return [
        a_result(f"student{i:03d}", **{id: (r := draw.choice(reasons), float(r == "correct")) for id in POINTS})
        for i in range(students)
    ]


def a_notebook() -> nbformat.NotebookNode:
    """A student's notebook, run: text, code, a picture, a traceback, a progress bar, a check cell."""
    v4 = nbformat.v4
    png = base64.b64encode(_tiny_png()).decode()
    check = {"grade": True, "grade_id": "weight_sum", "locked": True, "points": 8, "schema_version": 3}
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell(
                "# Attention\n\nScores are `h @ hs`.\n\n| name | shape |\n| --- | --- |\n| a | (N, S) |"
            ),
            v4.new_code_cell(
                "class WeightSum:\n    def forward(self, hs, a):\n        # sum over the source axis\n"
                '        return np.einsum("ns,nsh->nh", a, hs)',
                execution_count=1,
            ),
            v4.new_code_cell(
                "assert WeightSum().forward(hs, a).shape == (2, 3)\nprint('fine')",
                execution_count=2,
                metadata={"nbgrader": {**check, "solution": False, "task": False}},
                outputs=[v4.new_output("stream", text="fine\n")],
            ),
            v4.new_code_cell(
                "show(a)",
                execution_count=3,
                outputs=[
                    v4.new_output("stream", name="stderr", text="  0%|    |\r 50%|##  |\r100%|####|\n"),
                    v4.new_output("display_data", {"image/png": png, "text/plain": "<Figure>"}),
                ],
            ),
            v4.new_code_cell(
                "1 / 0",
                execution_count=4,
                outputs=[
                    v4.new_output(
                        "error",
                        ename="ZeroDivisionError",
                        evalue="division by zero",
                        traceback=["\x1b[31mZeroDivisionError\x1b[39m: division by zero"],
                    )
                ],
            ),
        ]
    )


def _tiny_png() -> bytes:
    return base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )


# A page as a browser parses it


class _Page(HTMLParser):
    """Elements, attributes and text of a page, with entities resolved."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def assert_harmless(html: str) -> None:
    """Check that no element or attribute of a page acts, and that it fetches nothing."""
    text, allowed = script("class_report.js")
    if f"script-src '{allowed}'" in html:  # our own, which no other text can be
        assert html.count(f"<script>{text}</script>") == 1
        html = html.replace(f"<script>{text}</script>", "")
    page = _Page(html)
    assert not {"script", "iframe", "object", "embed", "form", "input", "link", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    fetching = [value for name, value in page.attributes if name in ("src", "srcset", "data", "poster", "background")]
    assert all(value.startswith(("data:image/png;", "data:image/jpeg;")) for value in fetching)
    links = [value for name, value in page.attributes if name in ("href", "xlink:href")]
    assert all(value.startswith(("#", "http://", "https://")) for value in links)
    assert "default-src 'none'" in html


# Counting


def test_mean_leaves_out_what_was_not_graded() -> None:
    summary = summarise(a_class())
    assert [r.student for r in summary.not_graded] == ["hana", "jonas"]
    assert len(summary.shares) == 12
    assert summary.mean == pytest.approx(sum(summary.shares) / 12)


def test_a_skipped_question_is_out_of_the_total() -> None:
    ines = next(r for r in a_class() if r.student == "ines")
    assert share(ines) == pytest.approx(88 / 90)


def test_a_result_with_a_problem_has_no_outcome_but_not_graded() -> None:
    partly = a_result("x")
    partly.problem = "the kernel did not start"
    assert share(partly) is None
    assert outcome_counts(partly) == {NOT_GRADED: 12}
    assert answer(partly, "attention").score is None


def test_question_counts_and_common_messages() -> None:
    question = {q.id: q for q in summarise(a_class(), POINTS).questions}["attention_weight"]
    assert question.counts == {"correct": 9, "wrong": 3, "missing": 1, NOT_GRADED: 1}
    assert question.counted == 13
    assert question.solved == pytest.approx(9 / 13)
    assert question.messages[0] == (first_line(WRONG_AXIS), 3, "bruno")
    assert question.mistakes == []


def test_known_mistakes_are_counted_by_name_and_the_others_by_what_they_gave() -> None:
    results = a_class()
    for result in results[3:5]:
        weight = next(q for q in result.questions if q.id == "attention_weight")
        weight.reason, weight.score, weight.output = "wrong", 2.0, f"{LIKELY}no softmax <at> all.\n\n{NOT_SUMMED}"
    question = {q.id: q for q in summarise(results, POINTS).questions}["attention_weight"]
    assert question.mistakes == [("no softmax <at> all", 2)]
    assert all(not message.startswith(LIKELY) for message, *_ in question.messages)
    pages = {"bruno": "feedback/bruno/attention.html"}
    assert_harmless(class_report_html(results, title="Attention", confined=True))
    page = class_report_html(results, title="Attention", confined=True, pages=pages)
    text = _Page(page).text
    assert "Known mistakes 2 × no softmax <at> all Other mistakes, by what they gave" in text
    assert '<a href="feedback/bruno/attention.html#question-attention_weight">bruno</a>' in page


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("your code raised ValueError: no\n\nHint: why?", "Your code stopped with an error."),
        (f"your code raised ValueError: no\n\n{WRONG_AXIS}", "Your code ran, but an answer was not the one wanted."),
        (WRONG_AXIS, "Your code ran, but an answer was not the one wanted."),
    ],
    ids=["exceptions alone", "both", "values"],
)
def test_feedback_says_whether_the_code_ran(output: str, meaning: str) -> None:
    assert question_feedback(QuestionResult("q", 1, 0, "wrong", output), "Q").meaning == meaning


def test_feedback_shows_the_likely_mistake_apart() -> None:
    told = QuestionResult("q", 1, 0, "wrong", f"{LIKELY}the first number only.\n\n{WRONG_AXIS}")
    shown = question_feedback(told, "Q")
    assert (shown.mistake, shown.messages[0].headline) == ("the first number only", WRONG_AXIS.splitlines()[0])
    result = Result("05_attention", [told])
    text = _Page(feedback_html(result, confined=True)).text
    assert "Likely mistake: the first number only. An answer with it gives the very same." in text


def test_results_of_two_assignments_are_refused() -> None:
    other = a_result("x")
    other.assignment = "04_peeky"
    with pytest.raises(ValueError, match="04_peeky, 05_attention"):
        summarise([*a_class(), other])


def test_points_survive_a_record_read_back() -> None:
    read_back = [Result.from_json(r.to_json()) for r in a_class()]
    assert {q.id: q.points for q in summarise(read_back).questions} == POINTS
    assert [share(r) for r in read_back] == pytest.approx([share(r) for r in a_class()])


# Terminal


def _piped(show: str, *args: object, **options: object) -> str:
    out = io.StringIO()
    getattr(terminal, show)(Console(file=out, width=80), *args, **options)
    return out.getvalue()


def _in_terminal(show: str, *args: object, width: int = 100, **options: object) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system="standard", legacy_windows=False)
    getattr(terminal, show)(console, *args, **options)
    return out.getvalue()


def test_piped_class_is_plain_aligned_and_uncut() -> None:
    text = _piped("print_class", a_class(), confined=True)
    assert "\x1b" not in text
    assert not re.search("[\u2500-\u257f…]", text)
    lines = text.splitlines()
    assert len(lines) == 1 + 14 + 1
    assert "kirsten-marie.van-der-hoogenband" in text
    assert "the file is not a notebook: it is cut off after 3,112 bytes" in text
    ends = {line.index("100") + 9 for line in lines if "100 / 100" in line}
    assert ends == {lines[0].index("total") + 5}


def test_not_graded_is_never_shown_as_zero() -> None:
    lines = _piped("print_class", a_class(), confined=True).splitlines()
    for student in ("hana", "jonas"):
        line = next(line for line in lines if line.startswith(student))
        assert "not graded" in line
        assert " 0" not in line
    assert any(re.fullmatch(r"elif +82.5 / 100  10 correct, 1 wrong, 1 crashed", line) for line in lines)
    assert re.search(r"^grete +0 / 100", "\n".join(lines), re.MULTILINE)


def test_summary_line() -> None:
    summary = _piped("print_summary", a_class(), confined=True)
    assert summary == "05_attention: 12 graded, mean 81.3 %, 2 not graded\n"


def test_summary_of_nobody_graded() -> None:
    assert "0 graded, no marks, 1 not graded" in _piped("print_summary", [a_class()[7]], confined=True)


def test_unconfined_is_stamped_everywhere() -> None:
    amara = a_class()[0]
    assert terminal.UNCONFINED in _piped("print_class", a_class(), confined=False)
    assert terminal.UNCONFINED in _piped("print_submission", amara, confined=False)
    for confined in (True, False):
        pages = class_report_html([amara], title="A", confined=confined), feedback_html(amara, confined=confined)
        assert all(("UNCONFINED" in page) is not confined for page in pages)


def test_piped_submission() -> None:
    lines = _piped("print_submission", a_class()[1], confined=True).splitlines()
    assert lines[0].split() == ["question", "points", "outcome", "feedback"]
    assert first_line(WRONG_AXIS) in lines[2]
    assert lines[-1] == "bruno: 05_attention: 84 / 100"


def test_terminal_has_colour_and_words() -> None:
    text = _in_terminal("print_submission", a_class()[1], confined=True)
    assert "\x1b[32mcorrect" in text
    assert "\x1b[31mwrong" in text


def test_narrow_terminal_cuts_nothing() -> None:
    text = _in_terminal("print_submission", a_class()[1], width=60, confined=True)
    visible = "".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
    assert "…" not in visible
    assert "84/100" in visible


def test_students_cannot_drive_the_terminal() -> None:
    hostile = a_result("[red]x\x1b]0;title\x07\x1b[2J\u202e", attention="wrong")
    hostile.questions[2].output = "\x1b[2Jgone [/] [bold]"
    for text in (_piped("print_class", [hostile], confined=True), _piped("print_submission", hostile, confined=True)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert "[red]x" in text


def test_progress_yields_a_step_and_prints_nothing_for_short_work() -> None:
    out = io.StringIO()
    with progress(Console(file=out), "grading", 3) as advance:
        for student in "abc":
            advance(student)
    assert out.getvalue() == ""


def test_progress_in_a_pipe_is_lines() -> None:
    out, clock = io.StringIO(), iter(range(100))
    console = Console(file=out, get_time=lambda: 2.0 * next(clock))
    with progress(console, "grading", 20) as advance:
        for _ in range(20):
            advance("")
    assert out.getvalue().splitlines() == [f"grading: {n} of 20" for n in range(2, 21, 2)]


def test_progress_in_a_terminal_shows_nothing_in_the_first_second() -> None:
    out = io.StringIO()
    with progress(Console(file=out, force_terminal=True, width=100), "grading", 2) as advance:
        advance("[red]a")
    assert "grading" not in out.getvalue()


def test_progress_for_machines_is_a_line_of_json_for_every_step() -> None:
    out, clock = io.StringIO(), iter(range(100))
    token = chosen_form.set(Form.JSON)
    try:
        with progress(Console(file=out, get_time=lambda: 2.0 * next(clock)), "grading", 4) as advance:
            for student in ("ash", 'b"eech\n', "cedar", "elm"):
                advance(student)
    finally:
        chosen_form.reset(token)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["work"], line["done"], line["total"], line["note"]) for line in lines] == [
        ("grading", 1, 4, "ash"), ("grading", 2, 4, 'b"eech'), ("grading", 3, 4, "cedar"), ("grading", 4, 4, "elm"),
    ]  # fmt: skip
    assert [line["left_s"] for line in lines] == [6.0, 4.0, 2.0, 0.0]


# Class report


def test_class_report_is_one_page_that_needs_nothing(tmp_path: Path) -> None:
    out = write_class_report(a_class(), tmp_path / "new" / "report.html", title="Attention", confined=True)
    html = out.read_text(encoding="utf-8")
    assert_harmless(html)
    assert "url(http" not in html
    assert "@import" not in html
    assert len([tag for tag in _Page(html).tags if tag == "svg"]) == 3


def test_class_report_links_to_the_feedback_pages_there_are_and_shows_names() -> None:
    results = a_class()
    results[0].name = "Amara <Okafor>"
    pages = {"bruno": "feedback/bruno/05_attention/attention.html"}
    html = class_report_html(results, title="Attention", confined=True, stamp="written today", pages=pages)
    assert '<a href="feedback/bruno/05_attention/attention.html">bruno</a>' in html
    assert html.count('<th title="bruno') == html.count('feedback/bruno/05_attention/attention.html">bruno') == 1
    assert "Amara &lt;Okafor&gt;" in html
    assert "Class report, written today" in _Page(html).text


def test_class_report_counts_late_ones_and_seconds() -> None:
    results = a_class()
    assert "late, with a penalty" not in class_report_html(results, title="Attention", confined=True)
    results[0].late_penalty = 2.5
    results[1].execution_time = 90.0
    text = _Page(class_report_html(results, title="Attention", confined=True)).text
    assert "1 late, with a penalty" in text
    assert "21 s to grade one, median" in text


def test_rows_carry_what_they_are_ordered_by() -> None:
    html = class_report_html(a_class(), title="Attention", confined=True)
    keys = [value for name, value in _Page(html).attributes if name == "data-key"]
    columns = len(POINTS) + 2
    assert keys[::columns][:3] == ["amara", "bruno", "chidi"]
    assert keys[columns + 1] == str(share(a_class()[1]))
    hana = keys.index("hana")
    assert set(keys[hana + 1 : hana + columns]) == {""}  # not graded: no number


def test_discrimination_is_the_correlation_with_all_other_questions() -> None:
    two, three = ("attention", "score_functions"), ("weight_sum", "attention", "score_functions")
    names = [(), (), (), (), two, two, three, three, three, three]
    results = [a_result(f"s{i}", **dict.fromkeys(lost, "wrong")) for i, lost in enumerate(names)]
    by_id = {question.id: question for question in summarise(results, POINTS).questions}
    rest = [sum(POINTS.values()) - 8.0 - (16.0 if lost else 0.0) for lost in names]
    wanted = correlation([0.0 if "weight_sum" in lost else 8.0 for lost in names], rest)
    assert by_id["weight_sum"].discrimination == pytest.approx(wanted)
    assert by_id["attention_map"].discrimination is None  # everybody has its points
    few = summarise(results[:7], POINTS).questions
    assert {question.discrimination for question in few} == {None}
    assert (
        f"Correlation with the rest of the total {wanted:+.2f}."
        in _Page(class_report_html(results, title="Attention", confined=True)).text
    )


def test_class_report_names_the_walls_that_stood_each_once() -> None:
    results = a_class()
    for result, walls in zip(results, ["namespaces, no cgroup"] * 3 + ["namespaces, cgroup (cpu)"], strict=False):
        result.walls = walls
    html = class_report_html(results, title="Attention", confined=True)
    assert html.count("Its walls:") == 2
    assert html.index("Its walls: namespaces, cgroup (cpu).") < html.index("Its walls: namespaces, no cgroup.")
    assert "Its walls" not in class_report_html(results, title="Attention", confined=False)


def test_class_report_names_the_not_graded_first() -> None:
    html = class_report_html(a_class(), title="Attention", confined=True, points=POINTS, headings=HEADINGS)
    text = _Page(html).text
    assert "cut off after 3,112 bytes" in text
    assert "attention_map: The suite failed its own check" in text
    assert text.index("3,112 bytes") < text.index("The class at a glance")


def test_heat_map_has_words_and_no_zero_where_not_graded() -> None:
    html = class_report_html(a_class(), title="Attention", confined=True, points=POINTS)
    rows = {m[1]: m[0] for m in re.finditer(r'<tr><th title="([^"]+)" .*?</tr>', html, re.DOTALL)}
    assert len(rows) == 14
    assert rows["hana"].count("<b></b> <span>not graded</span>") == 12
    assert '<td class="number" data-key="">not graded</td>' in rows["jonas"]
    assert "<b>6</b> <span>wrong</span>" in rows["bruno"]
    assert "attention_training: 0 of 10, timeout\nattention_training took longer" in rows["dana"]
    assert "<b></b> <span>skipped</span>" in rows["ines"]


def test_ids_of_the_plots_do_not_collide() -> None:
    html = class_report_html(a_class(), title="Attention", confined=True)
    ids = [value for name, value in _Page(html).attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for name, value in _Page(html).attributes if name in ("href", "xlink:href")}
    assert targets <= set(ids)


def test_same_results_same_report() -> None:
    first, second = (class_report_html(a_class(), title="Attention", confined=True) for _ in range(2))
    assert first == second


def test_report_of_nobody_and_of_nothing_graded() -> None:
    assert "submissions" in class_report_html([], title="Empty", confined=True)
    html = class_report_html([a_class()[7]], title="One", confined=True, points=POINTS)
    assert "Mend what the reason names" in html


def test_report_warns_of_two_suites() -> None:
    results = a_class()
    results[0].suite_sha256 = "ef" * 32
    assert "2 versions" in class_report_html(results, title="A", confined=True)


def test_large_class_stays_small_enough_to_open() -> None:
    html = class_report_html(a_large_class(), title="Attention", confined=True)
    assert html.count('class="answer') == 300 * 12
    assert len(html) < 2_000_000


def test_hostile_names_and_feedback_do_not_act_on_the_pages() -> None:
    hostile = a_result('"><script>alert(1)</script>', attention="wrong")
    hostile.questions[2].output = '" onmouseover="alert(1)"><img src=x onerror=alert(1)>\ud800'
    hostile.questions[3] = QuestionResult("time_attention", 10.0, 0.0, '"><script>', "x")
    html = class_report_html([hostile, a_result("x", problem="<script>")], title="<script>", confined=True)
    assert_harmless(html)
    html.encode("utf-8")
    page = feedback_html(hostile, confined=True)
    assert_harmless(page)
    assert 'class="question unknown"' in page


def test_plot_bins() -> None:
    assert _tenths([0.0, 0.1, 0.3, 0.7, 0.99, 1.0]) == [1, 1, 0, 1, 0, 0, 0, 1, 0, 2]


def test_plots_take_the_colour_of_the_page() -> None:
    svg = reasons_plot(summarise(a_class()).questions)
    assert "currentColor" in svg
    assert "#010203" not in svg
    assert "attention_decoder_backward" in svg


# Feedback


def test_feedback_shows_outcome_three_lines_and_hint() -> None:
    text = _Page(feedback_html(a_class()[1], confined=True, title="Attention", headings=HEADINGS)).text
    assert "84 of 100 points" in text
    assert "values differ, first at (0, 3) yours 0.2000 wanted 0.4512" in text
    assert "Hint. Over which axis should the weights add up to 1?" in text


def test_feedback_takes_messages_apart() -> None:
    shown = question_feedback(QuestionResult("q", 1, 0, "wrong", f"{WRONG_AXIS}\n\n{NOT_SUMMED}"), "Q")
    assert [m.headline for m in shown.messages] == [WRONG_AXIS.splitlines()[0], NOT_SUMMED.splitlines()[0]]
    assert [(line.label, line.text) for line in shown.messages[1].lines[:1]] == [("yours", "(3, 11)")]
    assert len(shown.hints) == 2


def test_feedback_shows_notes_comments_and_the_late_penalty() -> None:
    late = a_result("amara")
    late.notes, late.late_penalty = ["The cell softmax had been changed: it was put back as released."], 12.5
    page = feedback_html(late, confined=True, comments={"": ["Well done."], "weight_sum": ["<b>Careful</b>"]})
    assert "The cell softmax had been changed" in page
    assert "87.5 of 100 points" in page
    assert "100 points for the answers, 12.5 taken off for handing in late." in page
    assert page.index("Well done.") < page.index("&lt;b&gt;Careful&lt;/b&gt;")
    plain = feedback_html(a_result("amara"), confined=True)
    for words in ("Your instructor", '<h2 id="notes">', "handing in late"):
        assert words not in plain


def test_a_late_penalty_never_makes_a_mark_negative() -> None:
    late = a_result("amara", weight_sum="wrong")
    late.late_penalty = 1000.0
    assert late.total == 0
    assert share(late) == 0
    assert "0 / 100" in _piped("print_class", [late], confined=True)


def test_a_record_read_back_still_has_its_notes_and_faults() -> None:
    before = a_result("amara", weight_sum=NOT_GRADED)
    before.output = "a note\nanother\nNot graded: weight_sum."
    next(q for q in before.questions if q.id == "weight_sum").fault = "the oracle varies"
    after = Result.from_json(before.to_json())
    assert after.notes == ["a note", "another"]
    assert [q.fault for q in after.questions if q.fault] == ["the oracle varies"]


def test_the_instructors_terminal_names_the_fault_that_students_do_not_read() -> None:
    result = a_result("amara", weight_sum=NOT_GRADED)
    next(q for q in result.questions if q.id == "weight_sum").fault = "test_x: AssertionError: the oracle varies"
    assert "the oracle varies" in _piped("print_submission", result, confined=True)
    others = [replace(result, student="bruno"), result]
    line = "05_attention, weight_sum: not graded for amara and 1 more: test_x: AssertionError: the oracle varies"
    assert line in _piped("print_class", others, confined=True)
    assert "the oracle varies" not in feedback_html(result, confined=True)


def test_feedback_on_a_submission_that_was_not_graded() -> None:
    text = _Page(feedback_html(a_class()[7], confined=True, show_problem=True)).text
    assert "this is not a mark of 0" in text
    assert "3,112 bytes" in text
    assert "0 of" not in text


def test_feedback_does_not_quote_what_the_suite_said_of_itself() -> None:
    assert "3,112 bytes" not in feedback_html(a_class()[7], confined=True)
    text = _Page(feedback_html(a_class()[9], confined=True)).text
    assert MESSAGES[NOT_GRADED] not in text
    assert "could not be graded" in text


def test_links_in_feedback_lead_somewhere() -> None:
    for result in (a_class()[5], a_class()[4]):
        page = _Page(feedback_html(result, a_notebook(), confined=True))
        ids = {value for name, value in page.attributes if name == "id"}
        targets = {value[1:] for name, value in page.attributes if name == "href" and value.startswith("#")}
        assert targets <= ids
    assert "cell-id=weight_sum" in feedback_html(a_class()[5], a_notebook(), confined=True)


def test_notebook_is_shown_with_its_outputs() -> None:
    html = feedback_html(a_class()[1], a_notebook(), confined=True)
    assert_harmless(html)
    page = _Page(html)
    assert "ZeroDivisionError: division by zero" in page.text
    assert "100%|####|" in page.text
    assert " 50%|" not in page.text
    assert {"table", "h1", "code"} <= set(page.tags)
    assert ("id", "cell-id=weight_sum") in page.attributes
    assert next(v for n, v in page.attributes if n == "src").startswith("data:image/png;base64,iVBOR")


HOSTILE_MARKDOWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href=' javascript:alert(1)'>x</a>",
    "<iframe src='https://example.org'></iframe>",
    "![x](https://example.org/track.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](attachment:none.png)",
    "![x](&#97;ttachment:none.png)",
    "<style>body{display:none}</style><p style='position:fixed'>x</p>",
    "<details><summary onclick=alert(1)>x</summary></details>",
    "```mermaid\n<script>alert(1)</script>\n```",
    "$</script><script>alert(1)</script>$",
    "<" * 5000 + "[" * 5000,
    "> " * 3000,
]


@pytest.mark.parametrize("text", HOSTILE_MARKDOWN)
def test_hostile_markdown_does_not_act(text: str) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    html = feedback_html(a_class()[0], notebook, confined=True)
    assert_harmless(html)
    assert not re.search(r"display:\s*none\}", html.split('id="notebook"')[1].split("&lt;")[0])


HOSTILE_OUTPUTS = [
    {"text/html": "<script>alert(1)</script>"},
    {"application/javascript": "alert(1)"},
    {"image/svg+xml": "<svg onload='alert(1)'/>"},
    {"image/png": 'iVBORw0KGgo="><script>alert(1)</script>'},
    {"image/png": base64.b64encode(b"<script>alert(1)</script>").decode()},
    {"text/plain": "<script>alert(1)</script>"},
    {"text/markdown": "<script>alert(1)</script>"},
    {"text/latex": "</script><script>alert(1)</script>"},
    {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>alert(1)</script>"}},
    {"<script>alert(1)</script>": "x"},
]


@pytest.mark.parametrize("data", HOSTILE_OUTPUTS)
def test_hostile_outputs_do_not_act(data: dict[str, str]) -> None:
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [nbformat.from_dict({"output_type": "display_data", "data": data, "metadata": {}})]
    cell.outputs.append(nbformat.v4.new_output("stream", text="<script>alert(1)</script>"))
    html = feedback_html(a_class()[0], nbformat.v4.new_notebook(cells=[cell]), confined=True)
    assert_harmless(html)
    assert "img" not in _Page(html).tags
    assert "<script>alert(1)</script>" in _Page(html).text


def test_a_picture_has_the_words_beside_it() -> None:
    picture = base64.b64encode(_tiny_png()).decode()
    evil = '"><script>alert(1)</script>'
    cell = nbformat.v4.new_code_cell("x")
    for words in ("A curve that falls", evil, "<Figure size 640x480 with 1 Axes>"):
        cell.outputs.append(nbformat.v4.new_output("display_data", {"image/png": picture, "text/plain": words}))
    page = feedback_html(a_class()[0], nbformat.v4.new_notebook(cells=[cell]), confined=True)
    assert_harmless(page)
    shown = _Page(page)
    assert [value for name, value in shown.attributes if name == "alt"][:2] == ["A curve that falls", evil]
    assert [value for name, value in shown.attributes if name == "src"] == [f"data:image/png;base64,{picture}"] * 3


def test_hostile_metadata_does_not_act() -> None:
    # nbconvert 7.17 writes a picture's width into the page without quotes
    evil = "1 onload=alert(1)"
    output = {"output_type": "display_data", "data": {"image/png": base64.b64encode(_tiny_png()).decode()}}
    output["metadata"] = {"image/png": {"width": evil}, "width": evil, "filenames": {"image/png": "/etc/passwd"}}
    cell = nbformat.v4.new_code_cell("<script>alert(1)</script>", metadata={"tags": ['"><script>']})
    cell.outputs, cell.id = [nbformat.from_dict(output)], '"><script>alert(1)</script>'
    cell.execution_count = "<script>"
    notebook = nbformat.from_dict({"cells": [cell], "metadata": {"language_info": {"name": "<script>"}}})
    assert_harmless(feedback_html(a_class()[0], notebook, confined=True))


def test_a_picture_named_by_path_is_not_read_from_the_graders_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "suite.png").write_bytes(_tiny_png())
    monkeypatch.chdir(tmp_path)
    cell = nbformat.v4.new_markdown_cell("![x](suite.png) <img src='suite.png'>")
    html = notebook_html(nbformat.v4.new_notebook(cells=[cell]))
    assert "src=" not in html
    assert base64.b64encode(_tiny_png()).decode()[:30] not in html


def test_code_is_coloured_up_to_a_limit_and_shown_whole_beyond_it() -> None:
    sources = ["x = a.b\n" * 1500, "<script>alert(1)</script> < y", "if last: pass"] * 10
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    html = notebook_html(nbformat.v4.new_notebook(cells=cells))
    coloured = html.count('<span class="n">x</span>')
    assert coloured == 1500 * (COLOURED_LIMIT // (1500 * 5))
    assert html.count("x = a.b") == 10 * 1500 - coloured  # the others are there, in plain text
    assert "<script" not in html
    assert html.count("pass") == 10


def test_outputs_are_bounded() -> None:
    many = [nbformat.v4.new_output("stream", text="y" * 1_000_000) for _ in range(30)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=many)])
    html = notebook_html(notebook)
    assert len(html) < 30 * OUTPUT_LIMIT
    assert "996,000 more characters are not shown" in html
    assert "10 more outputs are not shown" in html


def test_a_notebook_that_cannot_be_rendered_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RecursionError

    monkeypatch.setattr("autograder.reports.notebook_html._exporter", broken)
    html = feedback_html(a_class()[0], a_notebook(), confined=True)
    assert "class WeightSum:" in html
    assert_harmless(html)


# CSV and plain text


def test_marks_csv_has_empty_fields_where_there_is_no_mark(tmp_path: Path) -> None:
    out = write_marks_csv(a_class(), tmp_path / "marks.csv", points=POINTS)
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 14
    assert rows["bruno"]["total"] == "84"
    assert rows["grete"]["total"] == "0"
    assert rows["hana"]["total"] == rows["hana"]["out of"] == rows["hana"]["weight_sum"] == ""
    assert "3,112 bytes" in rows["hana"]["not graded"]
    assert rows["jonas"]["total"] == rows["jonas"]["attention_map"] == ""
    assert rows["jonas"]["attention_map outcome"] == "not graded"
    assert rows["ines"]["attention_training"] == ""


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\uff1d1", "\x1b[0m=1"]
)
def test_formulas_are_neutralised(text: str, tmp_path: Path) -> None:
    assert no_formula(text).startswith("'")
    out = write_marks_csv([a_result(text)], tmp_path / "marks.csv")
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1][0].startswith("'")


def test_clean_and_one_line() -> None:
    assert clean("a\x00\x1b[31mb\x1b[0m\u202ec\ud800\r\n") == "abc\ufffd\n"
    assert clean("x" * 12, limit=10) == "x" * 10 + "\n[... 2 more characters are not shown]"
    assert first_line("\n \n first  line \nsecond") == "first line"
    assert first_line("y" * 300, 20) == "y" * 19 + "…"
    assert first_line("") == ""


def test_numbers_as_people_write_them() -> None:
    assert [points(x) for x in (0, 8, 10, 100.0, 4.5, 8 / 3)] == ["0", "8", "10", "100", "4.5", "2.67"]
    assert [percent(x) for x in (None, 0.0, 0.834, 1)] == ["–", "0 %", "83 %", "100 %"]
    assert [css_name(x) for x in ("not graded", "wrong", '"><script>')] == ["not-graded", "wrong", "unknown"]


# Markdown


def test_a_submission_in_markdown_question_by_question():
    text = summary_markdown([a_result("bruno", attention_weight=("wrong", 0.5), score_functions="missing")])
    assert text.startswith("### bruno · 05\\_attention · 86 / 100\n")
    assert "| weight\\_sum | 8 / 8 | correct |  |" in text
    assert "| attention\\_weight | 6 / 12 | wrong | attention\\_weight" in text
    assert len(text.splitlines()) == 4 + len(POINTS)


def test_a_class_in_markdown_has_a_row_for_each_submission():
    lines = summary_markdown(a_class()).splitlines()
    assert len(lines) == 2 + len(a_class())
    assert (
        "| hana | 05\\_attention | not graded | the file is not a notebook\\: it is cut off after 3,112 bytes |"
        in lines
    )
    assert any("partly not graded" in line for line in lines if "jonas" in line)


def test_no_text_of_a_student_is_markdown():
    nasty = "x|y\n# <script>[a](b) `c` ![d](e) :tada: @everyone"
    for results in ([a_result(nasty, problem=nasty)], [a_result(nasty, problem=nasty)] * 2):
        text = summary_markdown(results)
        rest = re.sub(r"\\.", "", text)
        assert not set("[]<>`!@:") & set(rest.replace("---:", ""))
        assert all(line.count("|") in (0, 5) for line in rest.splitlines())


def test_unconfined_is_said_in_markdown():
    result = replace(a_result("amara"), environment="python 3.11.7, UNCONFINED")
    assert "**UNCONFINED**" in summary_markdown([result])
