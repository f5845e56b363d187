"""The ladder: what of all that was done in a cluster has earned to be done without asking."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import circumstances, incident_rows, journal
from backend.db.past_runs import PastRuns
from backend.db.tables.approvals import grants
from backend.db.tables.incidents import incidents
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Action
from sre_agent.domain.ruling import PolicyRuling
from sre_agent.safety import autonomy, policy
from sre_agent.safety.autonomy import End, Track
from sre_agent.safety.past_runs import Kind, PastRun
from sre_agent.safety.policy import Policy

INCIDENTS_MOST = 200
"""So many of the newest incidents with a grant are looked at."""


@dataclass(frozen=True)
class Rung:
    """A kind of action that was done before: how that went, and how the like is ruled on now.

    `earns_by` names the rule that may allow it, if there is one; `missing` what that rule wants to
    see yet.
    """

    kind: Kind
    track: Track
    last_at: datetime
    ruling: PolicyRuling
    earns_by: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """The rungs of a cluster, the most often done first, and the incidents whose logs nobody can read.

    What such a log told counts as failed for all that it was the like of.
    """

    rungs: tuple[Rung, ...] = ()
    unreadable: tuple[IncidentId, ...] = ()


@dataclass(frozen=True)
class _Example:
    """The newest run in which a kind of action was done."""

    run: PastRun
    action: Action
    incident_id: IncidentId


async def read(
    connection: AsyncConnection, tenant: Tenant, rules: Policy, past: PastRuns, now: datetime
) -> Ladder:
    """Return the ladder of a cluster."""
    ends: dict[Kind, list[End]] = {}
    newest: dict[Kind, _Example] = {}
    unreadable: list[IncidentId] = []
    for row in await connection.execute(_newest(tenant)):
        try:
            runs = await past.of_incident(connection, row)
        except journal.UnreadableEventError:
            unreadable.append(row.id)
            continue
        for run in reversed(runs):
            for kind in run.kinds:
                ends.setdefault(kind, []).append(run.end)
            for action in run.done:
                newest.setdefault(Kind.of(action, run.plan), _Example(run, action, row.id))
    rungs = []
    for kind, example in newest.items():
        # Only the database can tell of what kind a log was that cannot be read.
        asked = unreadable and await past.track(connection, tenant, kind)
        track = asked or autonomy.track(ends[kind])
        rungs.append(await _rung(connection, example, track, rules, now))
    ranked = sorted(rungs, key=lambda rung: (-rung.track.runs, str(rung.kind)))
    return Ladder(tuple(ranked), tuple(unreadable))


async def _rung(
    connection: AsyncConnection, example: _Example, track: Track, rules: Policy, now: datetime
) -> Rung:
    """Return how an action of the past would be ruled on, were it proposed again now."""
    plan, action = example.run.plan, example.action
    incident = await incident_rows.load(connection, example.incident_id)
    known = (await circumstances.read(connection, incident, plan, now))[action.id]
    facts = policy.see(rules, action, plan, incident, replace(known, track=track))
    holding = [trial.rule for trial in policy.trials(rules, facts) if trial.holds]
    earning = [rule for rule in holding if rule.allow_if_earned is not None]
    missing = [
        lacking
        for rule in earning
        if rule.allow_if_earned
        for lacking in autonomy.missing(rule.allow_if_earned, facts.present)
    ]
    return Rung(
        kind=Kind.of(action, plan),
        track=track,
        last_at=example.run.at,
        ruling=policy.judge(rules, facts, action.id),
        earns_by=earning[0].name if earning else None,
        missing=tuple(dict.fromkeys(missing)),
    )


def _newest(tenant: Tenant) -> sa.Select[tuple[str, int, str, datetime | None]]:
    minted = sa.func.max(grants.c.minted_at)
    head = (incidents.c.id, incidents.c.last_seq, incidents.c.last_hash, incidents.c.ended_at)
    return (
        sa.select(*head)
        .join(grants, grants.c.incident_id == incidents.c.id)
        .where(incidents.c.org_id == tenant.org_id, incidents.c.cluster_id == tenant.cluster_id)
        .group_by(incidents.c.id)
        .order_by(minted.desc(), incidents.c.id)
        .limit(INCIDENTS_MOST)
    )
