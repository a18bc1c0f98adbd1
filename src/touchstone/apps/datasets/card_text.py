"""The words of the data card, in the language asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import format_decimal, format_percent
from django.utils import translation
from django.utils.translation import gettext as _

from touchstone.apps.intake.models import BusinessLine, Purpose
from touchstone.apps.planning.models import SampleMethod
from touchstone.apps.quality.models import Measurement


def markdown(card: Mapping[str, Any], language: str) -> str:
    """The card as Markdown in `language`, whatever language is active."""
    with translation.override(language):
        sections = (
            _what(card),
            _how(card),
            _quality(card),
            _sample(card),
            _consensus(card),
            _split(card),
            _limits(card),
            _licence(card),
            _files(card),
        )
        return "\n\n".join("\n".join(section) for section in sections)


def _what(card: Mapping[str, Any]) -> list[str]:
    request, counts = card["request"], card["counts"]
    return [
        f"# {card['project']['name']}",
        "",
        _("Data card, frozen %(at)s.") % {"at": card["frozen_at"]},
        "",
        "## " + _("What it is"),
        "",
        _fact(_("Request"), f"{request['key']} {request['title']}"),
        _fact(_("Business line"), str(BusinessLine(request["business_line"]).label)),
        _fact(_("Purpose"), str(Purpose(request["purpose"]).label)),
        _fact(_("Items with a label"), _n(counts["items"])),
        _fact(_("Queries"), _n(counts["queries"])),
        _fact(_("Items by label"), _distribution(card["labels"])),
        *([_fact(_("Note"), card["note"])] if card["note"] else []),
    ]


def _how(card: Mapping[str, Any]) -> list[str]:
    task, counts = card["task"], card["counts"]
    name = task["name_fr"] if translation.get_language() == "fr" else task["name_en"]
    return [
        "## " + _("How it was made"),
        "",
        _fact(_("Task"), f"{name} ({task['type']})"),
        _fact(_("Guideline"), task["guideline"]),
        _fact(_("Judgments"), _n(counts["judgments"])),
        _fact(_("Of these, labels"), _n(counts["labels"])),
        _fact(_("Of these, cannot judge"), _n(counts["cannot_judge"])),
        _fact(_("Of these, escalated"), _n(counts["escalated"])),
        _fact(_("Late judgments, kept and marked"), _n(counts["late"])),
        _fact(_("Judgments that fill no place, kept and marked"), _n(counts["not_counting"])),
        _fact(_("Raters"), _n(counts["raters"])),
        _fact(_("Of these, machines"), _n(counts["machine_raters"])),
        _fact(_("Items settled by an expert"), _n(counts["adjudicated"])),
        "",
        *_table(
            (_("Locale"), _("Items with a label"), _("Judgments"), _("Raters")),
            (
                (row["locale"], _n(row["items"]), _n(row["judgments"]), _n(row["raters"]))
                for row in card["locales"]
            ),
        ),
    ]


def _quality(card: Mapping[str, Any]) -> list[str]:
    measured: Iterable[Mapping[str, Any]] = card["quality"]
    return [
        "## " + _("Standards and measured quality"),
        "",
        *_table(
            (_("Locale"), _("Alpha, lower bound wanted"), _("Gold accuracy wanted")),
            (
                (row["locale"], _n(row["alpha_lower_bound"]), _percent(row["gold_accuracy"]))
                for row in card["locales"]
            ),
        ),
        "",
        *_table(
            (_("Measure"), _("Locale"), _("Value"), _("Interval"), "n", _("Method")),
            (_measured_row(row) for row in measured),
        ),
    ]


def _measured_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    kind, locale = str(Measurement.Kind(row["kind"]).label), row["locale"] or _("all")
    if row["value"] is None:
        reason: str = row["reason"]
        return kind, locale, "–", _(reason), _n(row["n"]), row["method"]
    interval = f"[{_n(row['low'])}; {_n(row['high'])}] ({_percent(row['level'])})"
    return kind, locale, _n(row["value"]), interval, _n(row["n"]), row["method"]


def _dynamic_overlap(sample: Mapping[str, Any]) -> list[str]:
    if "stop_confidence" not in sample:
        return []
    said = _("Judgments wanted at most, and the confidence that ends an item")
    return [_fact(said, f"{_n(sample['overlap_most'])}, {_percent(sample['stop_confidence'])}")]


def _sample(card: Mapping[str, Any]) -> list[str]:
    sample = card["sample"]
    return [
        "## " + _("Sample"),
        "",
        _fact(_("Design"), str(SampleMethod(sample["method"]).label)),
        *([_fact(_("Note"), sample["note"])] if sample["note"] else []),
        _fact(_("Judgments wanted for each item"), _n(sample["overlap"])),
        *_dynamic_overlap(sample),
        _fact(_("Share of gold items among those served"), _percent(sample["gold_rate"])),
        "",
        *_table(
            (_("Stratum"), _("Items"), _("Inclusion probability, from"), _("to")),
            (
                (row["stratum"] or "–", _n(row["items"]), _n(row["pi_low"]), _n(row["pi_high"]))
                for row in sample["strata"]
            ),
        ),
        "",
        _(
            "The column pi is the probability with which an item was drawn, weight is 1/pi. "
            "Estimates about the traffic need the weight."
        ),
    ]


def _consensus(card: Mapping[str, Any]) -> list[str]:
    consensus = card["consensus"]
    parameters = ", ".join(f"{key}={value}" for key, value in consensus["parameters"].items())
    return [
        "## " + _("Consensus"),
        "",
        _fact(_("Method"), f"{consensus['method']} {consensus['method_version']}"),
        _fact(_("Parameters"), parameters or "–"),
        _fact(_("Seed"), "–" if consensus["seed"] is None else str(consensus["seed"])),
        _fact(_("Hash of the input"), f"`{consensus['input_hash']}`"),
        _fact(_("Hash of the approved plan"), f"`{card['plan']['content_hash']}`"),
    ]


def _split(card: Mapping[str, Any]) -> list[str]:
    split = card["split"]
    return [
        "## " + _("Training and test"),
        "",
        _("The split is by query: no query is on both sides."),
        "",
        _fact(_("Share asked for"), _percent(split["test_share"])),
        _fact(_("Seed"), split["seed"]),
        _fact(_("Queries for training"), _n(split["train_queries"])),
        _fact(_("Queries for testing"), _n(split["test_queries"])),
    ]


def _limits(card: Mapping[str, Any]) -> list[str]:
    counts = card["counts"]
    return [
        "## " + _("Limits"),
        "",
        "- "
        + _(
            "A label is an estimate: see its probability. Where people truly disagree, so may you."
        ),
        "- "
        + _("%(n)s items have no label and are not in qrels.txt; no grade was made up for them.")
        % {"n": _n(counts["items_without_label"])},
        "- "
        + _(
            "%(n)s gold items are known to the team (is_gold): leave them out of a test that must "
            "be blind."
        )
        % {"n": _n(counts["gold_items"])},
        "- " + _("The labels hold for this guideline and these locales; do not carry them over."),
        "- "
        + _(
            "Raters appear under pseudonyms; comments are left out because they may name somebody."
        ),
    ]


def _licence(card: Mapping[str, Any]) -> list[str]:
    unstated = _(
        "No licence was stated. Use within the requesting team only; the content of the items "
        "stays under the terms of its source."
    )
    return ["## " + _("Licence"), "", card["licence"] or unstated]


def _files(card: Mapping[str, Any]) -> list[str]:
    return [
        "## " + _("Files"),
        "",
        *_table(
            (_("File"), _("Bytes"), "SHA-256"),
            ((row["name"], _n(row["bytes"]), f"`{row['sha256']}`") for row in card["files"]),
        ),
    ]


def _fact(name: str, value: str) -> str:
    """A line of a list; where a space stands before a colon is a matter of the language."""
    return "- " + _("%(name)s: %(value)s") % {"name": name, "value": value}


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        _table_row(heads),
        _table_row("---" for _head in heads),
        *(_table_row(row) for row in rows),
    ]


def _table_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _distribution(labels: Mapping[str, int]) -> str:
    return ", ".join(f"{label}: {_n(n)}" for label, n in labels.items())


def _n(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(value, "#,##0.####", locale=_locale()))


def _percent(value: float | None) -> str:
    return "–" if value is None else str(format_percent(value, "#,##0.#%", locale=_locale()))


def _locale() -> str:
    return translation.get_language() or "en"
