"""What the signer's tests begin with: a case on its way to approval, and a signer that rules by shipped rules."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from brake_scene import MakeIncident, MakeMint, Scene, braked
from earned_scene import Grow, happen, promise
from signer_case import ID, SECRET, Case, shipped
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Action, Plan
from sre_agent.safety.policy import Policy


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


@pytest.fixture
def scene(
    engine: AsyncEngine, clock: Any, plan: Plan, make_incident: MakeIncident, tmp_path: Path
) -> Scene:
    return Scene(engine, clock, plan, make_incident, tmp_path)


@pytest.fixture
def make_mint(engine: AsyncEngine, clock: Any, key: keys.SigningKey, rules: Policy) -> MakeMint:
    return lambda **given: braked(engine, clock, key, rules, **given)


@pytest.fixture
async def healthy(engine: AsyncEngine, clock: Any) -> None:
    await promise(engine, clock.now())


@pytest.fixture
def grow(case: Case, key: keys.SigningKey, make_incident: Any, clock: Any) -> Grow:
    """A function that makes one more incident of the past, from its plan to its verified end."""
    count = 0

    async def one(
        result: str = "resolved",
        signed_by: keys.SigningKey = key,
        done: tuple[Action, ...] = case.plan.actions,
    ) -> None:
        nonlocal count
        count += 1
        id_ = await make_incident(f"past-{count}", status="resolved")
        clock.time += timedelta(minutes=1)
        async with case.engine.begin() as connection:
            await happen(connection, case, id_, result, signed_by, done)

    return one
