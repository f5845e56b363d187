"""The brakes as the signer keeps to them: in the transaction that mints, others held off meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.brakes.judging import Brakes, Case
from backend.db import brakes, switch
from backend.db.brakes import Counted
from backend.db.tenancy import Tenant
from backend.signer.record import Record
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Action, Plan
from sre_agent.safety import freezes, pace
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy


@dataclass(frozen=True)
class Pedal:
    """Presses the brakes. `skew_max_s` is by how much the signer's clock and the database's may differ.

    Without it nobody compares them: then whoever sets the signer's clock ahead ends every rest.
    """

    brakes: Brakes
    policy: Policy
    skew_max_s: float | None = None

    async def admit(
        self,
        connection: AsyncConnection,
        record: Record,
        plan: Plan,
        action_id: ActionId,
        *,
        now: datetime,
    ) -> datetime | None:
        """Count the action and return until when it may be done, or refuse it.

        It is refused because of the writes before it or the calendar; it may be done until the next
        freeze begins, or at any time: None. Taking back our own action waits for nothing: what made
        things worse must not stay because much was done. Whether it takes something back is found in
        the log, never believed; and each action can be taken back once.

        Raises:
            GrantRefusedError: With the time at which it would be granted.
        """
        await self._compare_clocks(connection, now)
        action = _find(plan, action_id)
        if action is None:
            return None  # it gets no grant for another reason
        undoes = await _undone_by(connection, record, action)
        case = Case(record.incident, plan, self.policy)
        until = None
        if undoes is None:
            seen = await self.brakes.look(connection, record.incident, now=now)
            _refuse(pace.longest(self.brakes.find_obstacles(seen, case, (action,), now=now)))
            until = freezes.find_start(seen.calendar, case.place(action), now)
        counted = Counted(
            action_id=action_id,
            tool=action.call.tool,
            written=self.brakes.written(case, action, now),
            undoes=undoes,
        )
        await brakes.count(connection, _tenant(record), counted)
        return until

    async def readmit(
        self,
        connection: AsyncConnection,
        record: Record,
        plan: Plan,
        action_id: ActionId,
        *,
        now: datetime,
    ) -> datetime | None:
        """Refuse to renew a grant during a freeze; it was counted when it was first given.

        Returns until when the action may be done: until the next freeze begins, or at any time.

        One with which a write was begun is renewed all the same: it settles what came of that.

        Raises:
            GrantRefusedError: With the time at which it would be granted.
        """
        await self._compare_clocks(connection, now)
        action = _find(plan, action_id)
        if action is None or _is_begun(record, action_id):
            return None
        counted = await brakes.of_incident(connection, record.incident.id)
        if any(row.action_id == action_id and row.undoes is not None for row in counted):
            return None
        place = Case(record.incident, plan, self.policy).place(action)
        calendar = await self.brakes.read_calendar(connection, record.incident, now=now)
        _refuse(freezes.find_obstacle(calendar, place, now))
        return freezes.find_start(calendar, place, now)

    async def _compare_clocks(self, connection: AsyncConnection, now: datetime) -> None:
        if self.skew_max_s is None:
            return
        theirs = (await connection.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
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
    return any(
        event.kind is EventKind.ACTION_STARTED and event.payload.get("action_id") == action_id
        for event in record.log
    )


async def find_stop(connection: AsyncConnection, tenant: Tenant) -> str | None:
    """Return why all writing to the cluster is stopped; None when it is not.

    The switch and the organization's log have to agree that it is not.
    """
    halt = await switch.find_halt(connection, tenant.org_id, cluster_id=tenant.cluster_id)
    if halt is not None:
        return halt.told
    logged = await switch.find_logged_halt(connection, tenant)
    if logged is None:
        return None
    return f"{logged.told}; the switch was let go past the log, throw it anew to be sure"


async def _undone_by(connection: AsyncConnection, record: Record, action: Action) -> str | None:
    """Return the action that this one takes back: granted before, and not taken back yet."""
    counted = await brakes.of_incident(connection, record.incident.id)
    granted = {(row.action_id, row.plan_sha256) for row in counted if row.undoes is None}
    taken_back = {row.undoes for row in counted}
    for plan in _plans(record):
        for done in plan.actions:
            is_undo = done.inverse == action.call and done.target == action.target
            if is_undo and (done.id, plan.sha256) in granted and done.id not in taken_back:
                return done.id
    return None


def _plans(record: Record) -> Iterator[Plan]:
    """Yield the plans of the log that are what their hashes say."""
    for event in record.log:
        if event.kind is not EventKind.PLAN_PROPOSED:
            continue
        try:
            plan = Plan.model_validate(event.payload.get("plan"))
        except ValidationError:
            continue
        if plan.sha256 == event.payload.get("plan_sha256"):
            yield plan


def _tenant(record: Record) -> Tenant:
    return Tenant(record.incident.org_id, record.incident.cluster_id)
