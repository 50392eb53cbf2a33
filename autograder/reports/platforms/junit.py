"""Results as JUnit XML, which continuous integration shows as a list of tests: a suite for each submission."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from autograder.reports.plain_text import clean, first_line, points
from autograder.result import NOT_GRADED, QuestionResult, Result


def junit_xml(results: Iterable[Result]) -> str:
    """One test suite for each submission, one test case for each question.

    A question below full marks is a failure, one that was left out is skipped, one that was not graded is an error.
    """
    root = ElementTree.Element("testsuites")
    for result in results:
        root.append(_suite(result))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: Result) -> ElementTree.Element:
    name = ".".join(filter(None, (result.assignment, first_line(result.student))))
    suite = ElementTree.Element("testsuite", name=name, time=f"{result.execution_time:.3f}")
    cases = [_case(name, question) for question in result.questions]
    if result.problem:
        cases.append(_case(name, QuestionResult("submission", 0, None, NOT_GRADED, fault=result.problem)))
    for case in cases:
        suite.append(case)
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    return suite


def _case(name: str, question: QuestionResult) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=name, name=first_line(question.id))
    if question.reason == NOT_GRADED:
        _add(case, "error", "not graded", question.fault)
    elif question.reason == "skipped":
        ElementTree.SubElement(case, "skipped")
    elif (question.score or 0.0) < question.max_score:
        mark = f"{points(question.score or 0.0)} of {points(question.max_score)} points, {question.reason}"
        _add(case, "failure", f"{mark}: {first_line(question.output)}", question.output)
    return case


def _add(case: ElementTree.Element, kind: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, kind, message=_legal(message)).text = _legal(clean(text))


def _legal(text: str) -> str:
    """The text without the characters that XML 1.0 does not have."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
