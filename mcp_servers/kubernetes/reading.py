"""The tools that read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mcp_servers.common import limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Tool
from mcp_servers.kubernetes import (
    answers,
    events,
    history,
    kinds,
    listing,
    objects,
    pod_logs,
    rollouts,
)
from mcp_servers.kubernetes import workload as workloads
from mcp_servers.kubernetes.api import Api
from mcp_servers.kubernetes.fields import (
    EPOCH,
    conditions,
    entries,
    reference,
    section,
    text,
)
from mcp_servers.kubernetes.secrets import clean_manifest


@dataclass(frozen=True, slots=True)
class Reading:
    """Looks at the cluster with a credential that can only read."""

    api: Api

    async def list_namespaces(self) -> Answer:
        """List the namespaces of the cluster."""
        listed = await self.api.list(kinds.NAMESPACE, limit=listing.MAX_ROWS)
        found = tuple(
            answers.NamespaceEntry(
                name=text(section(item, "metadata"), "name"),
                phase=text(section(item, "status"), "phase"),
            )
            for item in entries(listed, "items")
        )
        return Answer(
            answers.NamespaceList(namespaces=found), events.more_left(listed, "namespaces")
        )

    async def list_resources(
        self,
        kind: str,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 100,
    ) -> Answer:
        """List objects of a kind (Deployment, Pod, Service, ...) in one or all namespaces."""
        return await listing.resources(
            self.api, kind, namespace, labels=label_selector, fields=field_selector, limit=limit
        )

    async def get_resource(self, kind: str, name: str, namespace: str = "") -> Answer:
        """Return one object's whole manifest, secrets blotted out."""
        wanted = kinds.find(kind)
        found = await self.api.get(wanted, namespace, name)
        data = answers.ResourceManifest(
            object=reference(wanted.name, found),
            manifest=clean_manifest({**found, "kind": wanted.name}),
        )
        return Answer(data)

    async def list_objects(self, namespace: str) -> Answer:
        """Return all objects of a namespace, with nodes, volumes and webhooks, pruned and without secrets."""
        return await objects.everything(self.api, namespace)

    async def describe_workload(
        self, namespace: str, name: str, kind: str = "Deployment"
    ) -> Answer:
        """Describe a Deployment, StatefulSet or DaemonSet: revisions and their changes, pods, services, limits, events."""
        return await workloads.describe(self.api, namespace, name, kind)

    async def rollout_history(self, namespace: str, name: str, kind: str = "Deployment") -> Answer:
        """List a workload's revisions, newest first, with what changed in each."""
        wanted = kinds.workload(kind)
        workload = await self.api.get(wanted, namespace, name)
        kept = await history.read(self.api, wanted, workload)
        data = answers.RolloutHistory(
            object=reference(wanted.name, workload),
            current_revision=rollouts.current_of(workload, kept),
            revisions=rollouts.revisions(workload, kept),
        )
        return Answer(data)

    async def list_events(
        self,
        namespace: str = "",
        kind: str = "",
        name: str = "",
        since_s: int = 3600,
        limit: int = 100,
    ) -> Answer:
        """List events, newest first, of a namespace or of one object in it."""
        limits.require_range("limit", limit, low=1, high=listing.MAX_ROWS)
        limits.require_range("since_s", since_s, low=1, high=7 * 86400)
        about = {
            "involvedObject.kind": kinds.find(kind).name if kind else "",
            "involvedObject.name": name,
        }
        fields = ",".join(f"{key}={value}" for key, value in about.items() if value)
        listed = await self.api.list(kinds.EVENT, namespace, fields=fields, limit=events.READ_LIMIT)
        oldest = utc_now() - timedelta(seconds=since_s)
        recent = [
            event
            for event in events.newest_first(entries(listed, "items"))
            if (event.last_at or EPOCH) >= oldest
        ]
        shown, left_out = limits.first(recent, limit, "events")
        data = answers.EventList(namespace=namespace, events=shown)
        return Answer(data, (*left_out, *events.more_left(listed, "events")))

    async def get_pod_logs(
        self,
        namespace: str,
        pod: str,
        container: str = "",
        previous: bool = False,  # noqa: FBT001, FBT002 - the tool's arguments
        tail_lines: int = 100,
        since_s: int = 0,
    ) -> Answer:
        """Return a container's last log lines; previous=true: of the run before the restart."""
        return await pod_logs.last_lines(
            self.api,
            namespace,
            pod,
            container=container,
            previous=previous,
            tail_lines=tail_lines,
            since_s=since_s,
        )

    async def node_status(self) -> Answer:
        """List the nodes with their conditions and whether they take pods."""
        listed = await self.api.list(kinds.NODE, limit=listing.MAX_ROWS)
        nodes = tuple(_node(item) for item in entries(listed, "items"))
        return Answer(answers.NodeList(nodes=nodes), events.more_left(listed, "nodes"))

    async def ready(self) -> None:
        """Ask the cluster for a sign of life; raises a tool failure without one."""
        await self.api.list(kinds.NAMESPACE, limit=1)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a reading session."""
        functions = (
            self.list_namespaces,
            self.list_resources,
            self.get_resource,
            self.list_objects,
            self.describe_workload,
            self.rollout_history,
            self.list_events,
            self.get_pod_logs,
            self.node_status,
        )
        return tuple(Tool(function) for function in functions)


def _node(item: dict[str, Any]) -> answers.Node:
    found = conditions(item)
    return answers.Node(
        name=text(section(item, "metadata"), "name"),
        ready=any(each.type == "Ready" and each.status == "True" for each in found),
        unschedulable=bool(section(item, "spec").get("unschedulable")),
        conditions=found,
    )
