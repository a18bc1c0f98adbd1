"""One's own exposure: consent, limits, working hours, topics. Nobody reads another's."""

from datetime import datetime, time
from typing import Annotated

from django.utils.translation import get_language
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from touchstone.api.access import ApiRequest, needs_sign_in
from touchstone.api.fields import In
from touchstone.apps.wellbeing.disclosures import DISCLOSURES
from touchstone.apps.wellbeing.operations import give_consent, state_hours, withdraw_consent
from touchstone.apps.wellbeing.policies import Severity
from touchstone.apps.wellbeing.queries import MyLimits, consents_of, my_limits
from touchstone.flows.exposure import choose_topic

Zone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_+/-]+$")]

router = Router()


class GaugeOut(Schema):
    """One limit and how much of it is used, in minutes.

    `daily`, `weekly` and `break` (since the last one) count S3 and above, `dose` everything by its
    weight.
    """

    rule: str
    used_minutes: int
    limit_minutes: int


class StopOut(Schema):
    """Which limit says no, and when it will not."""

    rule: str
    again_at: datetime


class HoursOut(Schema):
    """The working day in force."""

    time_zone: str
    starts: time
    ends: time


class LimitsOut(Schema):
    """What you have seen, what the limits leave. `stop` is about S3 and above at this moment."""

    hours: HoursOut
    gauges: list[GaugeOut]
    minutes_today: dict[str, int]
    stop: StopOut | None
    declined_topics: list[str]


class ConsentOut(Schema):
    """What work of a harm class may show, in your language or else in English, and your word."""

    severity: Severity
    version: int
    language: str
    text: str
    agreed: bool


class ConsentIn(In):
    """Which wording you agree to."""

    severity: Severity
    version: Annotated[int, Field(ge=1, le=32_000)]


class TopicIn(In):
    """Whether you decline the topic."""

    declined: bool


class HoursIn(In):
    """Your working day; it may cross midnight."""

    time_zone: Zone
    starts: time
    ends: time


@router.get("/limits", response=LimitsOut)
@needs_sign_in
def get_my_limits(request: ApiRequest) -> LimitsOut:
    """Your own exposure against the limits."""
    return _limits_out(my_limits(request.auth, request.at))


@router.get("/consents", response=list[ConsentOut])
@needs_sign_in
def list_my_consents(request: ApiRequest) -> list[ConsentOut]:
    """What there is to agree to before work of each harm class, and whether you did."""
    return _consents_out(request)


@router.post("/consents", response=list[ConsentOut])
@needs_sign_in
def give_my_consent(request: ApiRequest, body: ConsentIn) -> list[ConsentOut]:
    """Agree to see content of a harm class."""
    give_consent(
        severity=body.severity,
        version=body.version,
        language=get_language() or "en",
        by=request.auth,
        at=request.at,
    )
    return _consents_out(request)


@router.delete("/consents/{str:severity}", response={204: None})
@needs_sign_in
def withdraw_my_consent(request: ApiRequest, severity: Severity) -> Status[None]:
    """Withdraw consent: nothing of that class is handed out to you from now on."""
    withdraw_consent(severity=severity, by=request.auth, at=request.at)
    return Status(204, None)


@router.put("/topics/{slug:topic}", response=LimitsOut)
@needs_sign_in
def choose_my_topic(request: ApiRequest, topic: str, body: TopicIn) -> LimitsOut:
    """Decline a topic where it may show something unpleasant, or take it again."""
    choose_topic(topic=topic, declined=body.declined, by=request.auth, at=request.at)
    return _limits_out(my_limits(request.auth, request.at))


@router.put("/hours", response=LimitsOut)
@needs_sign_in
def state_my_hours(request: ApiRequest, body: HoursIn) -> LimitsOut:
    """State your working day; a change holds from the next day and can be made once a week."""
    state_hours(
        time_zone=body.time_zone,
        starts=body.starts.replace(tzinfo=None, microsecond=0),
        ends=body.ends.replace(tzinfo=None, microsecond=0),
        by=request.auth,
        at=request.at,
    )
    return _limits_out(my_limits(request.auth, request.at))


def _limits_out(mine: MyLimits) -> LimitsOut:
    return LimitsOut(
        hours=HoursOut(
            time_zone=mine.hours.time_zone, starts=mine.hours.starts, ends=mine.hours.ends
        ),
        gauges=[
            GaugeOut(
                rule=gauge.rule.value,
                used_minutes=gauge.used_minutes,
                limit_minutes=gauge.limit_minutes,
            )
            for gauge in mine.gauges
        ],
        minutes_today=dict(mine.minutes_today),
        stop=StopOut(rule=mine.stop.rule.value, again_at=mine.stop.again_at) if mine.stop else None,
        declined_topics=sorted(mine.declined),
    )


def _consents_out(request: ApiRequest) -> list[ConsentOut]:
    mine, found = consents_of(request.auth), []
    for severity, disclosure in DISCLOSURES.items():
        language, text = disclosure.text(get_language() or "en")
        word = mine.get(severity)
        agreed = word is not None and word.given and word.version == disclosure.version
        found.append(
            ConsentOut(
                severity=severity,
                version=disclosure.version,
                language=language,
                text=text,
                agreed=agreed,
            )
        )
    return found
