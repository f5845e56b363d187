"""The frozen answers of a case's tools, sorted into what each tells of."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache, partial

from backend.evals.folders import UnreadableSetError
from backend.evals.suite import Json
from sre_agent.domain.cluster.network import Call, Connectivity
from sre_agent.domain.cluster.nodes import NodeService
from sre_agent.domain.cluster.snapshot import ContainerLog
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl import Question, kind_of

Cache = Mapping[str, Json]
_ALL = '"name":""'
_CHOSEN = '"label_selector"'
_LABELLED = frozenset({"Pod", "Service", "PersistentVolume", "PersistentVolumeClaim"})
"""The kinds whose labels matter and are in no other answer that is read."""
_BRANCHES = ("├── ", "└── ")


def by_tool(cache: Cache) -> Mapping[str, Cache]:
    """Return the answers by the tool that gave them: of thousands, most readers want a few."""
    found = defaultdict[str, dict[str, Json]](dict)
    for key, answer in cache.items():
        found[key.partition(":")[0]][key] = answer
    return found


def questions(cache: Cache) -> dict[Question, str]:
    """Return what kubectl was asked for and answered; of each kind the widest tables."""
    texts: dict[Question, str] = {}
    plain: dict[Question, str] = {}
    for _, arguments, answer in _asked(cache, "DescribeResource:"):
        texts.setdefault(_question("describe", arguments), answer)
    for _, arguments, answer in _asked(cache, "GetResources:", _is_of_all):
        asked = _question("get", arguments)
        if asked.output != "labels" or asked.kind in _LABELLED:
            (texts if asked.output else plain)[asked] = answer
    wide = {(asked.kind, asked.namespace) for asked in texts if asked.output == "wide"}
    texts.update(
        (asked, answer)
        for asked, answer in plain.items()
        if (asked.kind, asked.namespace) not in wide
    )
    return texts


def _anything(key: str) -> bool:
    return bool(key)


def _is_of_all(key: str) -> bool:
    return _ALL in key and _CHOSEN not in key


def _asked(
    cache: Cache, tool: str, is_wanted: Callable[[str], bool] = _anything
) -> Iterator[tuple[str, Json, str]]:
    """Yield each text a tool answered, with its key and the arguments in it: parsed all at once."""
    keys = [key for key in cache if key.startswith(tool) and is_wanted(key)]
    arguments = json.loads(f"[{','.join(key[len(tool) :] for key in keys)}]")
    for key, asked in zip(keys, arguments, strict=True):
        answer = cache[key]
        if isinstance(answer, str):
            yield key, asked, answer


def _question(verb: str, arguments: Json) -> Question:
    word = arguments["resource_type"]
    output = "wide" if arguments.get("output_wide") else ""
    return Question(
        verb=verb,
        kind=kind_of(word) or word,
        name=arguments.get("name", ""),
        namespace=arguments.get("namespace", ""),
        output="labels" if arguments.get("show_labels") else output,
    )


def taken_at(cache: Cache) -> datetime:
    """Return when the answers were frozen; its zone is the one of the times inside them.

    Raises:
        UnreadableSetError: The case does not say when.
    """
    said = str(cache.get("collection_timestamp"))
    try:
        written = datetime.fromisoformat(said)
    except ValueError as error:
        raise UnreadableSetError(f"collection_timestamp is {said}, which is no time") from error
    return (written if written.tzinfo else written.replace(tzinfo=zone(cache))).astimezone(UTC)


def zone(cache: Cache) -> timezone:
    """Return the time zone in which the case's times are written."""
    for key, answer in cache.items():
        if not key.startswith("DescribeResource") or not isinstance(answer, str):
            continue
        at = answer.find("\nStart Time:")
        if at >= 0:
            offset = answer[at + 1 :].partition("\n")[0].split()[-1]
            sign = 1 if offset[0] == "+" else -1
            return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])))
    return UTC


def connectivity(cache: Cache) -> Iterator[Connectivity]:
    """Yield each attempt to reach a Service, from one node or from nowhere in particular."""
    for key, asked, answer in _asked(cache, "CheckServiceConnectivity:"):
        service = ObjectRef(
            kind="Service", namespace=asked["namespace"], name=asked["service_name"]
        )
        _, *parts = f"\n{answer}".split("\nDebug Pod test results deployed on ")
        for part in parts or [f": {answer}"]:
            node, _, said = part.partition(": ")
            yield Connectivity(
                service=service,
                port=int(asked["port"]),
                source=EvidenceId(key),
                is_open="Succeeded" in said,
                from_node=node,
                to_ip=said.partition("(")[2].partition(":")[0],
                said=said.strip(),
            )


def node_services(cache: Cache) -> Iterator[NodeService]:
    """Yield the state of each service of a node's system."""
    for key, asked, answer in _asked(cache, "CheckNodeServiceStatus:"):
        status, _, lines = answer.partition("\n\n")
        active = status.partition("Active: ")[2].partition("\n")[0]
        yield NodeService(
            node=asked["node_name"],
            name=asked["service_name"],
            source=EvidenceId(key),
            is_active=active.startswith("active"),
            said=active or status[:200],
            lines=tuple(lines.splitlines()[-20:]),
        )


def calls(cache: Cache, namespace: str) -> Iterator[Call]:
    """Yield who calls whom, from the first level of each service's tree."""
    named = lru_cache(maxsize=None)(partial(ObjectRef.deployment, namespace))
    for key, asked, answer in _asked(cache, "GetServiceDependencies:"):
        caller = named(asked["service_name"])
        tree = answer.partition("[Downstream (Calls)]:")[2]
        for line in tree.splitlines():
            if line.startswith(_BRANCHES):
                callee = named(line[4:].split()[0])
                yield Call(caller=caller, callee=callee, source=EvidenceId(key))


def error_logs(cache: Cache, namespace: str) -> Iterator[ContainerLog]:
    """Yield what each service's log has of errors, by container where that is told."""
    for key, answer in cache.items():
        if answer and key.startswith("GetErrorLogs:"):
            asked = json.loads(key.partition(":")[2])
            for container, lines in _parts(answer):
                if lines:
                    yield ContainerLog(
                        namespace=namespace,
                        pod=asked["service_name"],
                        container="" if container in _NO_CONTAINER else container,
                        source=EvidenceId(key),
                        lines=lines,
                        is_previous=container == _PREVIOUS,
                    )


def whole_logs(written: Mapping[str, Json], namespace: str) -> Iterator[ContainerLog]:
    """Yield the last lines of each service's log."""
    for service, text in written.items():
        lines = text.splitlines() if isinstance(text, str) else [str(line) for line in text]
        if lines:
            yield ContainerLog(
                namespace=namespace,
                pod=service,
                container="",
                source=EvidenceId(f"logs of {service}"),
                lines=tuple(lines[-_LAST:]),
            )


_PREVIOUS = "previous"
_NO_CONTAINER = frozenset({"", "app", _PREVIOUS})
_LAST = 200


def _parts(answer: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines by container: a text, patterns with samples, or lists by container."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            yield "", tuple(answer.splitlines())
            return
    if isinstance(answer, list):
        yield "", _lines(answer)
    elif "patterns" in answer:
        yield "", _lines([item["sample"] for item in answer["patterns"]])
    else:
        for container in sorted(answer):
            if isinstance(answer[container], list):
                yield container, _lines(answer[container])


def _lines(texts: list[Json]) -> tuple[str, ...]:
    return tuple(line for text in texts for line in str(text).splitlines())
