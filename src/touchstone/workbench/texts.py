"""What the scripts say, in the language of the screen. `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def item_texts() -> dict[str, str]:
    """What stands beside an item."""
    return _layout_texts() | {
        "no_text": _("This result has nothing to show."),
        "new_window": _("opens in a new window"),
        "cover": _("Cover image"),
        "image": _("Image to judge"),
        "clip": _("Clip"),
        "no_image": _("The image could not be loaded."),
        "no_clip": _("The clip could not be loaded."),
        "play": _("Play the clip"),
        "pause": _("Pause the clip"),
        "transcript": _("Transcript"),
        "ocr": _("Text in the picture"),
        "side": _("Show list {side}"),
        "empty_side": _("This list is empty."),
        "empty_side_one": _("There is nothing on this side."),
        "covered_image": _("The image is covered: it may be hard to look at."),
        "covered_clip": _("The clip is covered: it may be hard to look at."),
        "show": _("Show"),
        "cover_again": _("Cover again"),
        "blurred": _("Blurred"),
        "grey": _("Without colour"),
        "ad_mark": _("Ad"),
        "landing": _("Landing page"),
    }


def _layout_texts() -> dict[str, str]:
    """What is judged, by layout, and the names of contents that have no shape of their own."""
    return {
        "layout_result": _("Result"),
        "layout_video": _("Video"),
        "layout_pair": _("Two results"),
        "layout_lists": _("Two result lists"),
        "layout_suggestion": _("Suggestion"),
        "layout_ad": _("Ad and landing page"),
        "layout_media": _("Content to judge"),
        "layout_query": _("Context"),
        "fact_author": _("Author"),
        "fact_published": _("Published"),
        "fact_duration": _("Length"),
        "fact_about": _("About the source"),
        "fact_brand": _("Brand"),
        "fact_color": _("Colour"),
        "fact_features": _("Features"),
        "fact_location": _("Location"),
        "fact_results": _("Results"),
    }


def panel_texts() -> dict[str, str]:
    """What an item and its answer panel say, whoever answers."""
    return item_texts() | {
        "choose": _("Choose an answer first: press its key."),
        "choose_reason": _("Choose a reason first: press its key."),
        "screen": _("Screen {n} of {all}"),
        "at_least": _("Choose at least {n}."),
        "at_most": _("Choose at most {n}."),
        "write": _("Write an answer first."),
        "a_number": _("Write a number, with digits only."),
        "number_range": _("The number is from {least} to {most}."),
        "number_least": _("The number is at least {least}."),
        "number_most": _("The number is at most {most}."),
        "number_step": _("The number goes in steps of {step}."),
        "mark": _("Mark a passage first: select words, then press the key of a mark."),
        "select_first": _("Select words first, with the arrow keys or the mouse."),
        "nothing_to_mark": _("This item has no text to mark."),
        "selected": _("Selected: “{text}”"),
        "marked": _("“{text}” is marked: {tag}"),
        "unmark": _("Remove the mark “{tag}” from “{text}”"),
        "unmarked": _("The mark on “{text}” is removed."),
        "rank_all": _("Put all of them in order first: press their keys, the best first."),
        "nothing_to_rank": _("This item has nothing to put in order."),
        "ranked": _("{name}: place {place} of {all}"),
        "rank_up": _("Move up: {name}"),
        "rank_down": _("Move down: {name}"),
        "rank_out": _("Take out of the order: {name}"),
        "unranked": _("{name} is out of the order."),
    }


def _key_texts() -> dict[str, str]:
    """What the table of keys says while somebody changes it."""
    return {
        "key_change": _("{action}: {key}. Change this key"),
        "key_of_answer": _("the answer with the key {key}"),
        "key_press": _("Press the new key for “{action}”. Esc leaves it as it is."),
        "key_taken": _("The key {key} is taken: “{action}”. Change that one first."),
        "key_unusable": _("Take a letter, a digit, the space bar, Enter or Backspace."),
        "kept_in_account": _("Kept in your account."),
        "not_kept": _("This could not be kept. Try again when you are connected."),
    }


def expert_texts() -> dict[str, str]:
    """What an expert's screen says."""
    return (panel_texts() | _key_texts()) | {
        "rationale": _("Write why: it is needed to settle the disagreement."),
    }


def _limit_texts() -> dict[str, str]:
    """Why a person is shown nothing of a project for now: qualification, consent, a limit."""
    return {
        "qualification_needed": _(
            "The quiz or the test is to be passed before you go on. “My projects” says which."
        ),
        "consent_needed": _("Read what this work may show, and decide whether you want to do it."),
        "topic_declined": _(
            "You have declined work on this topic. You can change that under “My limits”."
        ),
        "limit_daily": _(
            "You have reached today's limit for harmful content. You can go on from {when}."
        ),
        "limit_weekly": _(
            "You have reached this week's limit for harmful content. You can go on from {when}."
        ),
        "limit_dose": _(
            "You have reached today's limit for unpleasant content. You can go on from {when}."
        ),
        "limit_break": _(
            "Time for a break from harmful content. You can go on from {when}. Other work is open."
        ),
        "limit_shift": _(
            "Harmful content is shown within your working hours only, and not in their last hour. "
            "You can go on from {when}."
        ),
    }


def _kind_texts() -> dict[str, str]:
    """What helps through a long day: undo, drafts, the clock, breaks, looking back."""
    return {
        "held": _("Given. It can be undone."),
        "draft_saved": _("Draft saved"),
        "paused": _("{time}, paused"),
        "break_offer": _("You have worked for 50 minutes. A short break helps eyes and judgment."),
        "break_take": _("5 minutes"),
        "break_later": _("Later"),
        "on_break": _("Break until {when}. Your task and your answers are kept."),
        "loading_answers": _("Getting your answers…"),
        "ask_about": _("Ask or report"),
        "no_answers": _("You have no answers here yet."),
        "no_answers_now": _("Your answers cannot be shown now. Try again when you are connected."),
        "under_guideline": _("guideline {version}"),
        "counted": _("counted"),
        "kept_only": _("kept, not counted"),
    }


def _ask_texts() -> dict[str, str]:
    """What is said of questions about the item on the screen."""
    return {
        "asked_here": _("Your questions about this item"),
        "ask_answer": _("Answer"),
        "ask_waiting": _("Not answered yet"),
        "ask_read": _("I have read it"),
        "ask_write": _("Write your question first. Nothing was sent."),
        "ask_sent": _("Sent. The answer will stand here and under “My questions”."),
        "ask_not_sent": _("This could not be sent. It is kept here: try again when connected."),
        "ask_answered": _(
            "Your question about “{query}” is answered. The answer stands under “My questions”."
        ),
    }


def task_texts() -> dict[str, str]:
    """What the task screen says."""
    return (expert_texts() | _limit_texts() | _kind_texts() | _ask_texts()) | {
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
