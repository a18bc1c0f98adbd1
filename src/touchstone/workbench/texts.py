"""What the scripts say, in the language of the screen. `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def item_texts() -> dict[str, str]:
    """What stands beside an item."""
    return {
        "no_text": _("This result has nothing to show."),
        "new_window": _("opens in a new window"),
    }


def expert_texts() -> dict[str, str]:
    """What an expert's screen says."""
    return item_texts() | {
        "choose": _("Choose an answer first: press its key."),
        "choose_reason": _("Choose a reason first: press its key."),
        "rationale": _("Write why: it is needed to settle the disagreement."),
    }


def task_texts() -> dict[str, str]:
    """What the task screen says."""
    return expert_texts() | {
        "session": _("{n} in this session, {today} today"),
        "ready": _("Ready"),
        "saving": _("Saving…"),
        "saved": _("Saved"),
        "waiting": _("Not saved yet ({n}). It is kept here and will be sent again."),
        "sign_in": _("You were signed out. {n} answers are kept here until you sign in again."),
        "sign_in_again": _("Sign in again"),
        "loading": _("Getting the next tasks…"),
        "no_connection": _("No connection. The next tasks come as soon as it is back."),
        "other_tab": _(
            "This project is open in another tab. Go on there, or close that tab to work here."
        ),
        "lease_lost": _(
            "This task is no longer reserved for you. Answer it all the same: it will be kept."
        ),
        "late": _("Your answer to “{query}” came late. It is kept, and it counts."),
        "late_spare": _(
            "Your answer to “{query}” came late, when others had answered. It is kept as late."
        ),
        "already_submitted": _(
            "You had answered “{query}” before. Your first answer is kept; this one is not needed."
        ),
        "refused": _("Your answer to “{query}” was not taken: {reason}"),
        "answer_again": _("Your answer to “{query}” was not taken. Please answer it once more."),
        "guideline_unread": _("The guideline has changed. Read the new version before you go on."),
        "not_open": _("This project does not hand out work now. All that you submitted is kept."),
        "too_many": _("You hold many tasks elsewhere already. Finish those first."),
        "nothing_left": _("Nothing is left for you here. Thank you!"),
        "close": _("Close"),
        "no_access": _("This project is no longer open to you. What you submitted is kept."),
    }
