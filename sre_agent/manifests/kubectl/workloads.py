"""Reading Deployments, ReplicaSets, StatefulSets and DaemonSets."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from sre_agent.domain.cluster.meta import Meta, Requirement, Selector
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl import makers
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed, reference
from sre_agent.manifests.kubectl.conditions import conditions
from sre_agent.manifests.kubectl.outline import Block, outline
from sre_agent.manifests.kubectl.tables import number, ratio
from sre_agent.manifests.kubectl.templates import pod_spec
from sre_agent.manifests.kubectl.times import moment

_TEMPLATE = "\nPod Template:"
_REVISION = "deployment.kubernetes.io/revision"


def deployments(answers: Answers) -> tuple[Workload, ...]:
    """Return the Deployments."""
    return _each(answers, "Deployment")


def statefulsets(answers: Answers) -> tuple[Workload, ...]:
    """Return the StatefulSets."""
    return _each(answers, "StatefulSet")


def daemonsets(answers: Answers) -> tuple[Workload, ...]:
    """Return the DaemonSets."""
    return _each(answers, "DaemonSet")


def _each(answers: Answers, kind: str) -> tuple[Workload, ...]:
    return tuple(
        _workload(answers, kind, key, row, description)
        for key, row, description in answers.each(kind)
    )


def _workload(
    answers: Answers, kind: str, key: Key, row: Listed | None, description: Described | None
) -> Workload:
    meta = answers.meta(kind, key, row, description)
    rest, template_text = _parted(description.text) if description else ("", "")
    if row and template_text and _is_well(row):
        template, template_labels = _template(template_text)
        listed = _only_listed(meta, row)
        return replace(listed, template=template, template_labels=template_labels)
    block = outline(rest)
    if not block.blocks:
        return _only_listed(meta, row)
    template, template_labels = _template(template_text)
    counts = _counts(block)
    ready = ratio(row.told("READY"))[0] if row and "/" in row.told("READY") else None
    return Workload(
        meta=_meta(meta, block),
        selector=selector(block.get("Selector")),
        template=template,
        template_labels=template_labels,
        desired=counts.get("desired"),
        current=counts.get("total", counts.get("current", 0)),
        updated=counts.get("updated", 0),
        ready=counts.get("ready", counts.get("available", 0)) if ready is None else ready,
        available=counts.get("available", counts.get("ready", 0)),
        misscheduled=counts.get("misscheduled", 0),
        conditions=conditions(block.find("Conditions")),
        is_paused=_is_paused(block),
        revision=block.find("Annotations").annotations().get(_REVISION, ""),
    )


def _is_well(row: Listed) -> bool:
    """Return whether a table says all there is to say: nothing is asked for that is not there."""
    ready, wanted = ratio(row.told("READY"))
    settled = number(row.told("UP-TO-DATE")) == number(row.told("AVAILABLE")) == wanted
    return 0 < ready == wanted and settled and bool(row.told("SELECTOR"))


def _parted(text: str) -> tuple[str, str]:
    """Return a description without its pod template, and the template."""
    start = text.find(_TEMPLATE)
    if start < 0:
        return text, ""
    end = start + len(_TEMPLATE)
    while (end := text.find("\n", end)) >= 0 and text[end + 1 : end + 2] in (" ", "\n"):
        end += 1
    return (
        (text[:start] + text[end:], text[start:end]) if end >= 0 else (text[:start], text[start:])
    )


@lru_cache(maxsize=2048)
def _template(text: str) -> tuple[PodSpec, Mapping[str, str]]:
    """Return what a template asks for, and its labels; templates stay the same for weeks."""
    block = outline(text).find("Pod Template")
    return pod_spec(block), MappingProxyType(block.find("Labels").labels())


def _meta(meta: Meta, block: Block) -> Meta:
    kind, _, name = block.get("Controlled By").partition("/")
    owner = reference(kind, meta.ref.namespace, name) if name else None
    return replace(
        meta,
        labels=block.find("Labels").labels(),
        annotations=block.find("Annotations").annotations(),
        created_at=moment(block.get("CreationTimestamp")) or meta.created_at,
        owners=(owner,) if owner else (),
    )


def _is_paused(block: Block) -> bool:
    return any(
        item.type == "Progressing" and item.reason == "DeploymentPaused"
        for item in conditions(block.find("Conditions"))
    )


def _counts(block: Block) -> dict[str, int]:
    """Return the numbers of `Replicas: 1 desired | 0 updated …` and what DaemonSets say instead."""
    found = dict[str, int]()
    for part in block.get("Replicas").replace("/", "|").split("|"):
        count, _, name = part.strip().partition(" ")
        if count.isdigit():
            found[name.strip()] = int(count)
    for key, name in _DAEMON_COUNTS:
        if count := block.get(key):
            found[name] = number(count)
    pods = block.get("Pods Status")
    if pods and "ready" not in found and "available" not in found:
        found["ready"] = number(pods.partition(" ")[0])
    return found


_DAEMON_COUNTS = (
    ("Desired Number of Nodes Scheduled", "desired"),
    ("Current Number of Nodes Scheduled", "current"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updated"),
    ("Number of Nodes Scheduled with Available Pods", "available"),
    ("Number of Nodes Misscheduled", "misscheduled"),
)


def selector(text: str) -> Selector:
    """Return a selector written `a=b,c in (d,e),!f`."""
    labels, expressions = dict[str, str](), list[Requirement]()
    for part in _terms(text):
        if " in (" in part or " notin (" in part:
            operator = "NotIn" if " notin (" in part else "In"
            key, _, values = part.partition(" notin (" if operator == "NotIn" else " in (")
            expressions.append(
                Requirement(key=key, operator=operator, values=tuple(values.rstrip(")").split(",")))
            )
        elif "=" in part:
            key, _, value = part.partition("=")
            labels[key] = value.lstrip("=")
        elif part:
            operator = "DoesNotExist" if part.startswith("!") else "Exists"
            expressions.append(Requirement(key=part.lstrip("!"), operator=operator))
    return Selector(labels=labels, expressions=tuple(expressions))


def _terms(text: str) -> list[str]:
    """Part a selector at the commas that stand in no brackets."""
    if "(" not in text:
        return [part.strip() for part in text.split(",")]
    found, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append(text[start:at].strip())
            start = at + 1
    found.append(text[start:].strip())
    return found


def _only_listed(meta: Meta, row: Listed | None) -> Workload:
    told = row or Listed({}, meta.source)
    ready, desired = ratio(told.told("READY"))
    if "/" not in told.told("READY"):
        ready, desired = number(told.told("READY")), number(told.told("DESIRED"))
    chosen = selector(told.told("SELECTOR"))
    return Workload(
        meta=meta,
        selector=chosen,
        template_labels=chosen.labels,
        desired=desired,
        current=number(told.told("CURRENT")) or ready,
        updated=number(told.told("UP-TO-DATE")),
        ready=ready,
        available=number(told.told("AVAILABLE")) or ready,
    )


def replicasets(answers: Answers, owned: tuple[Workload, ...]) -> tuple[Workload, ...]:
    """Return the ReplicaSets: in full those that are not as they should be.

    Args:
        answers: what was read.
        owned: the Deployments, whose template the newest ReplicaSet of each has.
    """
    listed, described = answers.listed("ReplicaSet"), answers.described("ReplicaSet")
    newest = _newest(answers, owned)
    found: list[Workload] = []
    for key in sorted(set(listed) | set(described)):
        row, owner = listed.get(key), newest.get(key)
        if row and owner and row.told("DESIRED") == row.told("READY"):
            item = _only_listed(answers.meta("ReplicaSet", key, row, None), row)
            found.append(
                replace(
                    item,
                    meta=replace(item.meta, owners=(owner.meta.ref,)),
                    template=owner.template,
                    revision=owner.revision,
                )
            )
        else:
            item = _workload(answers, "ReplicaSet", key, row, described.get(key))
            if key not in described:
                owners = makers.of("ReplicaSet", *key, [each.meta.ref for each in owned])
                item = replace(item, meta=replace(item.meta, owners=owners))
            found.append(item)
    return tuple(found)


def _newest(answers: Answers, owned: tuple[Workload, ...]) -> dict[Key, Workload]:
    by_ref: dict[ObjectRef, Workload] = {item.meta.ref: item for item in owned}
    found = dict[Key, Workload]()
    for key, description in answers.described("Deployment").items():
        text, owner = description.text, by_ref.get(reference("Deployment", *key))
        at = text.rfind("\nNewReplicaSet:")
        if at >= 0 and owner:
            name = text[at + 15 : text.find("\n", at + 1)].strip().partition(" ")[0]
            found[key[0], name] = owner
    return found
