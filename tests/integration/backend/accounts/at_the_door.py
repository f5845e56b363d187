"""People at the door of the API: their browsers, from wherever they come."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.db.tables.organization_log import organization_log

PASSWORD = "correct horse battery"  # noqa: S105 - of people who do not exist


class CountingHasher(PasswordHasher):
    """Hashes with the least work there is, and counts how often it was asked to verify."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        self.verified += 1
        return super().verify(hash, password)


@dataclass
class Door:
    """The application, its clock, and a credential that is always there."""

    app: FastAPI
    engine: AsyncEngine
    clock: Any
    root: str
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(
        self, address: str = "10.0.0.1", scheme: str = "http", **headers: str
    ) -> httpx.AsyncClient:
        """Return a browser without any cookie."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        client = httpx.AsyncClient(
            transport=transport, base_url=f"{scheme}://war.room", headers=headers
        )
        self.clients.append(client)
        return client

    def program(self, token: str | None = None) -> httpx.AsyncClient:
        """Return a program with a token, the settings' own administrator unless another is given."""
        return self.browser(authorization=f"Bearer {token or self.root}")

    async def add(self, name: str, role: str | None) -> str:
        """Let someone in and return their id."""
        body = {"name": name, "role": role, "password": PASSWORD}
        answer = await self.program().post("/api/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        id_: str = answer.json()["user"]["id"]
        return id_

    async def sign_in(
        self, name: str, password: str = PASSWORD, *, browser: httpx.AsyncClient | None = None
    ) -> httpx.AsyncClient:
        """Return a browser that is signed in and sends the CSRF token along."""
        client = browser or self.browser(address=f"10.1.0.{len(self.clients)}")
        answer = await client.post("/api/v1/auth/sign-in", json=secret(name, password))
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    async def arrive(self, name: str, role: str) -> httpx.AsyncClient:
        """Return the browser of someone new who has signed in."""
        await self.add(name, role)
        return await self.sign_in(name)

    async def log(self, kind: str | None = None) -> list[Any]:
        """Return the organization's log, or the entries of one kind."""
        query = sa.select(organization_log).order_by(organization_log.c.seq)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [row for row in rows if kind in {None, row.kind}]

    async def close(self) -> None:
        """Close every browser."""
        for client in self.clients:
            await client.aclose()


def secret(name: str, password: str = PASSWORD) -> dict[str, str]:
    """Return what someone types in."""
    return {"name": name, "password": password}


def cookie_of(answer: httpx.Response) -> str:
    """Return the cookie that an answer sets, with all its flags."""
    return answer.headers["set-cookie"]
