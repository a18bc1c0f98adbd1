"""The pages of task types: what there is, one of them, building a new one and the next version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.factories.intake import AT, person, places
from tests.factories.programme import KEY as PROJECT
from tests.factories.programme import Programme, planned
from tests.web.built import TEACHING, sent
from tests.web.conftest import SignedIn
from tests.workbench import samples
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import create_task_type, seed_task_types
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import Role
from touchstone.web.forms.task_type_builder import Builder

pytestmark = pytest.mark.slow  # each builds a task type by its form

NEW = "/task-types/build/new"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def olga(db: None) -> Client:
    """A project owner on a service with one task type."""
    places()
    owner = person("olga", Role.PROJECT_OWNER)
    seed_task_types(by=owner, at=AT, keys=["graded-relevance"])
    client = Client()
    client.force_login(owner)
    return client


def written(**changes: Any) -> QueryDict:
    """A new type with four grades, as a browser sends it."""
    initial = {"name_en": "Ours", "name_fr": "Le nôtre", "teaches": "new"}
    return sent(Builder.started(samples.plain_schema("result"), initial, TEACHING), **changes)


def post(client: Client, path: str, data: QueryDict) -> Any:
    return client.post(path, data.urlencode(), content_type=FORM)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


class TestWhatThereIs:
    @pytest.mark.slow
    def test_says_what_each_asks_and_who_may_see_uses_it(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        planned(programme)

        found = page(signed_in("olga"), "/task-types")
        assert "Graded relevance" in found and "Questions and answers" in found
        assert f"{NEW}?from=graded-relevance" in found
        elsewhere = page(signed_in("rob"), "/task-types")
        assert "Graded relevance" in elsewhere and PROJECT not in elsewhere
        assert NEW not in elsewhere

    def test_one_of_them_shows_its_scale_in_every_language(self, olga: Client) -> None:
        found = page(olga, "/task-types/graded-relevance")

        assert all(name in found for name in ("Perfect", "Parfait", "مثالية", "Perfekt"))
        assert '<script id="trial" type="application/json">' in found
        assert "img-src 'self' data: https:" in olga.get("/task-types/graded-relevance").headers[
            "Content-Security-Policy"
        ]  # fmt: skip

    def test_in_french_it_speaks_french(self, olga: Client) -> None:
        found = olga.get("/task-types/graded-relevance", headers={"Accept-Language": "fr"})
        assert "<h1>Pertinence graduée</h1>" in found.content.decode()

    def test_older_versions_stay(self, olga: Client) -> None:
        kind = TaskType.objects.get()
        names = {"name_en": "Graded", "name_fr": "Graduée"}
        by = person("pia", Role.PROJECT_OWNER)
        create_task_type(key=kind.key, **names, schema=samples.plain_schema("result"), by=by, at=AT)
        assert "Grade 3 (ar)" in page(olga, f"/task-types/{kind.key}")
        assert "مثالية" in page(olga, f"/task-types/{kind.key}?version=1")
        for wrong in ("?version=3", "?version=99999999999999999999", "-more"):
            assert olga.get(f"/task-types/{kind.key}{wrong}").status_code == 404


class TestNew:
    def test_is_published_with_a_guideline_that_can_be_planned(self, olga: Client) -> None:
        answer = post(olga, NEW, written(text_en="# Read"))

        assert answer.status_code == 302 and answer.headers["Location"] == "/task-types/ours"
        version = GuidelineVersion.objects.get(guideline__key="ours")
        assert version.task_type.schema["fields"][0]["key"] == "grade"
        assert version.texts.get(language="en").body == "# Read"
        assert version.texts.get(language="fr").body.startswith("# Le nôtre")
        created = Event.objects.filter(event="guidelines.tasktype.created", data__key="ours")
        assert [event.by_id for event in created] == [int(olga.session["_auth_user_id"])]

    def test_may_wait_for_its_guideline(self, olga: Client) -> None:
        post(olga, NEW, written(teaches=""))
        assert not GuidelineVersion.objects.filter(guideline__key="ours").exists()
        assert "it cannot be planned yet" in page(olga, "/task-types/ours")

    @pytest.mark.parametrize(
        ("changes", "at"),
        [
            ({"q1-a2-name_fr": ""}, 'id="id_q1-a2-name_fr_error"'),
            ({"q1-a2-value": "0"}, "Said twice: 0"),
            ({"main": "q7"}, "Choose which question is the label."),
            ({"key": "graded-relevance"}, 'id="id_key_error"'),
            ({"key": "With spaces"}, 'id="id_key_error"'),
            ({"teaches": "7"}, 'id="id_teaches_error"'),
            ({"sample_locale": "xx"}, 'id="id_sample_locale_error"'),
        ],
    )
    def test_what_is_wrong_is_shown_in_its_place_and_nothing_is_lost(
        self, olga: Client, changes: dict[str, str], at: str
    ) -> None:
        answer = post(olga, NEW, written(text_fr="Déjà écrit", **changes))
        found = answer.content.decode()

        assert answer.status_code == 422
        assert at in found and "Nothing was saved yet." in found
        assert "Déjà écrit" in found and 'value="Grade 3 (fr)"' in found
        assert "ar: Grade 3 (ar)" in found
        assert TaskType.objects.count() == 1

    def test_script_in_a_name_is_text(self, olga: Client) -> None:
        post(olga, NEW, written(**{"q1-a1-name_en": samples.SCRIPT}))
        assert samples.SCRIPT not in page(olga, "/task-types/ours")

    def test_begins_with_a_template_and_its_text(self, olga: Client) -> None:
        found = page(olga, f"{NEW}?from=graded-relevance")

        assert 'value="Parfait"' in found and "de: Perfekt" in found
        assert "How well does a result answer a query?" in found
        assert olga.get(f"{NEW}?from=nowhere").status_code == 404
        assert 'name="q1-a1-value" value="0"' in page(olga, NEW)


class TestNext:
    PATH = "/task-types/graded-relevance/build"

    def next(self, olga: Client, **changes: Any) -> Any:
        kind = TaskType.objects.get(version=1)
        guideline = Guideline.objects.get()
        initial = {"name_en": "G", "name_fr": "G", "teaches": str(guideline.pk), "key": kind.key}
        builder = Builder.started(kind.schema, initial, [(str(guideline.pk), "")])
        said = {"follows": "1", "changes": "A flag."}
        return post(olga, self.PATH, sent(builder, **(said | changes)))

    def test_moves_its_guideline_on(self, olga: Client) -> None:
        assert self.next(olga, metric="err").status_code == 302

        version = GuidelineVersion.objects.order_by("-pk")[0]
        assert (str(version), version.changes) == ("2.0.0", "A flag.")
        assert version.task_type.schema["metric"] == "err"
        assert version.quiz.content

    def test_must_say_what_changes(self, olga: Client) -> None:
        answer = self.next(olga, metric="err", changes=" ")
        assert answer.status_code == 422
        assert 'id="id_changes_error"' in answer.content.decode()
        assert TaskType.objects.count() == 1

    def test_nobody_is_overtaken_unawares(self, olga: Client) -> None:
        assert self.next(olga, metric="err").status_code == 302
        again = self.next(olga, metric="precision")
        assert again.status_code == 422
        assert "meanwhile" in again.content.decode()
        # The page now follows the version that was in the way.
        assert 'name="follows" value="2"' in again.content.decode()

    def test_opens_with_what_there_is(self, olga: Client) -> None:
        found = page(olga, self.PATH)
        assert 'name="follows" value="1"' in found and 'value="Parfait"' in found
        assert olga.get("/task-types/nowhere/build").status_code == 404


class TestReading:
    PATH = "/task-types/build/read"

    def test_half_a_type_is_read_for_the_preview(self, olga: Client) -> None:
        data = written(**{"q1-name_fr": "", "sample_lines": "title: T\nand on"})
        answer = post(olga, self.PATH, data)

        read = json.loads(answer.content)
        assert read["content"] == {"title": "T\nand on"}
        preview = olga.post(
            "/work/preview",
            {
                "schema": json.dumps(read["schema"]), "content": json.dumps(read["content"]),
                "query": read["query"], "locale": read["locale"],
            },
        )  # fmt: skip
        assert preview.status_code == 200 and "How good?" in preview.content.decode()
        assert TaskType.objects.count() == 1

    def test_a_sample_that_cannot_be_read_is_told(self, olga: Client) -> None:
        answer = post(olga, self.PATH, written(sample_lines="no name"))
        assert answer.status_code == 422 and "no name" in json.loads(answer.content)["fault"]

    def test_nothing_at_all_is_no_fault_of_the_server(self, olga: Client) -> None:
        assert post(olga, self.PATH, QueryDict()).status_code == 200
        assert post(olga, NEW, QueryDict("a=b")).status_code == 422
        assert post(olga, NEW, QueryDict("question=q1&question=q2&main=q1")).status_code == 422


@pytest.mark.parametrize("path", [NEW, "/task-types/graded-relevance/build"])
def test_who_does_not_plan_does_not_build(db: None, path: str) -> None:
    places()
    client = Client()
    client.force_login(person("quinn", Role.QA_LEAD))
    assert client.get(path).status_code == 403
    assert post(client, NEW, written()).status_code == 403
    assert client.get("/task-types").status_code == 200
