"""Who plays in the demonstration, and the log-ins of those a visitor may sign in as.

Everything goes through the product's own operations. Accounts are made once; passwords are made at
random at every run, shown once, and kept nowhere but as hashes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from touchstone.apps.people import operations as people
from touchstone.apps.people.policies import Role
from touchstone.apps.people.queries import user_by_email, vendor_by_key

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Part:
    """A person of the demonstration: what they come for and where it holds."""

    key: str
    name: str
    role: Role | None
    language: str = "en"
    time_zone: str = "UTC"
    market: str | None = None
    vendor: str | None = None
    fluencies: Sequence[str] = ()

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


VENDORS: Mapping[str, tuple[str, str]] = {
    "atelier": ("Atelier des mots", "FR"),
    "almanar": ("Al-Manar Annotation", "EG"),
    "harbor": ("Harbor Labeling", "US"),
}

PARTS = (
    Part("admin", "Alex Moreau", Role.ADMIN, time_zone="Europe/Paris"),
    Part("owner", "Olivia Chen", Role.PROJECT_OWNER, time_zone="Europe/London"),
    Part("approver", "Marc Dubois", Role.PROJECT_OWNER, "fr", "Europe/Paris"),
    Part("requester", "Rahul Iyer", Role.REQUESTER, time_zone="Europe/London"),
    Part("demandeuse", "Claire Fontaine", Role.REQUESTER, "fr", "Europe/Paris"),
    Part("qa", "Quinn Alvarez", Role.QA_LEAD, time_zone="Europe/Madrid"),
    Part("vendor", "Nadia Bernard", Role.VENDOR_MANAGER, "fr", "Europe/Paris", vendor="atelier"),
    Part("stakeholder", "Sophie Laurent", Role.STAKEHOLDER, "fr", "Europe/Paris", market="FR"),
    Part(
        "annotatrice", "Inès Garnier", Role.ANNOTATOR, "fr", "Europe/Paris",
        vendor="atelier", fluencies=("fr-FR",),
    ),
    Part(
        "annotateur", "Hugo Petit", Role.ANNOTATOR, "fr", "Europe/Paris",
        vendor="atelier", fluencies=("fr-FR",),
    ),
    Part(
        "annotator-ar", "ليلى حسن", Role.ANNOTATOR, "ar", "Africa/Cairo",
        vendor="almanar", fluencies=("ar-EG", "ar-SA"),
    ),
    Part(
        "annotator-ar-2", "عمر خليل", Role.ANNOTATOR, "ar", "Africa/Cairo",
        vendor="almanar", fluencies=("ar-EG", "ar-SA"),
    ),
    Part(
        "annotator", "Grace Miller", Role.ANNOTATOR, "en", "America/New_York",
        vendor="harbor", fluencies=("en-US",),
    ),
    Part(
        "annotator-2", "Owen Clarke", Role.ANNOTATOR, "en", "America/New_York",
        vendor="harbor", fluencies=("en-US",),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """The people by their key, and this run's passwords by address."""

    people: Mapping[str, User]
    passwords: Mapping[str, str]

    def __getitem__(self, key: str) -> User:
        return self.people[key]


def assemble(*, at: datetime, joined_at: datetime) -> Cast:
    """Make the accounts that are missing and give everybody a new password.

    The oldest project of the demonstration began in `joined_at`, so its people joined then.
    """
    for key, (name, market) in VENDORS.items():
        if vendor_by_key(key) is None:
            people.create_vendor(key=key, name=name, market=market, by=None, at=joined_at)
    cast = {part.key: _person(part, joined_at) for part in PARTS}
    passwords = {}
    for part in PARTS:
        passwords[part.email] = secrets.token_urlsafe(12)
        people.set_password(user=cast[part.key], password=passwords[part.email], by=None, at=at)
    return Cast(cast, passwords)


def _person(part: Part, at: datetime) -> User:
    found = user_by_email(part.email)
    if found is not None:
        return found
    vendor = vendor_by_key(part.vendor) if part.vendor else None
    person = people.create_user(
        email=part.email,
        name=part.name,
        password=None,
        language=part.language,
        time_zone=part.time_zone,
        vendor=vendor if part.role is Role.ANNOTATOR else None,
        by=None,
        at=at,
    )
    _give_role(person, part, at)
    people.set_fluency(user=person, locales=part.fluencies, by=None, at=at)
    return person


def _give_role(person: User, part: Part, at: datetime) -> None:
    if part.role is None:
        return
    managed = (
        vendor_by_key(part.vendor) if part.vendor and part.role is Role.VENDOR_MANAGER else None
    )
    people.grant_role(
        user=person,
        role=part.role,
        everywhere=part.market is None and managed is None,
        market=part.market,
        vendor=managed,
        by=None,
        at=at,
    )


def raters(channels: Mapping[str, str], *, locale: str, at: datetime) -> dict[str, User]:
    """An account without a password for each rater of a recorded job, at the channel they used."""
    for channel in sorted(set(channels.values())):
        if vendor_by_key(channel) is None:
            people.create_vendor(key=channel, name=channel, market="US", by=None, at=at)
    return {
        rater: _rater(rater, channel, locale, at) for rater, channel in sorted(channels.items())
    }


def _rater(rater: str, channel: str, locale: str, at: datetime) -> User:
    email = f"{rater}@open-data.{DOMAIN}"
    found = user_by_email(email)
    if found is not None:
        return found
    person = people.create_user(
        email=email,
        name=f"Open-data rater {rater}",
        password=None,
        vendor=vendor_by_key(channel),
        by=None,
        at=at,
    )
    people.grant_role(user=person, role=Role.ANNOTATOR, everywhere=True, by=None, at=at)
    people.set_fluency(user=person, locales=[locale], by=None, at=at)
    return person
