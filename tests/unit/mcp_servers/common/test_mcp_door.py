"""The door opens the room of the token given, and no other."""

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from mcp_servers.common.door import Door


def room(name: str) -> ASGIApp:
    return PlainTextResponse(name)


async def ask(authorization: str | None) -> httpx.Response:
    door = Door({"read-token": room("read"), "write-token": room("write")})
    headers = {} if authorization is None else {"authorization": authorization}
    transport = httpx.ASGITransport(door)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        return await http.get("/", headers=headers)


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_each_token_opens_its_own_room(kind: str) -> None:
    assert (await ask(f"Bearer {kind}-token")).text == kind
    assert (await ask(f"bearer  {kind}-token ")).text == kind


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "read-token",
        "Basic read-token",
        "Bearer read-toke",
        "Bearer read-token2",
        "Bearer READ-TOKEN",
        "Bearer read-token,write-token",
    ],
)
async def test_without_a_right_token_there_is_nothing_but_401(authorization: str | None) -> None:
    response = await ask(authorization)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == -32010
