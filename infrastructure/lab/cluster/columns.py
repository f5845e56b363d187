"""The columns of each kind's table, and the cells of one object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from infrastructure.lab.cluster import availability_columns, durations, pod_summary, selectors
from infrastructure.lab.cluster.layouts import AGE, NAME, NONE, Column, Layout, wide

Object = dict[str, Any]
_SHOWN = 3
"""Addresses shown before `+ 2 more...`."""


_TEMPLATE = wide("Containers", "Images", "Selector")


def _pod(obj: Object, now: datetime) -> list[object]:
    summary, status = pod_summary.summarize(obj, now), obj.get("status") or {}
    return [
        _name(obj),
        summary.ready,
        summary.status,
        summary.restarts,
        _age(obj, now),
        status.get("podIP") or NONE,
        obj["spec"].get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        NONE,
    ]


def _deployment(obj: Object, now: datetime) -> list[object]:
    status, wanted = obj.get("status") or {}, obj["spec"].get("replicas", 1)
    return [
        _name(obj),
        f"{status.get('readyReplicas', 0)}/{wanted}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        _age(obj, now),
        *_template(obj),
    ]


def _replicaset(obj: Object, now: datetime) -> list[object]:
    status = obj.get("status") or {}
    return [
        _name(obj),
        obj["spec"].get("replicas", 1),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        _age(obj, now),
        *_template(obj),
    ]


def _service(obj: Object, now: datetime) -> list[object]:
    spec = obj["spec"]
    ports = [_service_port(port) for port in spec.get("ports") or ()]
    selector = spec.get("selector") or {}
    return [
        _name(obj),
        spec.get("type", "ClusterIP"),
        spec.get("clusterIP") or NONE,
        spec.get("externalName") or NONE,
        ",".join(ports) or NONE,
        _age(obj, now),
        ",".join(f"{key}={value}" for key, value in sorted(selector.items())) or NONE,
    ]


def _service_port(port: Object) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node}/{port.get('protocol', 'TCP')}"


def _endpoints(obj: Object, now: datetime) -> list[object]:
    places = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    shown = ",".join(places[:_SHOWN])
    if len(places) > _SHOWN:
        shown += f" + {len(places) - _SHOWN} more..."
    return [_name(obj), shown or NONE, _age(obj, now)]


def _endpoint_slice(obj: Object, now: datetime) -> list[object]:
    addresses = [item["addresses"][0] for item in obj["endpoints"]]
    shown = ",".join(addresses[:_SHOWN])
    if len(addresses) > _SHOWN:
        shown += f" + {len(addresses) - _SHOWN} more..."
    ports = ",".join(str(port["port"]) for port in obj["ports"])
    return [_name(obj), obj["addressType"], ports or "<unset>", shown or "<unset>", _age(obj, now)]


def _event(obj: Object, now: datetime) -> list[object]:
    involved, source = obj.get("involvedObject") or {}, obj.get("source") or {}
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    last = obj.get("lastTimestamp") or first
    reporter = source.get("component") or obj.get("reportingComponent") or ""
    return [
        durations.age(last, now),
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{involved.get('kind', '').lower()}/{involved.get('name', '')}",
        involved.get("fieldPath", ""),
        f"{reporter}, {source['host']}" if source.get("host") else reporter,
        str(obj.get("message", "")).strip(),
        durations.age(first, now),
        obj.get("count") or 1,
        _name(obj),
    ]


def _node(obj: Object, now: datetime) -> list[object]:
    status = obj.get("status") or {}
    info = status.get("nodeInfo") or {}
    conditions = {item.get("type"): item.get("status") for item in status.get("conditions") or ()}
    word = {"True": "Ready", "False": "NotReady"}.get(str(conditions.get("Ready")), "Unknown")
    if obj["spec"].get("unschedulable"):
        word += ",SchedulingDisabled"
    addresses = {item.get("type"): item.get("address") for item in status.get("addresses") or ()}
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    roles = sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))
    return [
        _name(obj),
        word,
        ",".join(roles) or NONE,
        _age(obj, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _config_map(obj: Object, now: datetime) -> list[object]:
    size = len(obj.get("data") or {}) + len(obj.get("binaryData") or {})
    return [_name(obj), size, _age(obj, now)]


def _resource_quota(obj: Object, now: datetime) -> list[object]:
    status = obj.get("status") or {}
    granted, used = status.get("hard") or {}, status.get("used") or {}
    cells: dict[bool, list[str]] = {False: [], True: []}
    for name in sorted(granted):
        text = f"{name}: {used.get(name, 0)}/{granted[name]}"
        cells[name.startswith("limits.")].append(text)
    return [_name(obj), ", ".join(cells[False]), ", ".join(cells[True]), _age(obj, now)]


def _namespace(obj: Object, now: datetime) -> list[object]:
    return [_name(obj), (obj.get("status") or {}).get("phase", "Active"), _age(obj, now)]


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _age(obj: Object, now: datetime) -> str:
    return durations.age(obj["metadata"].get("creationTimestamp"), now)


def _template(obj: Object) -> list[object]:
    containers = ((obj["spec"].get("template") or {}).get("spec") or {}).get("containers") or ()
    return [
        ",".join(container["name"] for container in containers),
        ",".join(container["image"] for container in containers),
        selectors.spec_text(obj["spec"].get("selector") or {}),
    ]


def _count(name: str) -> Column:
    return Column(name, "integer")


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "Pod": Layout(
            (
                NAME,
                Column("Ready"),
                Column("Status"),
                Column("Restarts"),
                AGE,
                *wide("IP", "Node", "Nominated Node", "Readiness Gates"),
            ),
            _pod,
        ),
        "Deployment": Layout(
            (
                NAME,
                Column("Ready"),
                Column("Up-to-date"),
                Column("Available"),
                AGE,
                *_TEMPLATE,
            ),
            _deployment,
        ),
        "ReplicaSet": Layout(
            (NAME, _count("Desired"), _count("Current"), _count("Ready"), AGE, *_TEMPLATE),
            _replicaset,
        ),
        "Service": Layout(
            (
                NAME,
                Column("Type"),
                Column("Cluster-IP"),
                Column("External-IP"),
                Column("Port(s)"),
                AGE,
                *wide("Selector"),
            ),
            _service,
        ),
        "Endpoints": Layout((NAME, Column("Endpoints"), AGE), _endpoints),
        "EndpointSlice": Layout(
            (NAME, Column("AddressType"), Column("Ports"), Column("Endpoints"), AGE),
            _endpoint_slice,
        ),
        "Event": Layout(
            (
                Column("Last Seen"),
                Column("Type"),
                Column("Reason"),
                Column("Object"),
                *wide("Subobject", "Source"),
                Column("Message"),
                *wide("First Seen", "Count"),
                Column("Name", priority=1, format="name"),
            ),
            _event,
        ),
        "Node": Layout(
            (
                NAME,
                Column("Status"),
                Column("Roles"),
                AGE,
                Column("Version"),
                *wide("Internal-IP", "External-IP", "OS-Image", "Kernel-Version"),
                *wide("Container-Runtime"),
            ),
            _node,
        ),
        "ConfigMap": Layout((NAME, Column("Data"), AGE), _config_map),
        "ResourceQuota": Layout((NAME, Column("Request"), Column("Limit"), AGE), _resource_quota),
        "Namespace": Layout((NAME, Column("Status"), AGE), _namespace),
        **availability_columns.LAYOUTS,
    }
)
"""The table of each kind, by its name."""
