"""The one error that a command shows to its operator without a traceback."""


class OperatorError(Exception):
    """Something the operator can mend; the message says what happened and what to do."""
