"""Connecting a cluster, and letting go of it: checked, sealed, and on the organization's record."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor
from backend.clusters import checking
from backend.clusters.checking import Check, Look
from backend.clusters.sealing import Seal
from backend.clusters.toolboxes import ClusterDisconnectedError
from backend.db import clusters, organization_log, queue
from backend.db.admission.statements import take_turn
from backend.db.clusters import ClusterNotFoundError, ClusterTakenError, Connecting, SealedEndpoint
from backend.db.organization_log import Deed
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.agents.allowlist import AllowList
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.incident import IncidentStatus
from sre_agent.tools.endpoint import Endpoint

WEBHOOK_PREFIX = "srw_"
"""A mark by which scanners find leaked tokens, and we those worth looking up."""

_WRITING = {IncidentStatus.EXECUTING, IncidentStatus.VERIFYING}


class ConnectionRefusedByCheckError(PermanentError):
    """A server of the cluster did not pass its check; nothing was stored."""

    def __init__(self, checks: tuple[Check, ...]) -> None:
        self.told = {each.system: "; ".join(each.problems) or "ok" for each in checks}
        problems = (f"{each.system}: {text}" for each in checks for text in each.problems)
        super().__init__("; ".join(problems))


class OwnClusterError(PermanentError):
    """The cluster is the one that the settings describe."""


class ClusterBusyError(PermanentError):
    """A repair in the cluster is being carried out or verified."""


@dataclass(frozen=True)
class Connected:
    """What became of it; the token is nowhere else."""

    checks: tuple[Check, ...]
    webhook_token: str


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The doors by which clusters come and go; `own` is the installation's own cluster."""

    engine: AsyncEngine
    clock: ports.Clock
    own: Tenant
    seal: Seal
    load_allowlist: Callable[[], AllowList]

    async def connect(
        self, actor: Actor, cluster_id: str, endpoints: Mapping[str, Endpoint]
    ) -> Connected:
        """Check the servers, store the cluster, and return the token for its Alertmanager.

        Raises:
            SettingsError: There is no key to seal tokens with.
            ClusterTakenError: There is such a cluster.
            ConnectionRefusedByCheckError: A server did not pass its check.
        """
        self.seal.check()
        tenant = Tenant(actor.org_id, cluster_id)
        await self._check_free(tenant)
        look = Look(cluster_id=cluster_id, allowlist=self.load_allowlist(), clock=self.clock)
        checks = await checking.check_all(endpoints, look)
        if not all(check.is_ok for check in checks):
            raise ConnectionRefusedByCheckError(checks)
        token = WEBHOOK_PREFIX + secrets.token_urlsafe(32)
        new = Connecting(
            tenant=tenant,
            connected_by=actor.name,
            webhook_token_sha256=sha256(token),
            endpoints=[self._sealed(name, item) for name, item in sorted(endpoints.items())],
        )
        now = self.clock.now()
        payload = {
            "cluster": cluster_id,
            "endpoints": {item.system: item.url for item in new.endpoints},
            "can_write": any(check.can_write for check in checks),
        }
        async with self.engine.begin() as connection:
            await organization_log.append(
                connection,
                org_id=actor.org_id,
                actor=actor.name,
                kind=Deed.CLUSTER_CONNECTED,
                payload=payload,
                now=now,
            )
            await clusters.connect(connection, new, now=now)
        return Connected(checks, token)

    async def disconnect(self, actor: Actor, cluster_id: str, *, reason: str = "") -> None:
        """Let go of a cluster; its open incidents are handed to people, its history stays.

        Raises:
            OwnClusterError: It is the installation's own.
            ClusterNotFoundError: There is none of that name.
            ClusterDisconnectedError: That was done before.
            ClusterBusyError: A repair in it is under way.
        """
        tenant = Tenant(actor.org_id, cluster_id)
        if tenant == self.own:
            raise OwnClusterError(f"{cluster_id} is the cluster that the settings describe")
        now = self.clock.now()
        async with self.engine.begin() as connection:
            # In the order of everybody else: the turn, then incidents, then what they belong to.
            await take_turn(connection, tenant)
            held = await clusters.lock_open(connection, tenant)
            await organization_log.append(
                connection,
                org_id=actor.org_id,
                actor=actor.name,
                kind=Deed.CLUSTER_DISCONNECTED,
                payload={"cluster": cluster_id, "reason": reason},
                now=now,
            )
            found = await clusters.get(connection, tenant, is_locked=True)
            if not found.is_connected:
                raise ClusterDisconnectedError(f"cluster {cluster_id} is disconnected")
            writing = [each.id for each in held if each.status in _WRITING]
            if writing:
                raise ClusterBusyError(f"repairs are under way in {', '.join(writing)}")
            await clusters.disconnect(connection, tenant, now=now)
            # Their runs find no cluster any more, and end by telling people so.
            stranded = [each.id for each in held if not each.is_paused]
            await queue.enqueue_investigations(connection, stranded, now=now)

    async def _check_free(self, tenant: Tenant) -> None:
        async with self.engine.connect() as connection:
            try:
                found = await clusters.get(connection, tenant)
            except ClusterNotFoundError:
                return
        if tenant == self.own or found.is_connected:
            raise ClusterTakenError(f"there is a cluster {tenant.cluster_id} already")

    def _sealed(self, system: str, endpoint: Endpoint) -> SealedEndpoint:
        write = endpoint.write_token
        return SealedEndpoint(
            system=system,
            url=endpoint.url,
            read_token=self.seal.close(endpoint.read_token),
            write_token=None if write is None else self.seal.close(write),
        )


def sha256(token: str) -> bytes:
    """Return what is stored of a webhook's token. It is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def may_be_webhook_token(token: str) -> bool:
    """Return whether a token is of the form that connected clusters are given."""
    return token.startswith(WEBHOOK_PREFIX)
