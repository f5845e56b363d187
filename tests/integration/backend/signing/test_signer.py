"""The signer on a real database: it believes the record and nothing else."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr
from signer_case import ACTION, ID, SECRET, Case, lenient, shipped
from unsound_records import (
    falsely_allowed,
)

from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.config import permissions
from sre_agent.domain import canonical
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import EventKind
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.plan import Figure
from sre_agent.domain.ruling import Ruling
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import policy, revert
from sre_agent.safety.policy import Tools


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


async def test_asking_again_gives_the_very_same_grant(case: Case, signer: SignerClient) -> None:
    await case.approve()

    first = await asyncio.gather(*(signer.mint(ID, ACTION) for _ in range(5)))

    assert len(set(first)) == 1
    kinds = [event.kind for event in await case.incidents.events(ID)]
    assert kinds.count(EventKind.GRANT_MINTED) == 1


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
        (permissions.load_rules(agent_config=Path("/nowhere.yaml")), "allow-list cannot be read"),
        (permissions.load_rules(folder=Path("/nowhere")), "policy in /nowhere cannot be read"),
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


@pytest.mark.parametrize("status", [403, 404, 409, 502, 503])
async def test_what_a_proxy_says_in_the_signers_place_is_no_refusal(status: int) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text="<html>nobody behind</html>")

    async with httpx.AsyncClient(transport=httpx.MockTransport(reply)) as client:
        with pytest.raises(TransientError, match=str(status)):
            await SignerClient(client, "http://signer", SECRET).mint(ID, ACTION)


async def test_a_signer_that_is_not_there_is_a_transient_failure() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(TransientError):
            await SignerClient(client, "http://127.0.0.1:9", SECRET).mint(ID, ACTION)
