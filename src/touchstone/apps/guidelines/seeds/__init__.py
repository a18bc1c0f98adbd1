"""The task types and guidelines that the service starts with; each has a folder of its own.

A folder holds `schema.json` (with names in English and French, and what a choice means),
`names.csv` with the same names in the other languages of the workbench, and the guideline, one
Markdown text a language. Reasons not to judge are shared: `reasons.json`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
REASONS = ("cannot_judge", "escalate")


@dataclass(frozen=True)
class Seed:
    """A task type and its guideline, of the same key."""

    key: str
    name_en: str
    name_fr: str
    title_en: str
    title_fr: str

    def schema(self) -> dict[str, Any]:
        """The label schema as JSON, named in every language; a new object each time."""
        schema: dict[str, Any] = json.loads(self._read("schema.json"))
        shared = json.loads((FOLDER / "reasons.json").read_text(encoding="utf-8"))
        for entry in REASONS:
            schema[entry] = [
                shared[each] | {"value": each} if isinstance(each, str) else each
                for each in schema.get(entry, [])
            ]
        named = _names(self.key)
        for name, thing in _things(schema):
            thing["names"] |= named.get(name, {})
        return schema

    def texts(self) -> dict[str, str]:
        """The guideline in Markdown, by language."""
        return {
            path.stem: path.read_text(encoding="utf-8")
            for path in sorted((FOLDER / self.key).glob("*.md"))
        }

    def _read(self, name: str) -> str:
        return (FOLDER / self.key / name).read_text(encoding="utf-8")


def _things(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything with a name, as `names.csv` calls it: `field`, then `field/option`."""
    for field in schema["fields"]:
        yield field["key"], field
        for option in field.get("options", []):
            yield f"{field['key']}/{option['value']}", option


@cache
def _names(key: str) -> Mapping[str, Mapping[str, str]]:
    with (FOLDER / key / "names.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("name"): row for row in csv.DictReader(file)}


SEEDS = (
    Seed(
        key="graded-relevance",
        name_en="Graded relevance",
        name_fr="Pertinence graduée",
        title_en="How well does a result answer a query?",
        title_fr="Un résultat répond-il à la requête ?",
    ),
    Seed(
        key="needs-met-quality",
        name_en="Needs met and page quality",
        name_fr="Besoin satisfait et qualité de la page",
        title_en="Does it meet the need, and how good is the page?",
        title_fr="Le besoin est-il satisfait, et que vaut la page ?",
    ),
    Seed(
        key="esci",
        name_en="Product match (ESCI)",
        name_fr="Correspondance de produit (ESCI)",
        title_en="Is this the product that was searched for?",
        title_fr="Est-ce le produit recherché ?",
    ),
    Seed(
        key="pairwise",
        name_en="Preference between two results",
        name_fr="Préférence entre deux résultats",
        title_en="Which of two results is better?",
        title_fr="Lequel des deux résultats est le meilleur ?",
    ),
    Seed(
        key="side-by-side",
        name_en="Two result lists side by side",
        name_fr="Deux listes de résultats côte à côte",
        title_en="Which of two result pages serves better?",
        title_fr="Laquelle des deux pages de résultats sert le mieux ?",
    ),
    Seed(
        key="suggestion-quality",
        name_en="Suggestion quality",
        name_fr="Qualité des suggestions",
        title_en="Is this suggestion worth showing?",
        title_fr="Cette suggestion mérite-t-elle d'être affichée ?",
    ),
    Seed(
        key="search-ads",
        name_en="Search ads",
        name_fr="Annonces de recherche",
        title_en="Does an ad and its page fit the query?",
        title_fr="L'annonce et sa page conviennent-elles à la requête ?",
    ),
    Seed(
        key="search-security",
        name_en="Search security",
        name_fr="Sécurité de la recherche",
        title_en="Does this content break a policy, and how badly?",
        title_fr="Ce contenu enfreint-il une règle, et à quel point ?",
    ),
    Seed(
        key="query-understanding",
        name_en="Query understanding",
        name_fr="Compréhension des requêtes",
        title_en="What does somebody want who types this?",
        title_fr="Que veut la personne qui saisit cette requête ?",
    ),
    Seed(
        key="video-result",
        name_en="Short-video result",
        name_fr="Résultat en vidéo courte",
        title_en="How well does a short video answer a query?",
        title_fr="Une vidéo courte répond-elle à la requête ?",
    ),
)
