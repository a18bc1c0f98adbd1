"""The annotator's way to the work: its steps, the quiz, the test, practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class WorkStep:
    """One step before labeling; `state` is done, now or later. A test has a locale."""

    step: str
    state: str
    locale: str


@dataclass(frozen=True, kw_only=True)
class QualificationResult:
    """How many were right, how many had to be, and until when a pass holds."""

    score: int
    of: int
    pass_mark: int
    passed: bool
    at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class QuizChoice:
    """One option of a question."""

    value: str
    name: str


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """A question: `single` takes one option, `multiple` all that are right."""

    key: str
    kind: str
    name: str
    choices: tuple[QuizChoice, ...]


@dataclass(frozen=True, kw_only=True)
class QuizAnswer:
    """A question after an attempt: what was chosen, what is right, and why."""

    key: str
    chosen: tuple[str, ...]
    right: tuple[str, ...]
    is_right: bool
    explanation: str


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """The quiz and what came of the last attempt; `again_at` while the next has to wait."""

    questions: tuple[QuizQuestion, ...]
    pass_mark: int
    passed: bool
    again_at: datetime | None
    result: QualificationResult | None
    told: tuple[QuizAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class TestTask:
    """One task of a test; answers are those of work."""

    __test__ = False  # a test of people, none of pytest's

    task: str
    position: int
    query: str
    locale: str
    direction: str
    content: Mapping[str, Any]
    label_schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class GoldTest:
    """A test in one locale: its next task, or its result.

    `sitting` is leave to look at a harmful item for a while; start again for another.
    """

    locale: str
    size: int
    pass_mark: int
    done: int
    passed: bool
    again_at: datetime | None
    result: QualificationResult | None
    task: TestTask | None
    sitting: str | None


@dataclass(frozen=True, kw_only=True)
class PracticeExample:
    """One practice example of `total`."""

    number: int
    total: int
    query: str
    locale: str
    direction: str
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PracticeFeedback:
    """Whether a practice answer was right, which grades are, and why."""

    is_right: bool
    outcome: str
    right: tuple[int, ...]
    explanation: str


class Qualifying:
    """`touchstone.qualification`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def steps(self, project: str) -> tuple[WorkStep, ...]:
        """What you have to do before you label, in order."""
        rows = self._transport.get(f"/projects/{project}/qualification")
        return tuple(decode(WorkStep, row) for row in rows)

    def quiz(self, project: str) -> Quiz:
        """The quiz of the guideline in force."""
        return decode(Quiz, self._transport.get(f"/projects/{project}/quiz"))

    def send_quiz(self, project: str, answers: Mapping[str, Sequence[str]]) -> Quiz:
        """Send an attempt: the options chosen, by question."""
        body = {"answers": {key: list(values) for key, values in answers.items()}}
        return decode(Quiz, self._transport.post(f"/projects/{project}/quiz", body))

    def test(self, project: str, locale: str) -> GoldTest:
        """The test in one locale as it stands."""
        answer = self._transport.get(f"/projects/{project}/test", locale=locale)
        return decode(GoldTest, answer)

    def start_test(self, project: str, locale: str) -> GoldTest:
        """Start the test in one locale, or go on with it."""
        path = f"/projects/{project}/test"
        return decode(GoldTest, self._transport.post(path, {"locale": locale}, repeatable=True))

    def answer_test(self, project: str, test: GoldTest, answers: Mapping[str, Any]) -> GoldTest:
        """Answer the task of `test`; the next one comes back, or the result.

        :raises ValueError: `test` has no task to answer.
        """
        if test.task is None:
            raise ValueError("this test has no task: start it, or it is over")
        body = {"answers": dict(answers), "sitting": test.sitting}
        path = f"/projects/{project}/test/{test.task.task}"
        return decode(GoldTest, self._transport.post(path, body))

    def practice(self, project: str, example: int = 1) -> PracticeExample:
        """One example to practise on; numbers go round."""
        answer = self._transport.get(f"/projects/{project}/practice", example=example)
        return decode(PracticeExample, answer)

    def answer_practice(
        self, project: str, example: int, answers: Mapping[str, Any]
    ) -> PracticeFeedback:
        """Answer an example and be told at once. Nothing is kept."""
        body = {"example": example, "answers": dict(answers)}
        answer = self._transport.post(f"/projects/{project}/practice", body, repeatable=True)
        return decode(PracticeFeedback, answer)
