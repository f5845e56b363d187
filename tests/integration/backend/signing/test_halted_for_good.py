"""While writing is stopped, nothing that can be asked of the API leads to a grant."""

import hashlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from brake_scene import MakeIncident, Scene, braked
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.db import tenancy
from backend.settings.api import ApiSettings
from backend.signer.keys import SigningKey
from backend.signer.mint import Mint
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.pace import Caps
from sre_agent.safety.policy import Policy

ADMIN = hashlib.sha256(b"admin").hexdigest()
WHY: dict[str, Any] = {"reason": "because"}
IDS = ("inc-a", "inc-b")
CALLS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    *(
        ("POST", f"incidents/{id_}/{verb}", body)
        for id_ in IDS
        for verb, body in (
            ("approve", {"comment": "yes"}),
            ("pause", WHY),
            ("resume", WHY),
            ("reinvestigate", {"hint": "look"}),
            ("acknowledge", {}),
            ("comment", {"text": "write all the same"}),
        )
    ),
    ("POST", "halt", {**WHY, "cluster": "default"}),
    ("POST", "resume", {**WHY, "cluster": "eu"}),
    ("POST", "halt", {**WHY, "cluster": "eu"}),
    ("DELETE", "freezes/frz-x", None),
    ("GET", "brakes", None),
)
OF_CLUSTER = ("POST", "resume", {**WHY, "cluster": "default"})
OF_ALL = ("POST", "resume", WHY)


@pytest.fixture
async def api(database_url: str, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    given = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(hashlib.sha256(b"webhook").hexdigest()),
        api_tokens=SecretStr(f"eve:admin:{ADMIN}"),
    )
    app = create_app(given, engine)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://test/api/v1/",
            headers={"Authorization": f"Bearer {ADMIN}"},
        ) as client,
    ):
        yield client


@pytest.fixture
def scene(
    engine: AsyncEngine, clock: Any, plan: Plan, make_incident: MakeIncident, tmp_path: Path
) -> Scene:
    return Scene(engine, clock, plan, make_incident, tmp_path)


@pytest.fixture
def mint(engine: AsyncEngine, clock: Any, key: SigningKey, rules: Policy) -> Mint:
    return braked(engine, clock, key, rules, caps=Caps(cool_down_factor=0))


@pytest.mark.attack("writing while halted")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scope", ["all", "cluster"])
async def test_no_sequence_of_calls_while_halted_yields_a_grant(
    scope: str, seed: int, api: httpx.AsyncClient, scene: Scene, mint: Mint
) -> None:
    for name in IDS:
        await scene.approved(name, scene.on(name))
    now = scene.clock.now()
    async with scene.engine.begin() as connection:
        await tenancy.register(connection, org_id="default", cluster_id="eu", now=now)
    # The stop of the one is never ended by a resumption of the other.
    others = (OF_CLUSTER,) if scope == "all" else (OF_ALL,)
    where = {} if scope == "all" else {"cluster": "default"}
    assert (await api.post("halt", json={**WHY, **where})).status_code == 200
    draw = random.Random(seed)
    codes = set()

    for _ in range(12):
        method, path, body = draw.choice((*CALLS, *others))
        if path.endswith("/approve"):
            body = {**(body or {}), "plan_sha256": scene.on(path.split("/")[1]).sha256}
        answer = await api.request(method, path, json=body)
        await scene.pass_time(seconds=1)
        for id_ in IDS:
            with pytest.raises(GrantRefusedError) as refused:
                await mint.mint(IncidentId(id_), ActionId("act-1"))
            codes.add(refused.value.code)
        assert answer.status_code < 500

    assert codes == {"halted"}
    assert await scene.grants() == 0


async def test_freezes_and_brakes_are_told_by_the_api(api: httpx.AsyncClient) -> None:
    said = {
        "name": "sale",
        "reason": "many buy",
        "starts_at": "2020-01-01T00:00:00Z",
        "ends_at": "2099-01-02T00:00:00Z",
        "namespaces": ["prod"],
    }

    added = await api.post("freezes", json=said)
    over = await api.post("freezes", json={**said, "ends_at": "2020-01-02T00:00:00Z"})
    wrong = await api.post("freezes", json={**said, "ends_at": "2019-01-02T00:00:00Z"})
    brakes = (await api.get("brakes")).json()
    removed = await api.delete(f"freezes/{added.json()['id']}")
    gone = await api.delete(f"freezes/{added.json()['id']}")
    trail = (await api.get("audit")).json()

    assert (added.status_code, over.status_code, wrong.status_code) == (201, 409, 422)
    assert (added.json()["is_active"], added.json()["added_by"]) == (True, "eve")
    assert [each["name"] for each in brakes["freezes"]] == ["sale"]
    assert (brakes["cap_service"], brakes["cap_cluster"]) == (6, 30)
    assert (removed.status_code, gone.status_code) == (204, 404)
    told = str(trail)
    assert "Added a freeze" in told
    assert "Removed a freeze" in told
