"""Numbers that arrive as text in an address or a form."""

# Python refuses to read numbers of some thousands of digits, and no row has so many.
MOST_DIGITS = 100


def whole(text: str, *, digits: int = MOST_DIGITS) -> int | None:
    """The whole number that `text` writes in at most so many digits, None where it writes none."""
    return int(text) if text.isdecimal() and len(text) <= digits else None
