"""Reading what a namespace allows and holds: quotas, ranges, configuration and accounts."""

from collections.abc import Iterator

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.rules import (
    Binding,
    ConfigMap,
    LimitRange,
    Quota,
    Secret,
    ServiceAccount,
)
from sre_agent.manifests.kubectl.amounts import quantity
from sre_agent.manifests.kubectl.answers import Answers, Described, Listed
from sre_agent.manifests.kubectl.outline import outline, top_lines

_Found = Iterator[tuple[Meta, Listed | None, Described | None]]


def _each(answers: Answers, kind: str) -> _Found:
    for key, row, description in answers.each(kind):
        yield answers.meta(kind, key, row, description), row, description


def quotas(answers: Answers) -> tuple[Quota, ...]:
    """Return the ResourceQuotas."""
    return tuple(_quota(*found) for found in _each(answers, "ResourceQuota"))


def _quota(meta: Meta, row: Listed | None, description: Described | None) -> Quota:
    hard, used = dict[str, float](), dict[str, float]()
    for resource, now, bound in _used(row, description):
        in_use, most = quantity(now), quantity(bound)
        if in_use is not None and most is not None:
            used[resource], hard[resource] = in_use, most
    return Quota(meta=meta, hard=hard, used=used)


def _used(row: Listed | None, description: Described | None) -> Iterator[tuple[str, str, str]]:
    if description:
        _, _, table = description.text.partition("--\n")
        for line in table.split("\n"):
            words = line.split()
            if len(words) == 3:
                yield words[0], words[1], words[2]
    elif row:
        for column in ("REQUEST", "LIMIT"):
            for part in row.told(column).split(","):
                resource, _, numbers = part.strip().partition(": ")
                used, _, hard = numbers.partition("/")
                yield resource, used, hard


def limit_ranges(answers: Answers) -> tuple[LimitRange, ...]:
    """Return the LimitRanges."""
    return tuple(_range(meta, description) for meta, _, description in _each(answers, "LimitRange"))


def _range(meta: Meta, description: Described | None) -> LimitRange:
    """Read rows `Container  cpu  100m  2  …`: the kind, the resource, the least and the most."""
    least, most = dict[tuple[str, str], float](), dict[tuple[str, str], float]()
    _, _, table = description.text.partition("--\n") if description else ("", "", "")
    for line in table.split("\n"):
        words = line.split()
        if len(words) < 4:
            continue
        kind, resource = words[0], words[1]
        for bounds, text in ((least, words[2]), (most, words[3])):
            value = quantity(text)
            if value is not None:
                bounds[kind, resource] = value
    return LimitRange(meta=meta, minimum=least, maximum=most)


def configmaps(answers: Answers) -> tuple[ConfigMap, ...]:
    """Return the ConfigMaps, with their short values."""
    return tuple(
        _configmap(meta, description) for meta, _, description in _each(answers, "ConfigMap")
    )


def _configmap(meta: Meta, description: Described | None) -> ConfigMap:
    data = _data(description.text) if description else {}
    return ConfigMap(meta=meta, keys=tuple(data), data=data)


_LONGEST = 65_536
"""Letters of a value that are kept: routes of a gateway are long, and what is cut off is missing."""


def _data(text: str) -> dict[str, str]:
    """Return the entries, each `key:` over `----` over its value."""
    lines = text.partition("\nData\n====\n")[2].split("\n")
    starts = [at for at, line in enumerate(lines) if line == "----" and at]
    found = dict[str, str]()
    for index, at in enumerate(starts):
        key = lines[at - 1].removesuffix(":")
        end = starts[index + 1] - 1 if index + 1 < len(starts) else len(lines)
        value = "\n".join(lines[at + 1 : end]).partition("\n\nBinaryData\n====")[0]
        found[key] = value.strip("\n")[:_LONGEST]
    return found


def secrets(answers: Answers) -> tuple[Secret, ...]:
    """Return the Secrets: their keys, never a value."""
    return tuple(
        Secret(
            meta=meta,
            type=row.told("TYPE") if row else "",
            keys=_secret_keys(description.text) if description else (),
        )
        for meta, row, description in _each(answers, "Secret")
    )


def _secret_keys(text: str) -> tuple[str, ...]:
    lines = text.partition("\nData\n====\n")[2].split("\n")
    return tuple(line.partition(":")[0] for line in lines if line.endswith(" bytes"))


def service_accounts(answers: Answers) -> tuple[ServiceAccount, ...]:
    """Return the ServiceAccounts."""
    return tuple(
        ServiceAccount(meta=meta, image_pull_secrets=_pull_secrets(description))
        for meta, _, description in _each(answers, "ServiceAccount")
    )


def _pull_secrets(description: Described | None) -> tuple[str, ...]:
    named = top_lines(description.text).get("Image pull secrets", "") if description else ""
    return tuple(part.removesuffix(" (not found)") for part in named.split("\n") if part)


def bindings(answers: Answers) -> tuple[Binding, ...]:
    """Return the RoleBindings and ClusterRoleBindings."""
    return tuple(
        _binding(meta, row, description)
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for meta, row, description in _each(answers, kind)
    )


def _binding(meta: Meta, row: Listed | None, description: Described | None) -> Binding:
    role = row.told("ROLE") if row else ""
    subjects: list[str] = []
    block = outline(description.text) if description else None
    for line in block.find("Subjects").blocks[2:] if block else ():
        kind, name, namespace = (*line.text.split(), "", "")[:3]
        subjects.append(f"{kind}/{namespace}/{name}")
    return Binding(meta=meta, role=role.rpartition("/")[2], subjects=tuple(subjects))
