"""A text without its French is found, wherever it stands."""

from pathlib import Path

import pytest

from touchstone.ops import message_catalogs
from touchstone.ops.message_extraction import messages_in

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
title = _("Projects")
count = ngettext("%(n)s item", "%(n)s items", 2)
verb = pgettext_lazy("verb", "Release")
head = f"## {_('Limits')}"
"""
TEMPLATE = """{% load i18n %}
  <h1 title='{% translate "Queue" %}'>{{ _("It's open") }}</h1>
      {% blocktranslate trimmed with name=user.name %}
        Hello
        {{ name }}
  {% endblocktranslate %}
{% blocktranslate count n=total context "tasks" trimmed %}
  {{ n }} left{% plural %}{{ n }} are left
{% endblocktranslate %}
{% if x == ")" %}("{% endif %}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "templates").mkdir(parents=True)
    (folder / "views.py").write_text(PYTHON)
    (folder / "templates" / "page.html").write_text(TEMPLATE)
    return folder


@pytest.fixture
def locale(tmp_path: Path, source: Path) -> Path:
    folder = tmp_path / "locale"
    message_catalogs.extract(folder, source)
    return folder


def translate(locale: Path, singular: str, *forms: str) -> None:
    """Fill one entry in, as a translator does."""
    path = locale / "fr" / "LC_MESSAGES" / "django.po"
    catalog = message_catalogs.read(path, "fr")
    entry = next(e for e in catalog if singular in (e.id if isinstance(e.id, tuple) else (e.id,)))
    entry.string = forms if len(forms) > 1 else forms[0]
    message_catalogs.write(path, catalog)


def test_finds_every_text(source: Path) -> None:
    found = {(message.context, message.id) for message in messages_in(source)}

    assert found == {
        (None, "Projects"),
        (None, ("%(n)s item", "%(n)s items")),
        ("verb", "Release"),
        (None, "Limits"),
        (None, "Queue"),
        (None, "It's open"),
        (None, "Hello %(name)s"),
        ("tasks", ("%(n)s left", "%(n)s are left")),
    }


def test_every_text_wants_a_translation(locale: Path, source: Path) -> None:
    faults = message_catalogs.check(locale, source)

    assert len(faults) == 8
    assert "views.py:3: 'Projects' has no translation (fr)" in faults


def test_a_translation_survives_extraction_and_settles_the_fault(
    locale: Path, source: Path
) -> None:
    translate(locale, "Projects", "Projets")
    message_catalogs.extract(locale, source)

    faults = message_catalogs.check(locale, source)
    assert not [fault for fault in faults if "Projects" in fault]


@pytest.mark.parametrize(
    ("french", "fault"),
    [("Bonjour", "lacks a placeholder"), ("Bonjour %(nom)s", "has a placeholder that the source")],
)
def test_placeholders_must_match(locale: Path, source: Path, french: str, fault: str) -> None:
    translate(locale, "Hello %(name)s", french)

    assert any(fault in line for line in message_catalogs.check(locale, source))


def test_a_text_no_longer_used_is_named(locale: Path, source: Path) -> None:
    (source / "views.py").write_text("")

    faults = message_catalogs.check(locale, source)
    assert "fr: 'Projects' is unused: run `touchstone-ops messages extract`" in faults


def test_what_is_compiled_is_what_django_reads(locale: Path) -> None:
    import gettext

    translate(locale, "Projects", "Projets")
    message_catalogs.compile_all(locale)

    french = gettext.translation("django", locale, ["fr"])
    assert french.gettext("Projects") == "Projets"


def test_the_workbench_wants_arabic_and_the_console_does_not(locale: Path, source: Path) -> None:
    (source / "workbench").mkdir()
    (source / "workbench" / "texts.py").write_text('from django import _\n_("Submit")\n')
    message_catalogs.extract(locale, source)

    faults = message_catalogs.check(locale, source)
    assert "workbench/texts.py:2: 'Submit' has no translation (ar)" in faults
    assert not [fault for fault in faults if fault.endswith("(ar)") and "views.py" in fault]
