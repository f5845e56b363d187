"""Minting: read the record, judge, sign, keep, log; one transaction under the incident's lock."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.brakes.judging import Brakes
from backend.db import approval_rows, audit, circumstances, incident_rows, journal, slos, switch
from backend.db import brakes as writes
from backend.db.at_once import Answers, AtOnce
from backend.db.past_runs import PastRuns
from backend.db.tables.approvals import grants as minted
from backend.db.tenancy import Tenant
from backend.signer import moment as moments
from backend.signer import past_grants, renewal, token, told
from backend.signer.brakes import Admitted, Pedal
from backend.signer.keys import KeySource
from backend.signer.moment import Moment, Stored
from backend.signer.record import Record, newest_plan
from backend.signer.warrant import judge
from backend.signer.watch import QUESTIONS, Watch
from sre_agent import ports
from sre_agent.domain import runs, steering
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.ids import ActionId, GrantId, IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.safety import grants
from sre_agent.safety.grants import GrantRefusedError, Minting
from sre_agent.safety.policy import Policy

ACTOR = "signer"

_RECORD = AtOnce(
    incident_rows.LOADED,
    audit.ENDS,
    *QUESTIONS,
    approval_rows.ASKED,
    approval_rows.ANSWERED,
    slos.PROMISED,
)


@dataclass(frozen=True)
class _Issued:
    """A grant that was signed `at` a moment: its row, and its entry in the log."""

    row: Stored
    draft: EventDraft
    at: datetime


@dataclass(frozen=True)
class Mint:
    """Mints grants for what `policy` and, where that asks, a person permit.

    `ttl_s` is how long a grant may be used, `terms` for how long it is minted anew;
    `is_kill_switch_set` refuses them all. `brakes` slow it down; `skew_max_s` is by how much its clock
    and the database's may differ, which nobody looks at if it is None.
    """

    engine: AsyncEngine
    clock: ports.Clock
    key: KeySource
    policy: Policy
    ttl_s: int
    is_kill_switch_set: bool = False
    terms: renewal.Terms = field(default_factory=renewal.Terms)
    past: PastRuns | None = None
    """What became of earlier actions; without it nothing is ever earned."""
    brakes: Brakes = field(default_factory=Brakes)
    skew_max_s: float | None = None
    watch: Watch = field(default_factory=Watch)

    async def mint(self, incident_id: IncidentId, action_id: ActionId) -> ports.Grant:
        """Return the action's grant; asked again, the very same one, with new times once it expired.

        A second grant for one action could do it twice: the first one's mark in the target would
        not be the second one's. So what is renewed keeps its id, and all that it binds.

        Raises:
            IncidentNotFoundError: There is no such incident.
            GrantRefusedError: The record does not allow it.
        """
        async with self.engine.begin() as connection:
            head = await journal.lock_head(connection, incident_id, [_first_step(action_id)])
            record = await self._read(connection, incident_id, head.org_id)
            record, moment = await self._hold(connection, record, action_id)
            stored, now = moment.stored, moment.now
            permitted = judge(record, self.policy, now)
            told.check_row(stored.id if stored else None, record, action_id)
            if stored is not None:
                _check_plan(stored, permitted.plan)
                self._check_believed(stored)
                if not renewal.is_due(stored.expires_at, now) or renewal.is_over(record, action_id):
                    return ports.Grant(id=stored.id, token=stored.token)
                renewal.check_count(stored.renewals, self.terms)
            renewal.check_fresh(record, permitted, self.terms, now)
            press = self._pedal.admit if stored is None else self._pedal.readmit
            admitted = press(record, moment, permitted.plan, action_id)
            issued = self._sign(permitted, action_id, stored, admitted)
            await _keep(connection, permitted.incident, issued, admitted)
            [event] = await journal.append(
                connection, incident_id, [issued.draft], now=issued.at, head=head
            )
            told.check_entry(event, issued.draft)
            return ports.Grant(id=issued.row.id, token=issued.row.token)

    def _check_believed(self, stored: Stored) -> None:
        """Refuse a grant that no server takes any more: it is neither given out nor renewed."""
        if past_grants.Reader(self.key.public_keys).read(stored.token) is None:
            raise GrantRefusedError(
                "key_retired",
                "the key that signed the action's grant is believed no longer: look at the object "
                "whether it was used, and have the plan looked at again",
            )

    def _ttl_s(self, now: datetime, until: datetime | None) -> int:
        """Return how long a grant lasts; what servers add for clocks that differ ends in time too."""
        if until is None:
            return self.ttl_s
        return min(self.ttl_s, int(until.timestamp()) - int(now.timestamp()) - grants.CLOCK_SKEW_S)

    @property
    def _pedal(self) -> Pedal:
        return Pedal(self.brakes, self.policy, self.skew_max_s)

    async def _read(
        self, connection: AsyncConnection, incident_id: IncidentId, org_id: str
    ) -> Record:
        """Read all that takes long, while others of the organization still mint and stop writing."""
        known = self.watch.known(org_id)
        answers = await _RECORD.ask(
            connection, org_id=org_id, incident_id=incident_id, known_seq=known.seq
        )
        # What was changed is not read: it may hold what no event has.
        broken, log = await audit.read_proven(connection, incident_id, answers.to(audit.ENDS))
        record = Record(
            incident=_only(answers.to(incident_rows.LOADED), incident_id),
            halted=None,
            broken=broken,
            log=runs.present(log),
            granted=told.granted(log),
            steering=steering.read(log),
            broken_organization=await self.watch.look(connection, org_id, answers, known),
            approval=approval_rows.joined(answers),
        )
        return await self._with_facts(connection, record, answers)

    async def _hold(
        self, connection: AsyncConnection, record: Record, action_id: ActionId
    ) -> tuple[Record, Moment]:
        """Hold the organization, and read the rest."""
        # From here on nobody stops writing, or mints, until this transaction is over. What takes long
        # was read before: who stops writing waits for this transaction, and not for longer than a moment.
        await switch.hold_mints(connection, record.incident.org_id)
        moment = await moments.read(connection, record, action_id, now=self.clock.now())
        record = replace(record, halted=self._find_halt(moment), standing=moment.standing)
        return record, moment

    async def _with_facts(
        self, connection: AsyncConnection, record: Record, answers: Answers
    ) -> Record:
        """Return the record with what rulings go by; without a plan there is nothing to rule on."""
        try:
            plan = newest_plan(record)
        except GrantRefusedError:
            return record  # the judge says why
        facts = await circumstances.read(
            connection,
            record.incident,
            plan,
            self.clock.now(),
            past=self.past if self.policy.lets_earn else None,
            known=circumstances.Known(
                slos.promised(answers.to(slos.PROMISED)),
                circumstances.asker(record.log, plan.sha256),
            ),
        )
        return replace(record, facts=facts)

    def _find_halt(self, moment: Moment) -> str | None:
        if self.is_kill_switch_set:
            return "KILL_SWITCH is set in the signer's settings"
        return moment.stop

    def _sign(
        self,
        permitted: grants.Record,
        action_id: ActionId,
        stored: Stored | None,
        admitted: Admitted,
    ) -> _Issued:
        """Sign a first grant, or `stored` with new times."""
        now = self.clock.now()
        id_, renewals = (_new_id(), 0) if stored is None else (stored.id, stored.renewals + 1)
        minting = Minting(id_, now_s=int(now.timestamp()), ttl_s=self._ttl_s(now, admitted.until))
        said = grants.claims(permitted, action_id, minting)
        row = Stored(
            id=id_,
            plan_sha256=said.plan_sha256,
            token=token.sign(said, self.key.signing(now)),
            minted_at=now if stored is None else stored.minted_at,
            expires_at=datetime.fromtimestamp(said.exp, UTC),
            renewals=renewals,
        )
        return _Issued(row, _draft(said, action_id, renewals), now)


async def _keep(
    connection: AsyncConnection, incident: Incident, issued: _Issued, admitted: Admitted
) -> None:
    """Keep a first grant and count it; one that is renewed keeps its row, and was counted."""
    row = {
        **vars(issued.row),
        "org_id": incident.org_id,
        "incident_id": incident.id,
        "action_id": issued.draft.payload["action_id"],
    }
    if admitted.counted is not None:
        tenant = Tenant(incident.org_id, incident.cluster_id)
        await writes.keep(connection, tenant, admitted.counted, row)
    else:
        renewed = sa.update(minted).where(minted.c.id == issued.row.id)
        await connection.execute(renewed.values(row))


def _only(found: Sequence[Incident], incident_id: IncidentId) -> Incident:
    if not found:
        raise journal.IncidentNotFoundError(f"there is no incident {incident_id}")
    return found[0]


def _first_step(action_id: ActionId) -> str:
    return f"grant_minted:{action_id}"


def _new_id() -> GrantId:
    return GrantId(f"grt-{secrets.token_hex(12)}")


def _draft(said: GrantClaims, action_id: ActionId, renewals: int) -> EventDraft:
    # The log keeps what the grant says, never the token: whoever holds it may use it.
    payload = {"action_id": action_id, "grant_id": said.jti, "claims": said.model_dump()}
    if not renewals:
        key = _first_step(action_id)
        return EventDraft(actor=ACTOR, kind=EventKind.GRANT_MINTED, payload=payload, step_key=key)
    return EventDraft(
        actor=ACTOR,
        kind=EventKind.GRANT_RENEWED,
        payload={**payload, "renewals": renewals},
        step_key=f"grant_renewed:{action_id}:{renewals}",
    )


def _check_plan(stored: Stored, plan: Plan) -> None:
    if stored.plan_sha256 != plan.sha256:
        raise GrantRefusedError("plan_changed", "the action's grant was minted for an earlier plan")
