"""Every page of the workbench in every language, with nothing left in English."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from django.utils.translation import gettext, ngettext, override, trans_real

from tests.workbench.conftest import SignedIn
from tests.workbench.pages import PAGES, WITHOUT_A_PAGE, Page
from tests.workbench.scene import Scene
from touchstone.ops import message_catalogs

pytestmark = pytest.mark.slow

LANGUAGES = [code for code, _name in settings.WORKBENCH_LANGUAGES]
OTHERS = [code for code in LANGUAGES if code != "en"]
FAR = ("ar", "ja", "ko", "th")
"""Languages that share no word with English, so that what reads alike was never translated."""


@pytest.fixture(params=list(PAGES), ids=[made.__name__ for made in PAGES])
def furnished(request: pytest.FixtureRequest, db: None) -> tuple[Scene, tuple[Page, ...]]:
    """A scene and the pages that have content in it."""
    return request.param(), PAGES[request.param]


@pytest.fixture
def untranslated(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What was asked for and is in no catalogue of the language in force."""
    found: set[str] = set()
    single, several = trans_real.DjangoTranslation.gettext, trans_real.DjangoTranslation.ngettext

    def watched(self: trans_real.DjangoTranslation, message: str) -> str:
        if message and message not in self._catalog:
            found.add(message)
        return single(self, message)

    def watched_plural(self: trans_real.DjangoTranslation, one: str, many: str, number: int) -> str:
        if (one, self.plural(number)) not in self._catalog:
            found.add(one)
        return several(self, one, many, number)

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", watched)
    monkeypatch.setattr(trans_real.DjangoTranslation, "ngettext", watched_plural)
    return found


def test_eighteen_languages_two_of_them_from_right_to_left() -> None:
    asked = "en, fr, de, es, it, pt, nl, pl, sv, tr, ar, he, id, vi, th, ms, ja, ko"
    assert set(LANGUAGES) == set(asked.split(", ")) == {"en", *message_catalogs.REQUIRED}
    assert {code for code in LANGUAGES if code in settings.LANGUAGES_BIDI} == {"ar", "he"}


def test_every_address_of_the_workbench_is_looked_at() -> None:
    names = {
        pattern.name
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) == "work"
        for pattern in resolver.url_patterns
    }
    looked_at = {page.name for pages in PAGES.values() for page in pages}
    assert names == looked_at | WITHOUT_A_PAGE


def test_what_is_missing_is_seen(untranslated: set[str]) -> None:
    with override("ja"):
        gettext("A text that nobody has translated")
        ngettext("One such thing", "Many such things", 2)
    assert untranslated == {"A text that nobody has translated", "One such thing"}


def test_no_text_is_left_in_english(
    furnished: tuple[Scene, tuple[Page, ...]], signed_in: SignedIn, untranslated: set[str]
) -> None:
    scene, pages = furnished
    for language, page in itertools.product(OTHERS, pages):
        scene.speak(page.who, language)
        untranslated.clear()
        answer = open_page(signed_in(page.who), page.path)
        assert shown(untranslated, answer) == set(), f"{page.name} in {language}"
        assert f'lang="{language}"' in answer
        assert ('dir="rtl"' in answer.split("<head>")[0]) == (language in ("ar", "he"))


def test_nothing_is_written_past_the_catalogues(
    furnished: tuple[Scene, tuple[Page, ...]], signed_in: SignedIn
) -> None:
    scene, pages = furnished
    for page in pages:
        alike = set.intersection(
            *(texts_of(scene, signed_in, page.who, page.path, code) for code in ("en", *FAR))
        )
        assert {text for text in alike if not is_data(text, scene)} == set(), page.name


def shown(messages: set[str], page: str) -> set[str]:
    """Those of which a part stands on the page, or in what its scripts start with."""
    data = re.search(r'<script id="wb-data"[^>]*>(.*?)</script>', page, re.S)
    whole = html.unescape(page) + (str(json.loads(data[1])) if data else "")
    parts = {text: max(re.split(r"%\(\w+\)[sd]|\{\w+\}", text), key=len) for text in messages}
    return {text for text, part in parts.items() if part.strip() in whole}


def open_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def texts_of(scene: Scene, signed_in: SignedIn, who: str, path: str, language: str) -> set[str]:
    scene.speak(who, language)
    reader = Reader()
    reader.feed(open_page(signed_in(who), path))
    return reader.texts


def is_data(text: str, scene: Scene) -> bool:
    """Names, queries, keys of the keyboard and numbers are the same in every language."""
    known = {
        "Touchstone",
        scene.project.name,
        scene.project.key,
        f"{scene.project.name} · Touchstone",
    }
    known |= {name for _code, name in settings.WORKBENCH_LANGUAGES}
    known |= {person.name for person in scene.people.values()}
    known |= {person.email for person in scene.people.values()}
    return text in known | available_timezones() or not re.search(r"[^\W\d_]{2,}", text)


class Reader(HTMLParser):
    """The texts of a page that somebody sees or hears, but for those in another language."""

    SPOKEN = ("aria-label", "title", "alt", "placeholder")
    VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._open: list[bool] = []

    @property
    def _apart(self) -> bool:
        return any(self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        inside = self._apart or tag in ("script", "style", "kbd", "code")
        inside = inside or (tag != "html" and "lang" in held)
        if not inside:
            self.texts |= {(held.get(name) or "").strip() for name in self.SPOKEN} - {""}
        if tag not in self.VOID:
            self._open.append(inside)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._apart and (text := " ".join(data.split())):
            self.texts.add(text)
