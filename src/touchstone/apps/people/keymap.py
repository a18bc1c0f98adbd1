"""The keys of the workbench: what each does unless a person moves it, and whether a move can be.

A key has the name of what stands on it in Latin letters, so that a choice holds on every layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from touchstone.lib.errors import Refused

ACTIONS: Mapping[str, str] = {
    "submit": "Enter",
    "clear": "Backspace",
    "next_question": "n",
    "undo": "u",
    "cannot_judge": "x",
    "escalate": "e",
    "skip": "s",
    "harmful": "k",
    "comment": "c",
    "ask": "q",
    "guideline": "g",
    "history": "h",
    "research": "r",
    "view": "v",
    "transcript": "t",
}
"""What can be done with one key. The scripts of the workbench know an action by the key here."""
DIGITS: Mapping[str, str] = {digit: digit for digit in "1234567890"}
"""The keys of the answers."""
DEFAULTS: Mapping[str, str] = {**ACTIONS, **DIGITS}
KEY = re.compile(r"[a-z0-9]|Enter|Backspace|Space")


class KeyRefused(Refused):
    """There is no such action, or no such key; `details["name"]` is the one."""

    code = "key_refused"


class KeyClash(Refused):
    """Two actions want one key; `details` name them and the key."""

    code = "key_clash"


def check_keys(chosen: Mapping[str, str]) -> None:
    """See that a person's own keys can be used.

    :raises KeyRefused: an action or a key is none.
    :raises KeyClash: one key would do two things.
    """
    for name, key in chosen.items():
        if name not in DEFAULTS:
            raise KeyRefused(_("There is no action “%(name)s”.") % {"name": name}, name=name)
        if not KEY.fullmatch(key):
            raise KeyRefused(_("“%(key)s” cannot be used as a key.") % {"key": key}, name=name)
    _refuse_clashes({**DEFAULTS, **chosen})


def _refuse_clashes(keys: Mapping[str, str]) -> None:
    taken: dict[str, str] = {}
    for name, key in keys.items():
        if key in taken:
            raise KeyClash(
                _("The key “%(key)s” would do two things: %(one)s and %(other)s.")
                % {"key": key, "one": taken[key], "other": name},
                key=key,
                names=[taken[key], name],
            )
        taken[key] = name


def moved_keys(chosen: Mapping[str, str]) -> dict[str, str]:
    """What is pressed for each key that is no longer where it was, by its usual name.

    A letter that a task type gave to one of its answers makes room for an action: it gets a letter
    or digit that was freed, or none ("") when there is none.
    """
    moved = {DEFAULTS[name]: key for name, key in chosen.items() if DEFAULTS[name] != key}
    pushed = sorted(set(moved.values()) - moved.keys())
    freed = sorted(key for key in moved.keys() - set(moved.values()) if len(key) == 1)
    spare = iter(freed)
    return moved | {key: next(spare, "") for key in pushed if len(key) == 1}
