"""Have a machine annotator judge items: its account, its profile, a run, what it did and cost."""

import argparse
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

from touchstone.ops.errors import OperatorError
from touchstone.ops.runtime import set_up_django, surroundings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One command for each step."""
    steps = parser.add_subparsers(required=True, metavar="STEP", dest="step")
    account = steps.add_parser("account", help="open the account of a machine annotator")
    account.add_argument("--email", required=True, help="an address that nobody else has")
    account.add_argument("--name", required=True, help="such as “Judge A”")
    account.add_argument("--locale", required=True, action="append", help="may be given again")
    profile = steps.add_parser("profile", help="write the next version of a profile from a file")
    profile.add_argument("--annotator", required=True, metavar="EMAIL")
    profile.add_argument("--file", required=True, type=Path, help="TOML; see the how-to")
    allow = steps.add_parser("allow", help="let a machine label for a model of its own family")
    allow.add_argument("--project", required=True, metavar="KEY")
    allow.add_argument("--annotator", required=True, metavar="EMAIL")
    allow.add_argument("--reason", required=True, help="why; it is kept with the project")
    run_ = steps.add_parser("run", help="judge items of a project")
    run_.add_argument("--project", required=True, metavar="KEY")
    run_.add_argument("--annotator", required=True, metavar="EMAIL")
    run_.add_argument("--limit", required=True, type=_count, help="how many items at most")
    run_.add_argument("--budget", type=_amount, help="begin no call that could pass this cost")
    run_.add_argument("--dry-run", action="store_true", help="only say what it would cost")
    listing = steps.add_parser("list", help="what the machines of a project did and cost")
    listing.add_argument("--project", required=True, metavar="KEY")


def run(options: argparse.Namespace) -> int:
    """Do one step; a refusal is told in a line."""
    with surroundings():
        set_up_django()
        from touchstone.lib.errors import TouchstoneError

        try:
            for line in _lines(options):
                print(line, flush=True)
        except TouchstoneError as refused:
            raise OperatorError(str(refused)) from refused
    return 0


def _lines(options: argparse.Namespace) -> Iterable[str]:
    from touchstone.ops import machines

    match options.step:
        case "account":
            return [
                machines.open_account(
                    email=options.email, name=options.name, locales=options.locale
                )
            ]
        case "profile":
            return [machines.take_profile(email=options.annotator, path=options.file)]
        case "allow":
            return [
                machines.allow(key=options.project, email=options.annotator, reason=options.reason)
            ]
        case "list":
            return machines.overview(key=options.project)
    asked = {"key": options.project, "email": options.annotator, "limit": options.limit}
    if options.dry_run:
        return machines.forecast(**asked)
    return machines.work(**asked, budget=options.budget)


def _count(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError("give a whole number from 1 up")
    return number


def _amount(given: str) -> Decimal:
    try:
        amount = Decimal(given)
    except InvalidOperation:
        raise argparse.ArgumentTypeError("give an amount such as 2.50") from None
    if not amount.is_finite() or amount <= 0:
        raise argparse.ArgumentTypeError("give an amount above zero")
    return amount
