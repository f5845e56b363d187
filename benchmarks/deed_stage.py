"""Where deeds are measured: a database, the signer and the Kubernetes server as the programs they are."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.clock import SystemClock
from backend.db import tenancy
from backend.db.circumstances import PostgresFacts
from backend.db.engine import create_engine
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.signer import keys
from backend.signer.client import SignerClient
from backend.signer.keys import SigningKey
from benchmarks import programs, recording_cluster
from benchmarks.recording_cluster import Cluster
from sre_agent.config import permissions
from sre_agent.safety.policy import Policy
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

CLUSTER_ID = "default"
UNBRAKED = {
    "WRITES_PER_HOUR_SERVICE": "10000",
    "WRITES_PER_HOUR_CLUSTER": "10000",
    "COOL_DOWN_FACTOR": "0",
}
"""Hundreds of actions in a minute: all brakes are looked at, and none of them holds."""

_START_S = 120.0


@dataclass(frozen=True)
class Stage:
    """What the worker has of the world, and the cluster that is written to."""

    database_url: str
    engine: AsyncEngine
    signer: SignerClient
    toolbox: McpToolbox
    cluster: Cluster
    key: SigningKey
    rules: Policy
    incidents: PostgresIncidents
    journal: PostgresJournal
    facts: PostgresFacts
    clock: SystemClock

    @property
    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Return the keys that verify what the signer signs, by id."""
        return {self.key.id: self.key.private.public_key()}


@asynccontextmanager
async def running(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    """Start everything beside the database, and end it."""
    key = keys.generate(folder / "key.pem")
    bearer, read, write = (secrets.token_hex(20) for _ in range(3))
    signing, serving = programs.free_port(), programs.free_port()
    engine, clock = create_engine(database_url), SystemClock()
    with ExitStack() as stack:
        cluster = stack.enter_context(recording_cluster.serving())
        signer = _signer(database_url, folder, bearer, signing)
        stack.enter_context(programs.program("backend.signer", **signer))
        hands = _hands(cluster.url, key.public_base64, serving) | {
            "MCP_READ_TOKEN": read,
            "MCP_WRITE_TOKEN": write,
        }
        stack.enter_context(programs.program("mcp_servers.kubernetes", **hands))
        for port in (signing, serving):
            await asyncio.to_thread(programs.await_port, port, _START_S)
        at = Endpoint(f"http://127.0.0.1:{serving}/mcp", read, write)
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=_START_S) as http,
                McpToolbox({"kubernetes": at}, clock) as toolbox,
            ):
                async with engine.begin() as connection:
                    await tenancy.register(
                        connection, org_id="default", cluster_id=CLUSTER_ID, now=clock.now()
                    )
                yield Stage(
                    database_url=database_url,
                    engine=engine,
                    signer=SignerClient(http, f"http://127.0.0.1:{signing}", SecretStr(bearer)),
                    toolbox=toolbox,
                    cluster=cluster,
                    key=key,
                    rules=permissions.load_rules(),
                    incidents=PostgresIncidents(
                        engine, clock, approval_ttl_s=900, incidents_dir=folder
                    ),
                    journal=PostgresJournal(engine, clock),
                    facts=PostgresFacts(engine, clock),
                    clock=clock,
                )
        finally:
            await engine.dispose()


def _signer(database_url: str, folder: Path, bearer: str, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SIGNER_TOKEN": bearer,
        "SIGNER_PORT": str(port),
        "SIGNING_KEY_FILE": str(folder / "key.pem"),
        "LOG_LEVEL": "warning",
        **UNBRAKED,
    }


def _hands(cluster_url: str, public_key: str, port: int) -> dict[str, str]:
    return {
        "MCP_PORT": str(port),
        "MCP_CLUSTER_ID": CLUSTER_ID,
        "MCP_LOG_LEVEL": "warning",
        "GRANT_PUBLIC_KEY": public_key,
        "KUBERNETES_API_URL": cluster_url,
        "KUBERNETES_READ_TOKEN": "reads-the-cluster",
        "KUBERNETES_WRITE_TOKEN": "writes-the-cluster",
    }
