"""The task types and guidelines that the service starts with; their texts lie in `texts/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Seed:
    """A task type and its guideline, of the same key: `schema.json` and one text a language."""

    key: str
    name_en: str
    name_fr: str
    title_en: str
    title_fr: str

    def schema(self) -> dict[str, object]:
        """The label schema, as JSON."""
        schema: dict[str, object] = json.loads(self._read("schema.json"))
        return schema

    def texts(self) -> dict[str, str]:
        """The guideline in Markdown, by language."""
        return {
            path.stem: path.read_text(encoding="utf-8")
            for path in sorted((FOLDER / self.key).glob("*.md"))
        }

    def _read(self, name: str) -> str:
        return (FOLDER / self.key / name).read_text(encoding="utf-8")


SEEDS = (
    Seed(
        key="graded-relevance",
        name_en="Graded relevance",
        name_fr="Pertinence graduée",
        title_en="How well does a result answer a query?",
        title_fr="Un résultat répond-il à la requête ?",
    ),
)
