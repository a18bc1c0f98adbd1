"""From a leased task to the question that a model is asked, and from its reply to answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from touchstone.apps.guidelines.policies import InvalidAnswers, validate_answers
from touchstone.apps.guidelines.queries import schema_of, text_of
from touchstone.apps.labeling.machines.policies import CallState
from touchstone.apps.labeling.machines.prompts import (
    Brief,
    ItemTooLong,
    Model,
    request_body,
    request_hash,
)
from touchstone.apps.labeling.machines.replies import Unreadable, answers_of
from touchstone.lib.chat import Ending, Try

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.models import MachineProfile
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.planning.models import Plan

__all__ = ["ItemTooLong", "Question", "Questions", "size_of"]


@dataclass(frozen=True)
class Question:
    """What is asked about one task; the same `hash` is the same question."""

    task: LeasedTask
    body: dict[str, Any]
    hash: str
    bytes: int


def size_of(body: Mapping[str, Any]) -> int:
    """How many bytes a request has."""
    return len(json.dumps(body, ensure_ascii=False).encode())


class Questions:
    """Puts the questions of a plan in the words of a profile.

    The guideline is the version in force, in the language of the item's locale or else in English.
    """

    def __init__(self, plan: Plan, profile: MachineProfile) -> None:
        self._guideline = plan.guideline_version
        self.schema = schema_of(plan.task_type)
        self._base_url = profile.base_url
        self._model = Model(
            name=profile.model,
            prompt=profile.prompt,
            temperature=float(profile.temperature),
            max_tokens=profile.max_tokens,
        )
        self._briefs: dict[str, Brief] = {}

    def about(self, task: LeasedTask) -> Question:
        """The question about a task.

        :raises ItemTooLong: the item is longer than a machine is asked.
        """
        body = self.body(query=task.query, locale=task.locale, content=task.content)
        return Question(task, body, self.hash_of(body), size_of(body))

    def body(self, *, query: str, locale: str, content: Mapping[str, object]) -> dict[str, Any]:
        """The request about an item, whoever may hold it.

        :raises ItemTooLong: the item is longer than a machine is asked.
        """
        return request_body(self._model, self._brief(locale), query=query, content=content)

    def hash_of(self, body: Mapping[str, Any]) -> str:
        """What makes two requests the same question."""
        return request_hash(self._base_url, body)

    def _brief(self, locale: str) -> Brief:
        if locale not in self._briefs:
            text = text_of(self._guideline, locale)
            self._briefs[locale] = Brief(self.schema, text.body, text.language, locale)
        return self._briefs[locale]

    def read(self, question: Question, found: Try) -> tuple[CallState, dict[str, object]]:
        """What came of a try, and the answers if there are any that fit the schema."""
        if found.ending is not Ending.ANSWERED:
            return CallState(found.ending.value), {}
        query, content = question.task.query, question.task.content
        try:
            answers = answers_of(self.schema, found.text, query=query, content=content)
            validate_answers(self.schema, answers, query=query, content=content)
        except Unreadable:
            return CallState.MALFORMED, {}
        except InvalidAnswers:
            return CallState.INVALID, {}
        return CallState.ANSWERED, answers
