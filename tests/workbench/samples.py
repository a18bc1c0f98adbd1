"""One item of each layout, in English and Arabic: our texts, media at nobody's address."""

from __future__ import annotations

from typing import Any

MEDIA = "https://media.example"
SCRIPT = "<script>document.title = 'taken over'</script>"


def contents(language: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Query and content by layout."""
    return _arabic() if language == "ar" else _english()


def _english() -> dict[str, tuple[str, dict[str, Any]]]:
    page = {
        "title": "How long to boil an egg",
        "text": "Six minutes for a soft yolk, ten for a hard one.\nStart the clock when it boils.",
        "url": "https://kitchen.example/eggs",
        "domain": "kitchen.example",
    }
    other = {
        "title": "Eggs: all you need to know",
        "text": "Colour, size and freshness; where they come from and how they are graded.",
        "url": "https://farm.example/eggs",
        "domain": "farm.example",
    }
    video = {
        "caption": "Soft egg in six minutes, no timer needed",
        "cover": f"{MEDIA}/egg.png",
        "clip": f"{MEDIA}/egg.webm",
        "author": "@morning_cook",
        "published": "2026-02-14",
        "duration": "42",
        "transcript": "Bring the water to the boil, then lower the egg in with a spoon.",
        "ocr": "6:00",
    }
    return {
        "result": ("how long to boil an egg", page),
        "video": ("soft boiled egg", video),
        "pair": ("how long to boil an egg", {"left": page, "right": other}),
        "lists": (
            "boiled egg",
            {
                "left": [page | {"id": "a"}, other | {"id": "b"}],
                "right": [other | {"id": "b"}, page | {"id": "a"}],
            },
        ),
        "suggestion": (
            "how long to b",
            {"suggestion": "how long to boil an egg", "kind": "completion"},
        ),
        "ad": (
            "egg cooker",
            {
                "title": "Egg cooker for seven",
                "text": "Boils, steams and keeps warm. Free returns within 30 days.",
                "advertiser": "Kettle & Co",
                "display_url": "kettle.example/egg-cookers",
                "landing_title": "Egg cookers",
                "landing_text": "Our egg cookers, from one egg to seven. In stock, sent tomorrow.",
                "landing_url": "https://kettle.example/egg-cookers?from=ad",
                "price": "19.99 secret",
                "ctr": "0.031 secret",
            },
        ),
        "media": (
            "kitchen knife accident",
            {
                "title": "Mind the knife",
                "text": "A cook shows the cut on his thumb and how he dressed it.",
                "media": f"{MEDIA}/thumb.png",
                "media_kind": "image",
            },
        ),
        "query": (
            "boild egg how logn",
            {
                "location": "Lyon, France",
                "results": [
                    {"id": "a", "title": "How long to boil an egg"},
                    {"id": "b", "title": "Eggs: all you need to know"},
                    {"id": "c", "title": "Egg timer"},
                ],
            },
        ),
    }


def _arabic() -> dict[str, tuple[str, dict[str, Any]]]:
    page = {
        "title": "كم دقيقة تُسلق البيضة؟",
        "text": "ست دقائق لصفار طري، وعشر دقائق لصفار متماسك.\nابدأ العد عند الغليان.",
        "url": "https://kitchen.example/eggs",
        "domain": "kitchen.example",
    }
    other = {
        "title": "البيض: كل ما تحتاج إلى معرفته",
        "text": "اللون والحجم والطزاجة، ومن أين يأتي وكيف يُصنَّف.",
        "url": "https://farm.example/eggs",
        "domain": "farm.example",
    }
    video = {
        "caption": "بيضة طرية في ست دقائق",
        "cover": f"{MEDIA}/egg.png",
        "clip": f"{MEDIA}/egg.webm",
        "author": "@morning_cook",
        "published": "2026-02-14",
        "duration": "42",
        "transcript": "اغل الماء ثم أنزل البيضة بملعقة.",
        "ocr": "6:00",
    }
    return {
        "result": ("كم دقيقة تُسلق البيضة", page),
        "video": ("بيضة طرية", video),
        "pair": ("كم دقيقة تُسلق البيضة", {"left": page, "right": other}),
        "lists": (
            "بيض مسلوق",
            {
                "left": [page | {"id": "a"}, other | {"id": "b"}],
                "right": [other | {"id": "b"}, page | {"id": "a"}],
            },
        ),
        "suggestion": ("كم دقيقة", {"suggestion": "كم دقيقة تُسلق البيضة", "kind": "completion"}),
        "ad": (
            "جهاز سلق البيض",
            {
                "title": "جهاز سلق لسبع بيضات",
                "text": "يسلق ويبخر ويحفظ الحرارة. إرجاع مجاني خلال ثلاثين يومًا.",
                "advertiser": "Kettle & Co",
                "display_url": "kettle.example/egg-cookers",
                "landing_title": "أجهزة سلق البيض",
                "landing_text": "أجهزتنا من بيضة واحدة إلى سبع. متوفرة وتُرسل غدًا.",
                "landing_url": "https://kettle.example/egg-cookers?from=ad",
                "price": "19.99 secret",
                "ctr": "0.031 secret",
            },
        ),
        "media": (
            "حادث سكين المطبخ",
            {
                "title": "احذر السكين",
                "text": "طباخ يري الجرح في إبهامه وكيف ضمده.",
                "media": f"{MEDIA}/thumb.png",
                "media_kind": "image",
            },
        ),
        "query": (
            "كم دقيقه تسلق البيظة",
            {
                "location": "القاهرة، مصر",
                "results": [
                    {"id": "a", "title": "كم دقيقة تُسلق البيضة؟"},
                    {"id": "b", "title": "البيض: كل ما تحتاج إلى معرفته"},
                    {"id": "c", "title": "مؤقت البيض"},
                ],
            },
        ),
    }


def named(name: str) -> dict[str, str]:
    """A name in the languages that a schema needs; French carries its own mark."""
    return {"en": name, "fr": f"{name} (fr)", "ar": f"{name} (ar)"}


def choices(*keys: str) -> list[dict[str, Any]]:
    """Options of these values, without keys of their own."""
    return [{"value": key, "names": named(key.replace("_", " ").capitalize())} for key in keys]


def plain_schema(layout: str, *fields: dict[str, Any], **entries: Any) -> dict[str, Any]:
    """A grade from 0 to 3 in a layout, and more fields after it."""
    grades = [{"value": n, "hotkey": str(n), "names": named(f"Grade {n}")} for n in range(4)]
    grade = {
        "key": "grade", "kind": "ordinal", "required": True, "names": named("How good?"),
        "options": grades,
    }  # fmt: skip
    return {
        "layout": layout,
        "fields": [grade, *fields],
        "main": "grade",
        "cannot_judge": choices("broken", "foreign_language"),
        "escalate": choices("illegal", "unclear"),
        **entries,
    }


def every_kind() -> list[dict[str, Any]]:
    """A field of each kind beside the grade, all about the item of layout `query`."""
    return [
        {"key": "intent", "kind": "single", "required": True, "names": named("Intent"),
         "options": choices("know", "do", "visit")},
        {"key": "topics", "kind": "multiple", "required": True, "least": 1, "most": 2,
         "names": named("Topics"), "options": choices("food", "time", "health")},
        {"key": "fresh", "kind": "boolean", "required": True, "names": named("Fresh?")},
        {"key": "minutes", "kind": "number", "required": True, "least": 0, "most": 60, "step": 0.5,
         "unit": "min", "names": named("Minutes")},
        {"key": "typos", "kind": "span", "required": True, "of": "query", "names": named("Typos"),
         "options": choices("spelling", "grammar")},
        {"key": "order", "kind": "ranking", "required": True, "of": "results",
         "names": named("Order")},
        {"key": "why", "kind": "text", "longest": 200, "names": named("Why")},
    ]  # fmt: skip
