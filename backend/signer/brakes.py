"""The brakes as the signer keeps to them: in the transaction that mints, others held off meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.brakes.judging import Brakes, Case, Seen
from backend.db.brakes import Counted
from backend.signer.moment import Moment
from backend.signer.plans import UnreadablePlanError
from backend.signer.record import Record
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Action, Plan
from sre_agent.safety import freezes, pace
from sre_agent.safety.freezes import Calendar
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy

_NOT_BEGUN = frozenset({"checks_pending", "grant_expired"})
"""Refusals that a server gives before it writes anything."""


@dataclass(frozen=True)
class Admitted:
    """Until when an action may be done, at any time if None, and as what it is counted, if at all."""

    until: datetime | None = None
    counted: Counted | None = None


@dataclass(frozen=True)
class Pedal:
    """Presses the brakes. `skew_max_s` is by how much the signer's clock and the database's may differ.

    Without it nobody compares them: then whoever sets the signer's clock ahead ends every rest.
    """

    brakes: Brakes
    policy: Policy
    skew_max_s: float | None = None

    def admit(self, record: Record, moment: Moment, plan: Plan, action_id: ActionId) -> Admitted:
        """Return until when the action may be done, and as what it counts, or refuse it.

        It is refused because of the writes before it or the calendar; it may be done until the next
        freeze begins, or at any time: None. Taking back our own action waits for nothing: what made
        things worse must not stay because much was done. Whether it takes something back is found in
        the log, never believed; and each action can be taken back once.

        Raises:
            GrantRefusedError: With the time at which it would be granted.
        """
        self._compare_clocks(moment)
        action, now = _find(plan, action_id), moment.now
        if action is None:
            return Admitted()  # it gets no grant for another reason
        undoes = _undone_by(moment, record, action)
        case = Case(record.incident, plan, self.policy)
        until = None
        if undoes is None:
            seen = Seen(tuple(moment.lately), self._calendar(moment))
            _refuse(pace.longest(self.brakes.find_obstacles(seen, case, (action,), now=now)))
            until = freezes.find_start(seen.calendar, case.place(action), now)
        counted = Counted(
            action_id=action_id,
            tool=action.call.tool,
            written=self.brakes.written(case, action, now),
            undoes=undoes,
        )
        return Admitted(until, counted)

    def readmit(self, record: Record, moment: Moment, plan: Plan, action_id: ActionId) -> Admitted:
        """Refuse to renew a grant during a freeze; it was counted when it was first given.

        Returns until when the action may be done: until the next freeze begins, or at any time.

        One with which a write was begun is renewed all the same: it settles what came of that. One that
        was told to wait each time was not.

        Raises:
            GrantRefusedError: With the time at which it would be granted.
        """
        self._compare_clocks(moment)
        action, now = _find(plan, action_id), moment.now
        if action is None or _is_begun(record, action_id):
            return Admitted()
        if any(row.action_id == action_id and row.undoes is not None for row in moment.counted):
            return Admitted()
        place = Case(record.incident, plan, self.policy).place(action)
        calendar = self._calendar(moment)
        _refuse(freezes.find_obstacle(calendar, place, now))
        return Admitted(freezes.find_start(calendar, place, now))

    def _calendar(self, moment: Moment) -> Calendar:
        return self.brakes.calendar.with_added(moment.freezes)

    def _compare_clocks(self, moment: Moment) -> None:
        if self.skew_max_s is None:
            return
        now, theirs = moment.now, moment.theirs
        if abs(now - theirs) > timedelta(seconds=self.skew_max_s):
            raise GrantRefusedError(
                "clocks_differ",
                f"the signer's clock says {now:%Y-%m-%d %H:%M:%S}, the database's "
                f"{theirs:%Y-%m-%d %H:%M:%S}: nobody can count writes by them",
            )


def _find(plan: Plan, action_id: ActionId) -> Action | None:
    return next((item for item in plan.actions if item.id == action_id), None)


def _refuse(found: Obstacle | None) -> None:
    if found is not None:
        raise GrantRefusedError(found.brake.value, found.told, until=found.until)


def _is_begun(record: Record, action_id: ActionId) -> bool:
    """Return whether anything may have been written; what the log says otherwise is believed only so far."""
    log = [event for event in record.log if event.payload.get("action_id") == action_id]
    is_started = any(event.kind is EventKind.ACTION_STARTED for event in log)
    codes = {
        event.payload.get("code")
        for event in log
        if event.kind is EventKind.TOOL_CALLED and event.payload.get("mode") == "write"
    }
    is_waiting = bool(codes) and codes <= _NOT_BEGUN
    return is_started and not is_waiting


def _undone_by(moment: Moment, record: Record, action: Action) -> str | None:
    """Return the action that this one takes back: granted before, and not taken back yet."""
    granted = {(row.action_id, row.plan_sha256) for row in moment.counted if row.undoes is None}
    taken_back = {row.undoes for row in moment.counted}
    for plan, sha256 in _plans(record):
        for done in plan.actions:
            is_undo = done.inverse == action.call and done.target == action.target
            if is_undo and (done.id, sha256) in granted and done.id not in taken_back:
                return done.id
    return None


def _plans(record: Record) -> Iterator[tuple[Plan, str]]:
    """Yield the plans of the log that are what their hashes say, with these."""
    for event in record.log:
        if event.kind is not EventKind.PLAN_PROPOSED:
            continue
        try:
            plan = record.plans.read(event.payload.get("plan"))
        except UnreadablePlanError:
            continue
        sha256 = plan.sha256
        if sha256 == event.payload.get("plan_sha256"):
            yield plan, sha256
