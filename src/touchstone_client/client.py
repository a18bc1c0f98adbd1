"""The client: one object for each noun of the API."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import httpx

from touchstone_client import markets, me
from touchstone_client.evaluations import Evaluations
from touchstone_client.items import Items
from touchstone_client.plans import Plans
from touchstone_client.projects import Projects
from touchstone_client.qualification import Qualifying
from touchstone_client.quality import Consensus, Quality
from touchstone_client.releases import Releases
from touchstone_client.requests import Requests
from touchstone_client.transport import Transport
from touchstone_client.value import Value
from touchstone_client.work import Labeling


class Touchstone:
    """Touchstone over HTTP.

    >>> with Touchstone("https://touchstone.example", token) as touchstone:  # doctest: +SKIP
    ...     for task in touchstone.work.lease("faq-fr", 10).tasks:
    ...         answers = {"outcome": "label", "values": {"grade": 2}}
    ...         touchstone.work.submit(task, answers, seconds=4.2)

    `language` is that of messages. `retries` is how often a call that may safely be repeated is
    sent again. `transport` replaces the network, for tests.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 30.0,
        language: str = "en",
        retries: int = 3,
    ) -> None:
        self._transport = Transport(
            base_url,
            token,
            transport=transport,
            timeout=timeout,
            language=language,
            retries=retries,
        )
        self.requests = Requests(self._transport)
        self.projects = Projects(self._transport)
        self.plans = Plans(self._transport)
        self.items = Items(self._transport)
        self.work = Labeling(self._transport)
        self.qualification = Qualifying(self._transport)
        self.quality = Quality(self._transport)
        self.consensus = Consensus(self._transport)
        self.releases = Releases(self._transport)
        self.evaluations = Evaluations(self._transport)
        self.value = Value(self._transport)

    def whoami(self) -> me.Me:
        """The owner of the token."""
        return me.whoami(self._transport)

    def markets(self) -> Iterator[markets.Market]:
        """Every market, by code."""
        return markets.markets(self._transport)

    def close(self) -> None:
        """Give the connections back; `with` does it for you."""
        self._transport.close()

    def __enter__(self) -> Touchstone:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
