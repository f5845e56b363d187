"""The file of the emergency stop belongs to the installation's own organization."""

import httpx
from fastapi import FastAPI
from house import House

from backend.actors import Role
from backend.settings.api import ApiSettings


async def throw(app: FastAPI, house: House, verb: str) -> None:
    headers = {"Authorization": f"Bearer {house.tokens[Role.ADMIN]}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        answer = await client.post(f"/api/v1/{verb}", json={"reason": f"{house.mark} says"})
    assert answer.status_code == 200
    assert answer.json()["halted"] is (verb == "halt")


async def test_the_own_organizations_switch_moves_the_file(
    app: FastAPI, apple: House, settings: ApiSettings
) -> None:
    file = settings.mcp_halt_file
    assert file is not None

    await throw(app, apple, "halt")
    assert "apple says" in file.read_text()
    await throw(app, apple, "resume")

    assert not file.exists()


async def test_another_organizations_switch_leaves_the_file_alone(
    app: FastAPI, apple: House, zebra: House, settings: ApiSettings
) -> None:
    file = settings.mcp_halt_file
    assert file is not None

    await throw(app, zebra, "halt")
    assert not file.exists()
    await throw(app, apple, "halt")
    await throw(app, zebra, "resume")

    assert "apple says" in file.read_text()
