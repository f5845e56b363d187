"""The signer on a real database: it believes the record and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import approvals, steering, tenancy
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.db.runs import Beginning, begin_run
from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.config import loader
from sre_agent.domain import canonical
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Figure, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, Verdict
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import revert
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools

ID = IncidentId("inc-1")
ACTION = ActionId("act-1")
SECRET = SecretStr("a secret of the tests")
ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")


class Case:
    """An incident on its way to an approved plan."""

    def __init__(self, engine: AsyncEngine, clock: Any, plan: Plan, folder: Path) -> None:
        self.engine = engine
        self.clock = clock
        self.plan = plan
        self.journal = PostgresJournal(engine, clock)
        self.incidents = PostgresIncidents(
            engine, clock, org_id="default", approval_ttl_s=900, incidents_dir=folder
        )

    async def log(self, kind: EventKind, payload: dict[str, Any]) -> None:
        key = f"{kind}:{len(await self.incidents.events(ID))}"
        await self.journal.append(
            ID, EventDraft(actor="graph", kind=kind, payload=payload, step_key=key)
        )

    async def propose(self, plan: Plan | None = None) -> None:
        plan = plan or self.plan
        payload = {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}
        await self.log(EventKind.PLAN_PROPOSED, payload)

    def rulings(self, ruling: Ruling) -> tuple[PolicyRuling, ...]:
        [action] = self.plan.actions
        return (PolicyRuling(action_id=action.id, ruling=ruling, rule="a-rule", reason="because"),)

    async def rule(self, ruling: Ruling = Ruling.ASK) -> None:
        rulings = [item.model_dump(mode="json") for item in self.rulings(ruling)]
        payload = {"plan_sha256": self.plan.sha256, "rulings": rulings}
        await self.log(EventKind.POLICY_RULED, payload)

    async def ask(self) -> ports.Approval:
        return await self.incidents.request_approval(ID, self.plan, self.rulings(Ruling.ASK))

    async def decide(self, verdict: Verdict = Verdict.APPROVED) -> None:
        answer = approvals.Answer((await self.ask()).id, verdict, ANN, "test", reason="r")
        await approvals.decide(self.engine, answer, now=self.clock.now())

    async def execute(self, status: IncidentStatus = IncidentStatus.EXECUTING) -> None:
        await self.incidents.set_status(ID, status, reason="", step_key=f"status:{status}")

    async def approve(self) -> None:
        await self.propose()
        await self.rule()
        await self.decide()
        await self.execute()

    async def sql(self, statement: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            await connection.execute(sa.text(statement))


@pytest.fixture
async def case(
    engine: AsyncEngine,
    clock: Any,
    plan: Plan,
    make_incident: Callable[..., Awaitable[IncidentId]],
    tmp_path: Path,
) -> Case:
    await make_incident(ID)
    return Case(engine, clock, plan, tmp_path)


@pytest.fixture
def key(tmp_path: Path) -> keys.SigningKey:
    return keys.generate(tmp_path / "key.pem")


def shipped() -> Policy:
    return loader.load_rules()


def lenient() -> Policy:
    """The shipped policy, and nobody is asked."""
    rules = tuple(rule for rule in shipped().rules if rule.text.ruling is not Ruling.ASK)
    text = "rules: [{name: go-ahead, ruling: allow, when: 'true', reason: it is a test}]"
    return replace(shipped(), rules=(*rules, *policy.load({"x": text}, Tools()).rules))


@pytest.fixture
def rules() -> Policy:
    return shipped()


@pytest.fixture
def mint(engine: AsyncEngine, clock: Any, key: keys.SigningKey, rules: Policy) -> Mint:
    return Mint(engine=engine, clock=clock, key=key, policy=rules, ttl_s=300)


@pytest.fixture
async def signer(mint: Mint) -> AsyncIterator[SignerClient]:
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport) as client:
        yield SignerClient(client, "http://signer/", SECRET)


async def test_an_approved_action_gets_a_grant_that_says_exactly_what_was_approved(
    case: Case, signer: SignerClient, key: keys.SigningKey, clock: Any
) -> None:
    await case.approve()

    grant = await signer.mint(ID, ACTION)

    assert isinstance(grant, ports.Grant)
    header = jwt.get_unverified_header(grant.token)
    assert header == {"alg": "EdDSA", "typ": "sre-agent-grant+jwt", "kid": key.id}
    raw = jwt.decode(
        grant.token,
        key.private.public_key(),
        algorithms=["EdDSA"],
        audience="mcp:kubernetes:default",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    action = case.plan.actions[0]
    now = int(clock.now().timestamp())
    assert GrantClaims.model_validate(raw) == GrantClaims(
        aud="mcp:kubernetes:default",
        sub="default/inc-1/act-1",
        jti=grant.id,
        iat=now,
        nbf=now,
        exp=now + 300,
        tool="rollback_rollout",
        arguments_sha256=arguments_sha256(action.call.arguments),
        target=action.target,
        target_uid="uid-1",
        state_sha256="5" * 64,
        result_sha256="7" * 64,
        figures_sha256=canonical.sha256([]),
        plan_sha256=case.plan.sha256,
        approved_by="ann",
    )


async def test_the_mint_is_logged_without_the_token(case: Case, signer: SignerClient) -> None:
    await case.approve()

    grant = await signer.mint(ID, ACTION)

    assert isinstance(grant, ports.Grant)
    event = (await case.incidents.events(ID))[-1]
    assert (event.kind, event.actor) == (EventKind.GRANT_MINTED, "signer")
    assert event.payload["grant_id"] == grant.id
    assert grant.token not in event.model_dump_json()


async def test_an_undo_gets_a_grant_only_by_an_approval_of_its_own(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    [action] = case.plan.actions
    inverse = action.call.model_copy(
        update={"arguments": {**action.call.arguments, "to_revision": 2}}
    )
    case.plan = case.plan.model_copy(
        update={"actions": (action.model_copy(update={"inverse": inverse}),)}
    )
    await case.approve()
    first = await signer.mint(ID, ACTION)
    drafted = revert.of(case.plan, "errors go on")
    assert drafted is not None
    [undo] = drafted.actions
    case.plan = drafted.model_copy(
        update={"actions": (undo.model_copy(update={"dry_run": action.dry_run}),)}
    )

    await clock.sleep(1)
    await case.propose()
    await case.rule()
    on_the_first_approval = await signer.mint(ID, undo.id)
    await case.decide()
    on_its_own = await signer.mint(ID, undo.id)
    again = await signer.mint(ID, ACTION)

    assert isinstance(first, ports.Grant)
    assert isinstance(on_the_first_approval, ports.GrantDenied)
    assert isinstance(on_its_own, ports.Grant)
    assert on_its_own.id != first.id
    assert isinstance(again, ports.GrantDenied), "the repair must not be done a second time"


async def test_asking_again_gives_the_same_grant_even_after_it_expired(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    await case.approve()

    first = await asyncio.gather(*(signer.mint(ID, ACTION) for _ in range(5)))
    await clock.sleep(3600)
    late = await signer.mint(ID, ACTION)

    assert isinstance(late, ports.Grant)
    assert set(first) == {late}
    kinds = [event.kind for event in await case.incidents.events(ID)]
    assert kinds.count(EventKind.GRANT_MINTED) == 1


async def falsely_allowed(case: Case) -> None:
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()


@pytest.mark.parametrize("rules", [lenient()])
async def test_what_the_signers_policy_allows_needs_no_person(
    case: Case, signer: SignerClient, key: keys.SigningKey
) -> None:
    await falsely_allowed(case)

    grant = await signer.mint(ID, ACTION)

    assert isinstance(grant, ports.Grant)
    claims = jwt.decode(grant.token, options={"verify_signature": False})
    assert claims["approved_by"] == "policy:go-ahead"


@pytest.mark.parametrize("rules", [lenient()])
@pytest.mark.parametrize(("recorded", "code"), [("deny", "denied"), ("ask", "not_approved")])
async def test_a_severer_ruling_of_the_log_counts_against_the_signers_own(
    recorded: str, code: str, case: Case, signer: SignerClient
) -> None:
    await case.propose()
    await case.rule(Ruling(recorded))
    await case.execute()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert f"({code})" in answer.reason


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (policy.broken("no rules here"), "no rules here"),
        (loader.load_rules(agent_config=Path("/nowhere.yaml")), "allow-list cannot be read"),
        (loader.load_rules(folder=Path("/nowhere")), "policy cannot be read"),
        (replace(shipped(), tools=Tools()), "nobody may call kubernetes.rollback_rollout"),
    ],
)
async def test_what_the_signers_own_policy_denies_gets_no_grant_though_a_person_approved(
    reason: str, case: Case, signer: SignerClient
) -> None:
    await case.approve()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert reason in answer.reason
    assert "(denied)" in answer.reason


@pytest.mark.parametrize(("after_mib", "is_granted"), [(128, True), (129, False)])
async def test_the_signer_itself_holds_the_numbers_of_a_plan_to_the_bounds(
    after_mib: int, is_granted: bool, case: Case, signer: SignerClient
) -> None:
    [action] = case.plan.actions
    memory = Figure(name="memory_limit_bytes", before=64 * 2**20, after=after_mib * 2**20)
    arguments = {"namespace": "prod", "name": "web", "container": "a", "memory_limit": "x"}
    raised = action.model_copy(
        update={
            "call": ToolCall(server="kubernetes", tool="set_resources", arguments=arguments),
            "dry_run": action.dry_run and action.dry_run.model_copy(update={"figures": (memory,)}),
        }
    )
    case.plan = case.plan.model_copy(update={"actions": (raised,)})
    await case.approve()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.Grant) is is_granted
    assert is_granted or "memory-growth-is-bounded" in str(answer)


async def test_a_grant_is_not_given_out_again_when_policy_denies_it_since(
    case: Case, signer: SignerClient, mint: Mint
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)
    stricter = create_app(replace(mint, policy=policy.broken("closed")), SECRET)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=stricter)) as client:
        again = await SignerClient(client, "http://signer", SECRET).mint(ID, ACTION)

    assert isinstance(first, ports.Grant)
    assert isinstance(again, ports.GrantDenied)


@pytest.mark.parametrize(("rules", "status"), [(shipped(), 200), (policy.broken("torn"), 503)])
async def test_a_signer_without_a_policy_says_that_it_is_ill(mint: Mint, status: int) -> None:
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport, base_url="http://signer") as client:
        answer = await client.get("/health")

    assert answer.status_code == status


async def nothing_proposed(case: Case) -> None:
    await case.execute()


async def not_ruled(case: Case) -> None:
    await case.propose()
    await case.execute()


async def denied(case: Case) -> None:
    await case.propose()
    await case.rule(Ruling.DENY)
    await case.execute()


async def denied_after_approval(case: Case) -> None:
    await case.approve()
    await case.rule(Ruling.DENY)


async def nobody_asked(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.execute()


async def undecided(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.ask()
    await case.execute()


async def rejected(case: Case) -> None:
    await case.propose()
    await case.rule()
    await case.decide(Verdict.REJECTED)
    await case.execute()


async def another_plan_since(case: Case) -> None:
    await case.approve()
    await case.propose(case.plan.model_copy(update={"summary": "another"}))


async def not_yet_executing(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE incidents SET status = 'investigating'")


async def over(case: Case) -> None:
    await case.approve()
    await case.execute(IncidentStatus.ESCALATED)


async def halted(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        await tenancy.set_halt(
            connection,
            "default",
            is_halted=True,
            actor="ann",
            reason="freeze",
            now=case.clock.now(),
        )


async def in_a_later_run(case: Case) -> None:
    await case.approve()
    begins = Beginning(kind=EventKind.REINVESTIGATED, actor="ann", reason="look again")
    begins.more["hint"] = {}
    async with case.engine.begin() as connection:
        await begin_run(connection, ID, begins, now=case.clock.now())
    await case.sql("UPDATE incidents SET status = 'executing'")


async def paused(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.pause(step, "wait")


async def cancelled(case: Case) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.cancel(step, "stop")


async def cancelled_amid_a_write(case: Case) -> None:
    await case.approve()
    await case.log(EventKind.ACTION_STARTED, {"action_id": ACTION, "grant_id": "g"})
    async with case.engine.begin() as connection:
        step = await steering.begin(connection, ID, ANN, channel="test", now=case.clock.now())
        await steering.cancel(step, "stop")


async def dismissed(case: Case) -> None:
    await case.approve()
    dismissal = Dismissal(object=case.plan.cause_object, fault_class=FaultClass.BAD_RELEASE)
    payload = {"dismissal": dismissal.model_dump(mode="json")}
    await case.log(EventKind.CAUSE_DISMISSED, payload)


async def approved_in_the_table_only(case: Case) -> None:
    await undecided(case)
    await case.sql(
        "UPDATE approvals SET status = 'approved', decided_by = 'ann', channel = 'x', reason = '',"
        " decided_role = 'approver', decided_at = requested_at"
    )


async def approved_before_it_was_asked(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET requested_at = decided_at + interval '1 second'")


async def time_to_decide_prolonged(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET expires_at = expires_at + interval '1 hour'")


async def shown_another_plan(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET plan = replace(plan::text, 'web', 'db')::json")


async def promoted_in_the_table(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET decided_role = 'admin'")


async def approved_by_an_event_of_the_worker(case: Case) -> None:
    """A row and an event that agree, but the event is not said by the one who decided."""
    await undecided(case)
    await case.sql(
        "UPDATE approvals SET status = 'approved', decided_by = 'ann', channel = 'x', reason = '',"
        " decided_role = 'approver', decided_at = requested_at"
    )
    decision = await case.incidents.decision((await case.ask()).id)
    assert decision is not None
    await case.log(
        EventKind.APPROVAL_DECIDED, {**decision.model_dump(mode="json"), "role": "approver"}
    )


async def approved_by_someone_who_may_not(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET decided_role = 'responder'")


async def approved_too_late(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE approvals SET expires_at = decided_at")


async def log_edited(case: Case) -> None:
    await case.approve()
    await case.sql(
        "UPDATE events SET payload = replace(payload::text, '\"to_revision\"\\:1',"
        " '\"to_revision\"\\:9')::json WHERE kind = 'plan_proposed'"
    )


async def log_shortened(case: Case) -> None:
    await case.approve()
    await case.sql("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")


async def plan_and_hash_differ(case: Case) -> None:
    forged = case.plan.model_dump(mode="json")
    forged["actions"][0]["call"]["arguments"]["to_revision"] = 9
    await case.approve()
    payload = {"plan": forged, "plan_sha256": case.plan.sha256}
    await case.log(EventKind.PLAN_PROPOSED, payload)


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (nothing_proposed, "no_plan"),
        (not_ruled, "not_ruled"),
        (denied, "denied"),
        (denied_after_approval, "denied"),
        (nobody_asked, "not_approved"),
        (undecided, "not_approved"),
        (rejected, "not_approved"),
        (another_plan_since, "not_ruled"),
        (not_yet_executing, "not_executing"),
        (over, "not_executing"),
        (halted, "halted"),
        (in_a_later_run, "no_plan"),
        (paused, "paused"),
        (cancelled, "cancelled"),
        (cancelled_amid_a_write, "cancelled"),
        (dismissed, "dismissed"),
        (approved_in_the_table_only, "not_approved"),
        (approved_by_someone_who_may_not, "not_approved"),
        (approved_too_late, "not_approved"),
        (falsely_allowed, "not_approved"),
        (approved_before_it_was_asked, "not_approved"),
        (time_to_decide_prolonged, "not_approved"),
        (shown_another_plan, "not_approved"),
        (promoted_in_the_table, "not_approved"),
        (approved_by_an_event_of_the_worker, "not_approved"),
        (log_edited, "log_broken"),
        (log_shortened, "log_broken"),
        (plan_and_hash_differ, "plan_changed"),
    ],
)
async def test_without_a_sound_record_there_is_no_grant(
    prepare: Callable[[Case], Awaitable[None]], code: str, case: Case, signer: SignerClient
) -> None:
    await prepare(case)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert f"({code})" in answer.reason
    async with case.engine.connect() as connection:
        stored = await connection.execute(sa.text("SELECT count(*) FROM grants"))
        assert stored.scalar() == 0


@pytest.mark.parametrize(
    "prepare", [halted, over, another_plan_since, log_edited, in_a_later_run, paused, cancelled]
)
async def test_a_stored_grant_is_not_given_out_any_more_when_things_have_changed(
    prepare: Callable[[Case], Awaitable[None]], case: Case, signer: SignerClient
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)

    async def nothing() -> None:
        return

    case.approve = nothing  # type: ignore[method-assign]  # it was done above
    await prepare(case)

    assert isinstance(first, ports.Grant)
    assert isinstance(await signer.mint(ID, ACTION), ports.GrantDenied)


async def test_an_action_that_nobody_rehearsed_gets_no_grant(
    case: Case, signer: SignerClient
) -> None:
    action = case.plan.actions[0].model_copy(update={"dry_run": None})
    case.plan = case.plan.model_copy(update={"actions": (action,)})
    await case.approve()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "(not_rehearsed)" in answer.reason


@pytest.mark.parametrize(("id_", "action"), [("inc-other", "act-1"), ("inc-1", "act-9")])
async def test_unknown_incidents_and_actions_get_no_grant(
    id_: str, action: str, case: Case, signer: SignerClient
) -> None:
    await case.approve()

    answer = await signer.mint(IncidentId(id_), ActionId(action))

    assert isinstance(answer, ports.GrantDenied)


async def test_the_settings_alone_can_stop_the_signer(case: Case, mint: Mint) -> None:
    await case.approve()
    mint = replace(mint, is_kill_switch_set=True)
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await SignerClient(client, "http://signer", SECRET).mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "KILL_SWITCH" in answer.reason


async def test_without_its_token_nobody_talks_to_the_signer(case: Case, mint: Mint) -> None:
    await case.approve()
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport, base_url="http://signer") as client:
        nobody = await client.post("/grants", json={"incident_id": ID, "action_id": ACTION})
        stranger = await SignerClient(client, "http://signer", SecretStr("guess")).mint(ID, ACTION)

    assert nobody.status_code == 401
    assert isinstance(stranger, ports.GrantDenied)


@pytest.mark.usefixtures("own_database")
async def test_a_signer_that_cannot_read_the_record_says_to_ask_again(
    case: Case, signer: SignerClient
) -> None:
    await case.sql("ALTER TABLE grants RENAME TO hidden")
    await case.approve()

    with pytest.raises(TransientError):
        await signer.mint(ID, ACTION)


async def test_a_signer_that_is_not_there_is_a_transient_failure() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(TransientError):
            await SignerClient(client, "http://127.0.0.1:9", SECRET).mint(ID, ACTION)


async def test_time_alone_does_not_wear_an_approval_out(
    case: Case, signer: SignerClient, clock: Any
) -> None:
    """The approval's expiry bounds the decision; the grant's bounds the deed."""
    await case.approve()
    clock.time += timedelta(hours=2)

    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)
