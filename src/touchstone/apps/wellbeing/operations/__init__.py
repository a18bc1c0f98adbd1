"""Writing exposure: handing work out within the limits, and what people decide for themselves.

Callers import from here; the modules below are split by what they write.
"""

from touchstone.apps.wellbeing.operations.choices import (
    HoursRefused,
    UnknownDisclosure,
    decline_topic,
    give_consent,
    state_hours,
    take_topic_again,
    withdraw_consent,
)
from touchstone.apps.wellbeing.operations.contracts import (
    LimitsRefused,
    LinkRefused,
    link_accounts,
    separate_account,
    tighten_limits,
)
from touchstone.apps.wellbeing.operations.work import (
    ConsentNeeded,
    ExposureLimit,
    TopicDeclined,
    Window,
    book_exposure,
    open_window,
    renew_reservation,
    require_consent,
    reserve,
)

__all__ = [
    "ConsentNeeded",
    "ExposureLimit",
    "HoursRefused",
    "LimitsRefused",
    "LinkRefused",
    "TopicDeclined",
    "UnknownDisclosure",
    "Window",
    "book_exposure",
    "decline_topic",
    "give_consent",
    "link_accounts",
    "open_window",
    "renew_reservation",
    "require_consent",
    "reserve",
    "separate_account",
    "state_hours",
    "take_topic_again",
    "tighten_limits",
    "withdraw_consent",
]
