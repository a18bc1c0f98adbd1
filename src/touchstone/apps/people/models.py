"""People, what they may do and where: users, vendors, grants, languages, API tokens.

Deliberately absent: anything about a person's state of mind, and names in deliveries (a rater
travels as `pseudonym`).
"""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from touchstone.apps.markets.models import Locale, Market


class Role(models.TextChoices):
    """What a person comes for; DESIGN §1."""

    ADMIN = "admin", _("Administrator")
    PROJECT_OWNER = "project_owner", _("Project owner")
    REQUESTER = "requester", _("Requester")
    ANNOTATOR = "annotator", _("Annotator")
    QA_LEAD = "qa_lead", _("QA lead")
    VENDOR_MANAGER = "vendor_manager", _("Vendor manager")
    STAKEHOLDER = "stakeholder", _("Market stakeholder")


def new_pseudonym() -> str:
    """A name for deliveries that says nothing about the person."""
    return f"r{secrets.token_hex(5)}"


class Vendor(models.Model):
    """A company (BPO) that employs annotators; its site decides its calendar."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="vendors")
    subdivision = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by their address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person, or a machine annotator, known by an e-mail address."""

    class Kind(models.TextChoices):
        HUMAN = "human", _("Person")
        MACHINE = "machine", _("Machine")

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.HUMAN)
    language = models.CharField(max_length=5, default="en")
    time_zone = models.CharField(max_length=40, default="UTC")
    vendor = models.ForeignKey(
        Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    pseudonym = models.CharField(max_length=16, unique=True, default=new_pseudonym)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (
            models.UniqueConstraint(models.functions.Lower("email"), name="people_user_email_once"),
        )

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role, and where it holds: in one market, at one vendor, or everywhere."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=Role)
    everywhere = models.BooleanField(default=False)
    market = models.ForeignKey(
        Market, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    vendor = models.ForeignKey(
        Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(everywhere=True, market=None, vendor=None)
                | Q(everywhere=False, market__isnull=False, vendor=None)
                | Q(everywhere=False, market=None, vendor__isnull=False),
                name="people_grant_one_scope",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "everywhere", "market", "vendor"],
                name="people_grant_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} of user {self.user_id}"


class Fluency(models.Model):
    """A locale that an annotator may label in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="fluencies")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "locale"], name="people_fluency_once"),
        )

    def __str__(self) -> str:
        return f"{self.locale_id} of user {self.user_id}"


class WorkbenchPreferences(models.Model):
    """How a person wants the workbench, on whichever machine they sit.

    `keys` holds what they press for an action or a digit, where it is not the usual key.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="workbench")
    keys = models.JSONField(default=dict)
    auto_advance = models.BooleanField(default=False)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"workbench of user {self.user_id}"


class ApiToken(models.Model):
    """A token for programs. Only a digest is kept; the token is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SignInAttempt(models.Model):
    """A failed sign-in, by digests of the address tried and of the network address.

    Kept in the database so that the limit holds across processes; no address is stored in clear.
    """

    email_digest = models.CharField(max_length=64)
    network_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["email_digest", "at"], name="people_attempt_email"),
            models.Index(fields=["network_digest", "at"], name="people_attempt_network"),
        )

    def __str__(self) -> str:
        return f"attempt at {self.at}"
