"""Reading pods. One that is well, and whose template was read, is not read line by line."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.pods import ContainerStatus, Pod, PodSpec
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl import makers
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed, reference
from sre_agent.manifests.kubectl.conditions import conditions
from sre_agent.manifests.kubectl.containers import statuses
from sre_agent.manifests.kubectl.outline import Block, outline
from sre_agent.manifests.kubectl.tables import number, pairs, ratio
from sre_agent.manifests.kubectl.templates import pod_spec
from sre_agent.manifests.kubectl.times import age, moment

RECOVERED = timedelta(hours=1)
"""A pod that is ready, and did not restart for so long, is well."""
Templates = Mapping[ObjectRef, PodSpec]
_LOOP = "CrashLoopBackOff"
_PHASES = frozenset({"Running", "Pending", "Succeeded", "Failed", "Unknown"})
_PHASE_OF_STATUS = {
    "Completed": "Succeeded",
    "Error": "Running",
    "OOMKilled": "Running",
    _LOOP: "Running",
    "Terminating": "Running",
    "NotReady": "Running",
    "Evicted": "Failed",
}


def pods(
    answers: Answers, templates: Templates, known: Collection[ObjectRef] = ()
) -> tuple[Pod, ...]:
    """Return the pods; `templates` are those of the controllers that made them.

    Args:
        answers: what was read.
        templates: what the controllers' pods ask for, by controller.
        known: all controllers, for pods that are told of by a table alone.
    """
    return tuple(
        _pod(answers, key, row, description, templates, known)
        for key, row, description in answers.each("Pod")
    )


def _pod(
    answers: Answers,
    key: Key,
    row: Listed | None,
    description: Described | None,
    templates: Templates,
    known: Collection[ObjectRef],
) -> Pod:
    if description and description.text:
        owner = _controller(description.text, key[0])
        if row and owner and owner in templates and _is_well(row):
            return _well(answers, key, row, description, owner, templates[owner])
        return _full(answers, key, row, outline(description.text), description)
    return _only_listed(
        answers,
        key,
        row or Listed({}, description.source if description else answers.sources["Pod"]),
        known,
    )


def _is_well(row: Listed) -> bool:
    ready, wanted = ratio(row.told("READY"))
    return row.told("STATUS") == "Running" and ready == wanted and _is_calm(row.told("RESTARTS"))


def _is_calm(restarts: str) -> bool:
    """Return whether the last restart, as in `2 (8d ago)`, is long over or there never was one."""
    _, _, last = restarts.partition(" (")
    since = age(last.partition(" ")[0])
    return restarts == "0" or (since is not None and since >= RECOVERED)


def _controller(text: str, namespace: str) -> ObjectRef | None:
    at = text.find("\nControlled By:")
    if at < 0:
        return None
    kind, _, name = text[at + 15 : text.find("\n", at + 1)].strip().partition("/")
    return reference(kind, namespace, name) if name else None


def _well(
    answers: Answers,
    key: Key,
    row: Listed,
    description: Described,
    owner: ObjectRef,
    template: PodSpec,
) -> Pod:
    meta = Meta(
        ref=reference("Pod", *key),
        source=description.source,
        labels=pairs(row.told("LABELS")),
        created_at=answers.created_at(row),
        owners=(owner,),
    )
    running = tuple(
        ContainerStatus(name=item.name, image=item.image, ready=True, state="running")
        for item in template.containers
    )
    return Pod(
        meta=meta,
        spec=template,
        phase="Running",
        ip=row.told("IP"),
        node=row.told("NODE"),
        statuses=running,
        ready=True,
        started_at=meta.created_at,
    )


def _full(
    answers: Answers, key: Key, row: Listed | None, block: Block, description: Described
) -> Pod:
    owner = _controller(description.text, key[0])
    started = moment(block.get("Start Time"))
    status = block.get("Status")
    found = conditions(block.find("Conditions"))
    meta = Meta(
        ref=reference("Pod", *key),
        source=description.source,
        labels=block.find("Labels").labels(),
        annotations=block.find("Annotations").annotations(),
        created_at=answers.created_at(row) or started,
        deleted_at=answers.taken_at if status.startswith("Terminating") else None,
        owners=(owner,) if owner else (),
    )
    spec = pod_spec(block)
    return Pod(
        meta=meta,
        spec=spec,
        phase=status.partition(" ")[0],
        reason=block.get("Reason"),
        message=block.get("Message"),
        conditions=found,
        ip=block.get("IP"),
        node=spec.node_name,
        statuses=statuses(block),
        ready=any(item.type == "Ready" and item.status == "True" for item in found),
        started_at=started,
    )


def _only_listed(answers: Answers, key: Key, row: Listed, known: Collection[ObjectRef]) -> Pod:
    """Return what a table alone tells of a pod."""
    said = row.told("STATUS")
    ready, wanted = ratio(row.told("READY"))
    phase = said if said in _PHASES else _PHASE_OF_STATUS.get(said, "Pending")
    meta = replace(
        answers.meta("Pod", key, row, None),
        deleted_at=answers.taken_at if said == "Terminating" else None,
        owners=makers.of("Pod", *key, known),
    )
    return Pod(
        meta=meta,
        phase=phase,
        reason="" if said in _PHASES else said,
        ip=row.told("IP"),
        node=row.told("NODE"),
        statuses=_looping(row),
        ready=bool(wanted) and ready == wanted,
        started_at=meta.created_at,
    )


def _looping(row: Listed) -> tuple[ContainerStatus, ...]:
    """Return the container that ends again and again, whose name a table does not tell."""
    if row.told("STATUS") != _LOOP:
        return ()
    restarts = number(row.told("RESTARTS").partition(" ")[0])
    return (ContainerStatus(name="?", state="waiting", reason=_LOOP, restarts=restarts),)
