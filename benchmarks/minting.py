"""How long minting a grant keeps others waiting, while the past is read that autonomy is earned by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from backend.brakes.judging import Brakes
from backend.db.engine import create_engine
from backend.db.past_runs import PastRuns
from backend.signer import past_grants
from backend.signer.mint import Mint
from benchmarks.deed import ACTION, Deed, Stopwatch
from benchmarks.deed_stage import Stage
from benchmarks.figure import Figure, percentile
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.safety import policy
from sre_agent.safety.autonomy import NEWEST
from sre_agent.safety.pace import Caps

MINTS = 20
ENTRIES = 80
"""So many entries more than an action leaves are in each log of the past: those of an investigation."""

_SERVICE = "web-earning"
_UNBRAKED = Caps(per_workload=10_000, per_cluster=10_000, cool_down_factor=0)
_EARNING = """
rules:
  - name: bench-earns
    ruling: ask
    reason: what it has earned
    when: '!action.is_read'
    allow_if_earned: {lower_bound: 0.8, min_runs: 10}
"""


@dataclass
class Locks:
    """When a lock was got by a connection, and how many milliseconds it was held until the end."""

    got: dict[str, float] = field(default_factory=dict)
    held: dict[str, list[float]] = field(default_factory=dict)

    def listen(self, engine: sa.Engine) -> None:
        """Watch an engine that one transaction at a time uses."""
        sa.event.listen(engine, "after_cursor_execute", self._executed)
        sa.event.listen(engine, "commit", self._ended)

    def _executed(self, *given: Any) -> None:
        statement: str = given[2]
        if "FOR UPDATE" in statement:
            self.got.setdefault("incident", perf_counter())
        elif "pg_advisory_xact_lock" in statement:
            self.got.setdefault("organization", perf_counter())

    def _ended(self, _connection: sa.Connection) -> None:
        for lock, since in self.got.items():
            self.held.setdefault(lock, []).append((perf_counter() - since) * 1000)
        self.got = {}


@dataclass(frozen=True)
class Holding:
    """How long the locks were held, in milliseconds, the mint first that had read nothing before."""

    incident: Sequence[float]
    organization: Sequence[float]

    def figures(self, command: str) -> Iterator[Figure]:
        """Yield what is told of it."""
        past = f"a mint after {NEWEST} actions of its kind holds"
        for lock, what in (
            (self.incident, "the incident"),
            (self.organization, "the others of the organization"),
        ):
            yield Figure(f"{past} {what}, nothing read before", lock[0], "ms", command)
            yield Figure(f"{past} {what}: p50", percentile(lock[1:], 0.5), "ms", command)
            yield Figure(f"{past} {what}: p95", percentile(lock[1:], 0.95), "ms", command)


async def measure(stage: Stage, *, begin: int) -> Holding:
    """Do as much as a ruling looks back at, then mint for actions of the same kind.

    `begin` is the number of the first incident.
    """
    for number in range(begin, begin + NEWEST):
        deed = await _ready(stage, number)
        await deed.carry_out(Stopwatch())
        await _investigate(stage, deed)
    own = policy.load({"own.yaml": _EARNING}, stage.rules.tools)
    if own.fault is not None:
        raise RuntimeError(own.fault)
    locks = Locks()
    engine = create_engine(stage.database_url, pool_size=1)
    locks.listen(engine.sync_engine)
    mint = Mint(
        engine=engine,
        clock=stage.clock,
        key=stage.key,
        policy=replace(stage.rules, rules=(*own.rules, *stage.rules.rules)),
        ttl_s=300,
        past=PastRuns(past_grants.Reader(lambda: stage.public_keys)),
        brakes=Brakes(_UNBRAKED),
        skew_max_s=30,
    )
    try:
        for number in range(MINTS):
            deed = await _ready(stage, begin + NEWEST + number)
            await mint.mint(deed.id, ACTION)
    finally:
        await engine.dispose()
    return Holding(locks.held["incident"], locks.held["organization"])


async def _ready(stage: Stage, number: int) -> Deed:
    """Return an action that a grant may be minted for."""
    deed = await Deed.propose(stage, number, _SERVICE)
    await deed.approve(await deed.rule(Stopwatch()))
    return deed


async def _investigate(stage: Stage, deed: Deed) -> None:
    """Make the log of an incident as long as one of a real incident is."""
    for number in range(ENTRIES):
        payload = {"call": {"server": "kubernetes", "tool": "list_pods"}, "reason": "x" * 400}
        draft = EventDraft(
            actor="bench",
            kind=EventKind.TOOL_CALLED,
            payload=payload,
            step_key=f"tool_called:{number}",
        )
        await stage.journal.append(deed.id, draft)
