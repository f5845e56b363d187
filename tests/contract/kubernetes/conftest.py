"""An API server of the lab on a free loopback port, without controllers or node, and its clients."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from ipaddress import IPv4Network
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from api_lab import TOKENS, Lab, Switch
from kubernetes import client

from infrastructure.lab.cluster import admission, bootstrap, serving
from infrastructure.lab.cluster.api import Api
from infrastructure.lab.cluster.audit import AuditLog


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switch() -> AsyncIterator[Switch]:
    switch = Switch()
    server = serving.Server(switch, asyncio.Event())
    with serving.listening(0) as sock:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[sock]))
            await server.ready.wait()
            switch.url = serving.address(sock)
            yield switch
            server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def lab(switch: Switch, tmp_path: Path) -> AsyncIterator[Lab]:
    store = admission.new_store(IPv4Network("127.99.0.0/16"))
    bootstrap.fill(store, "node-1")
    with closing(AuditLog(tmp_path / "audit.jsonl")) as audit:
        switch.api = Api(store, TOKENS, audit, tmp_path)
        yield Lab(switch.url, store, audit.path)
        switch.api.closing.set()


@pytest_asyncio.fixture(loop_scope="module")
async def admin(lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
    async with lab.http() as http:
        yield http


@pytest_asyncio.fixture(loop_scope="module")
async def viewer(lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
    async with lab.http(TOKENS.read) as http:
        yield http


@pytest_asyncio.fixture(loop_scope="module")
async def operator(lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
    async with lab.http(TOKENS.write) as http:
        yield http


@pytest.fixture
def official(lab: Lab) -> Iterator[client.ApiClient]:
    with lab.official() as api:
        yield api
