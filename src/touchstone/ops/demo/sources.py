"""The demonstration's real data, read from `demo/data` and turned into import files.

No label here is made up: the English project replays a job as it happened, and the French and
Arabic projects take only the answers that their sources state as known.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

PORTAL_LOCALE = "en-US"
CANNOT_JUDGE = "-1"


@dataclass(frozen=True)
class Page:
    """A page of items that one rater opened and submitted at once, with their answers."""

    rater: str
    channel: str
    opened_at: datetime
    submitted_at: datetime
    answers: Mapping[str, str]

    @property
    def seconds_each(self) -> float:
        """The page's time shared among its items: the job recorded no finer."""
        return (self.submitted_at - self.opened_at).total_seconds() / len(self.answers)


@dataclass(frozen=True)
class Result:
    """One result of the job: a query on a portal, and what stood at `position`."""

    item: str
    query: str
    portal: str
    title: str
    position: int


@dataclass(frozen=True)
class Job:
    """The recorded job: its results, its accepted gold answers, its pages in time order."""

    results: tuple[Result, ...]
    gold: Mapping[str, tuple[int, ...]]
    pages: tuple[Page, ...]

    @property
    def judgments(self) -> int:
        return sum(len(page.answers) for page in self.pages)

    def raters(self) -> dict[str, str]:
        """The channel through which each rater came, by rater."""
        return {page.rater: page.channel for page in self.pages}

    def overlaps(self) -> Counter[str]:
        """How many judgments each item got."""
        return Counter(item for page in self.pages for item in page.answers)

    def query_ids(self) -> dict[tuple[str, str], str]:
        """A name without spaces for each (query, portal), in the order of the file."""
        found: dict[tuple[str, str], str] = {}
        for result in self.results:
            found.setdefault((result.query, result.portal), f"q{len(found) + 1:03d}")
        return found


def data_folder() -> Path:
    """Where the demonstration's data lies."""
    return Path(settings.ROOT) / "demo" / "data"


def read_job(folder: Path) -> Job:
    """Read the recorded job from its three files."""
    return Job(
        results=tuple(
            Result(r["item"], r["query"], r["domain"], r["name"], int(r["position"]))
            for r in _rows(folder / "items.csv")
        ),
        gold={
            r["item"]: tuple(int(grade) for grade in r["truth"].split("|"))
            for r in _rows(folder / "truth.csv")
        },
        pages=_pages(_rows(folder / "labels.csv")),
    )


def _pages(rows: Iterable[Mapping[str, str]]) -> tuple[Page, ...]:
    answers: dict[tuple[str, str, str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        page = (row["rater"], row["channel"], row["started_at"], row["submitted_at"])
        answers[page][row["item"]] = row["label"]
    pages = [
        Page(rater, channel, _time(opened), _time(submitted), given)
        for (rater, channel, opened, submitted), given in answers.items()
    ]
    return tuple(sorted(pages, key=lambda page: (page.submitted_at, page.rater)))


def job_file(job: Job) -> bytes:
    """The job's items as an import file: overlap as recorded, gold with its accepted grades."""
    ids, overlaps = job.query_ids(), job.overlaps()
    return _csv(
        {
            "item_id": result.item,
            "query_id": ids[result.query, result.portal],
            "query": result.query,
            "document_id": result.item,
            "locale": PORTAL_LOCALE,
            "title": result.title,
            "domain": result.portal,
            "position": str(result.position),
            "stratum": result.portal,
            "overlap": str(overlaps[result.item]),
            "gold": "|".join(str(grade) for grade in job.gold.get(result.item, ())),
        }
        for result in job.results
    )


def known_answers_file(folder: Path, *, locale: str, gold: int) -> bytes:
    """Query–document pairs as an import file; the first `gold` known answers become gold.

    A pair that its source names as the right answer is accepted as relevant or extremely relevant.
    """
    queries = {r["query_id"]: r["query"] for r in _rows(folder / "queries.csv")}
    documents = {r["doc_id"]: r for r in _rows(folder / "documents.csv")}
    known = {(r["query_id"], r["doc_id"]) for r in _rows(folder / "known_relevant.csv")}
    pairs = [(r["query_id"], r["doc_id"], r["bm25_rank"]) for r in _rows(folder / "pairs.csv")]
    hidden = {pair[:2] for pair in [p for p in pairs if p[:2] in known][:gold]}
    return _csv(
        {
            "item_id": f"{query}.{document}",
            "query_id": query,
            "query": queries[query],
            "document_id": document,
            "locale": locale,
            "title": documents[document].get("title") or documents[document].get("theme", ""),
            "text": documents[document]["text"],
            "position": rank,
            "gold": "2|3" if (query, document) in hidden else "",
        }
        for query, document, rank in pairs
    )


def portal_run(job: Job) -> bytes:
    """The portals' own order as a TREC run."""
    return _run(job, "portal", lambda result: -float(result.position))


def title_match_run(job: Job) -> bytes:
    """An order of our making: how much of the query stands in the title, as a TREC run.

    Each word of the query that the title has counts by how rare it is among all titles; ties keep
    the portal's order. It has seen no label.
    """
    rarity = _rarity(job.results)
    return _run(
        job,
        "title-match",
        lambda result: (
            sum(
                rarity.get(word, 0.0)
                for word in set(_words(result.query)) & set(_words(result.title))
            )
            - result.position / 1000
        ),
    )


def _rarity(results: Sequence[Result]) -> dict[str, float]:
    seen = Counter(word for result in results for word in set(_words(result.title)))
    return {word: math.log(1 + len(results) / n) for word, n in seen.items()}


def _words(text: str) -> list[str]:
    """Lower-case words with a plural's final s cut, so that "tax" finds "taxes" by its stem."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return [word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words]


def _run(job: Job, tag: str, score: Callable[[Result], float]) -> bytes:
    ids = job.query_ids()
    by_query: dict[str, list[Result]] = defaultdict(list)
    for result in job.results:
        by_query[ids[result.query, result.portal]].append(result)
    lines = []
    for query, results in by_query.items():
        ranked = sorted(results, key=lambda r: (-score(r), r.position, r.item))
        for rank, result in enumerate(ranked, start=1):
            lines.append(f"{query} Q0 {result.item} {rank} {len(ranked) - rank + 1} {tag}\n")
    return "".join(lines).encode()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    listed = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()
