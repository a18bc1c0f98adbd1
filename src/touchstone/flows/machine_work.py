"""A machine annotator at work: lease, ask the model, submit; until done, stopped or out of money.

The threads only talk to the endpoint; whatever touches the database happens in the caller's. What
came over the wire is kept before anything else is done with it, so that a run that dies pays again
for nothing but the calls it had under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from touchstone.apps.economics.machine_costs import post_machine_costs
from touchstone.apps.labeling.machines.claims import alone
from touchstone.apps.labeling.machines.operations import (
    give_back,
    keep_calls,
    lease_items,
    submit_reply,
)
from touchstone.apps.labeling.machines.policies import (
    BYTES_A_TOKEN,
    FREE,
    LASTING,
    CallState,
    call_cost,
)
from touchstone.apps.labeling.machines.queries import known_call
from touchstone.apps.labeling.queries import tasks_in_hand
from touchstone.apps.markets.queries import NoExchangeRate
from touchstone.apps.people.queries import forget_reach
from touchstone.flows.machine_crew import Crew, connection_of, crew_for
from touchstone.flows.machine_leases import items_for_machine
from touchstone.flows.machine_questions import ItemTooLong, Question, Questions
from touchstone.lib.chat import Chat, Ending, Try
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.models import MachineCall
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project

Clock = Callable[[], datetime]
LEASED_TOGETHER = 8
# So many failures one after the other, and the endpoint is not there today.
MOST_FAILURES = 5
TOO_LONG = "too_long"


class AlreadyRunning(Refused):
    """Another process runs this machine on this project."""

    code = "already_running"


@dataclass
class Report:
    """What a run did. `failed` counts items by what came of them instead of a judgment.

    `reused` judgments came from earlier answers to the same question. `cost` is in units of
    `currency`, for the calls of this run whose tokens were counted; `unmetered` were not.
    """

    currency: str
    judged: int = 0
    reused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)
    unmetered: int = 0
    stopped: str = ""
    posted_minor_units: int = 0
    unposted: str = ""


def run_machine(
    *,
    project: Project,
    annotator: User,
    limit: int,
    clock: Clock,
    environment: Mapping[str, str],
    budget: Decimal | None = None,
    on_progress: Callable[[Report], None] | None = None,
) -> Report:
    """Have a machine judge up to `limit` items; what it cost is posted at the end.

    `budget` is in the profile's currency: no call is begun that could pass it. The key of the
    endpoint is looked up in `environment` under the name that the profile gives.

    :raises NotReady: no profile, no place on the project, or no key in the environment.
    :raises NotOpenForWork: the project is not in pilot or live.
    :raises AlreadyRunning: another process runs this machine on this project.
    """
    crew = crew_for(project, annotator)
    connection = connection_of(crew.profile, environment)
    with alone(project.pk, annotator.pk) as is_alone:
        if not is_alone:
            raise AlreadyRunning(
                _("%(name)s is at work on this project already.") % {"name": annotator.name}
            )
        with Chat(connection) as chat:
            run = _Run(crew, chat, clock, budget, on_progress)
            try:
                run.go(limit)
            finally:
                run.post_costs()
    return run.report


Pending = dict["Future[tuple[Try, ...]]", Question]


class _Run:
    """One run: the tasks it holds, the questions under way, what came of them so far."""

    def __init__(
        self,
        crew: Crew,
        chat: Chat,
        clock: Clock,
        budget: Decimal | None,
        on_progress: Callable[[Report], None] | None,
    ) -> None:
        self._crew, self._chat, self._clock, self._budget = crew, chat, clock, budget
        self._on_progress = on_progress
        self._questions = Questions(crew.plan, crew.profile)
        self._held: dict[UUID, LeasedTask] = {}
        self._pending: Pending = {}
        self._twins: dict[str, list[Question]] = {}
        self._charged = Decimal(0)
        self._failures = 0
        self.report = Report(crew.profile.currency_id)

    def go(self, limit: int) -> None:
        """Work until the limit is reached, nothing is left, or there is a reason to stop."""
        tasks = self._tasks(limit)
        with ThreadPoolExecutor(self._crew.profile.at_once) as pool:
            try:
                self._work(tasks, pool)
            finally:
                self._wind_up()

    def _work(self, tasks: Iterator[LeasedTask], pool: ThreadPoolExecutor) -> None:
        while True:
            while len(self._pending) < self._crew.profile.at_once and not self.report.stopped:
                task = next(tasks, None)
                if task is None:
                    break
                self._begin(task, pool)
            if not self._pending:
                return
            self._settle_some()

    def _settle_some(self) -> None:
        done, _rest = wait(self._pending, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(future)

    def _tasks(self, limit: int) -> Iterator[LeasedTask]:
        """Tasks leased a few at a time. What an earlier run still held is given back first."""
        crew = self._crew
        for task in tasks_in_hand(project=crew.project, annotator=crew.annotator, at=self._clock()):
            self._give_back(task)
        items = items_for_machine(crew.project, crew.plan, crew.annotator, crew.profile)
        chosen = islice(items, limit)
        while self._may_go_on() and (some := list(islice(chosen, LEASED_TOGETHER))):
            leased = lease_items(
                project=crew.project,
                plan=crew.plan,
                annotator=crew.annotator,
                item_ids=some,
                at=self._clock(),
            )
            self._held.update((task.assignment_id, task) for task in leased)
            yield from leased

    def _may_go_on(self) -> bool:
        """Whether all is as it was when the run began; somebody may have paused the project."""
        crew = self._crew
        crew.project.request.refresh_from_db(fields=["state"])
        forget_reach(crew.annotator)
        try:
            now = crew_for(crew.project, crew.annotator)
        except Refused as refused:
            self.report.stopped = str(refused)
        else:
            if (now.plan.pk, now.profile.pk) != (crew.plan.pk, crew.profile.pk):
                self.report.stopped = _("the plan or the profile has changed; start again")
        return not self.report.stopped

    def _begin(self, task: LeasedTask, pool: ThreadPoolExecutor) -> None:
        try:
            question = self._questions.about(task)
        except ItemTooLong:
            self._fail(task, TOO_LONG)
            return
        if question.hash in self._twins:  # being asked at this moment about another item
            self._twins[question.hash].append(question)
            return
        known = known_call(question.hash)
        if known is not None:
            self._say_again(question, known)
            return
        while self._pending and not self._can_pay(question):
            self._settle_some()
        if self.report.stopped:
            return
        if self._can_pay(question):
            self._twins[question.hash] = []
            asked = pool.submit(self._chat.ask, question.body, idempotency_key=question.hash)
            self._pending[asked] = question
        else:
            self.report.stopped = _("the next call could pass the budget")

    def _can_pay(self, question: Question) -> bool:
        if self._budget is None:
            return True
        under_way = sum(map(self._most_cost, self._pending.values()), Decimal(0))
        return self._charged + under_way + self._most_cost(question) <= self._budget

    def _most_cost(self, question: Question) -> Decimal:
        asked = int(question.bytes / BYTES_A_TOKEN) + 1
        profile = self._crew.profile
        return call_cost(profile, asked, profile.max_tokens) or Decimal(0)

    def _settle(self, future: Future[tuple[Try, ...]]) -> None:
        """Keep what came of a question, then act on it, for its twins too."""
        question = self._pending.pop(future)
        twins = self._twins.pop(question.hash)
        tries = future.result()
        if not tries:  # stopped before it was asked; it is given back with the rest
            return
        state, answers = self._questions.read(question, tries[-1])
        call = self._keep(question, tries, state)
        if state is CallState.ANSWERED:
            self._submit(question, call, answers, sum(each.seconds for each in tries))
        else:
            self._fail(question.task, state.value)
        self._watch(state, call)
        for twin in twins:
            if state is CallState.ANSWERED or state in LASTING:
                self._say_again(twin, call)
            else:
                self._fail(twin.task, state.value)

    def _keep(self, question: Question, tries: tuple[Try, ...], state: CallState) -> MachineCall:
        profile = self._crew.profile
        call = keep_calls(
            profile=profile,
            project=self._crew.project,
            task=question.task,
            request_hash=question.hash,
            request_bytes=question.bytes,
            tries=tries,
            state=state,
            by=self._crew.annotator,
            at=self._clock(),
        )
        for each in tries:
            cost = call_cost(profile, each.input_tokens, each.output_tokens)
            self.report.cost += cost or 0
            if cost is not None:
                self._charged += cost
            elif each.ending.value not in FREE:
                self.report.unmetered += 1
                self._charged += self._most_cost(question)
        return call

    def _watch(self, state: CallState, call: MachineCall) -> None:
        """Stop where going on would only fail again."""
        settled = state is CallState.ANSWERED or state in LASTING
        self._failures = 0 if settled else self._failures + 1
        if state is CallState.REJECTED:
            self.report.stopped = _(
                "the endpoint rejects the requests (%(status)s): %(detail)s"
            ) % {
                "status": call.http_status,
                "detail": call.detail,
            }
        elif self._failures >= MOST_FAILURES:
            self.report.stopped = _("%(n)d calls in a row failed, the last: %(state)s") % {
                "n": self._failures,
                "state": state.label,
            }

    def _say_again(self, question: Question, known: MachineCall) -> None:
        """Use what came of the same question before."""
        found = Try(Ending.ANSWERED, text=known.text)
        state, answers = self._questions.read(question, found)
        if known.state == CallState.ANSWERED and state is CallState.ANSWERED:
            self._submit(question, known, answers, 0.0)
        else:
            self._fail(question.task, known.state)

    def _submit(
        self, question: Question, call: MachineCall, answers: dict[str, object], seconds: float
    ) -> None:
        task = question.task
        submit_reply(
            profile=self._crew.profile,
            call=call,
            assignment_id=task.assignment_id,
            lease=task.lease,
            answers=answers,
            seconds=seconds,
            by=self._crew.annotator,
            at=self._clock(),
        )
        self._held.pop(task.assignment_id)
        self.report.judged += 1
        self.report.reused += call.assignment_id != task.assignment_id
        self._tell()

    def _fail(self, task: LeasedTask, state: str) -> None:
        self._give_back(task)
        self.report.failed[state] += 1
        self._tell()

    def _give_back(self, task: LeasedTask) -> None:
        give_back(task=task, by=self._crew.annotator, at=self._clock())
        self._held.pop(task.assignment_id, None)

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.report)

    def _wind_up(self) -> None:
        """Keep what is under way, for it is paid; give back what was not begun."""
        self._chat.stop()
        for future in list(self._pending):
            self._settle(future)
        for task in list(self._held.values()):
            self._give_back(task)

    def post_costs(self) -> None:
        """Post what the machine cost; without an exchange rate it waits for the next time."""
        crew = self._crew
        try:
            events = post_machine_costs(
                project=crew.project, annotator=crew.annotator, by=crew.annotator, at=self._clock()
            )
        except NoExchangeRate as error:
            self.report.unposted = str(error)
        else:
            self.report.posted_minor_units = sum(each.project_minor_units for each in events)
