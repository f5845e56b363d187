"""Which Deployments and ReplicaSets may exist, and how they may change."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.lab.cluster import name_rules, pod_rules, selector_rules, selectors
from infrastructure.lab.cluster.container_rules import at_least
from infrastructure.lab.cluster.errors import Cause, forbidden_field, missing, unsupported, wrong
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]

_STRATEGIES = ("Recreate", "RollingUpdate")
_PERCENT = re.compile(r"[0-9]+%")
_PERCENT_RULE = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
    "'93%', regex used for validation is '[0-9]+%')"
)


def workload(kind: Kind, obj: Object) -> list[Cause]:
    """Return the complaints about a Deployment or a ReplicaSet."""
    spec = obj.get("spec") or {}
    causes = at_least(spec, "replicas", 0, "spec") + at_least(spec, "minReadySeconds", 0, "spec")
    causes += _selection(kind, spec)
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    causes += name_rules.labels(labels, "spec.template.labels")
    causes += pod_rules.spec(template.get("spec") or {}, "spec.template.spec", ("Always",))
    if kind.name == "Deployment":
        causes += _rollout(spec)
    return causes


def change(new: Object, old: Object) -> list[Cause]:
    """Return the complaints about how a workload changes."""
    before, after = old["spec"].get("selector"), new["spec"].get("selector")
    return [] if before == after else [wrong("spec.selector", after, "field is immutable")]


def _selection(kind: Kind, spec: Object) -> list[Cause]:
    selector = spec.get("selector")
    if selector is None:
        return [missing("spec.selector")]
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        text = f"empty selector is invalid for {kind.singular}"
        return [wrong("spec.selector", selector, text)]
    causes = selector_rules.label_selector(selector, "spec.selector")
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    if not causes and not selectors.spec_matches(selector, labels):
        text = "`selector` does not match template `labels`"
        causes.append(wrong("spec.template.metadata.labels", labels, text))
    return causes


def _rollout(spec: Object) -> list[Cause]:
    causes = at_least(spec, "revisionHistoryLimit", 0, "spec")
    causes += at_least(spec, "progressDeadlineSeconds", 0, "spec")
    deadline, ready = spec.get("progressDeadlineSeconds", 0), spec.get("minReadySeconds", 0)
    if not causes and deadline <= ready:
        text = "must be greater than minReadySeconds"
        causes.append(wrong("spec.progressDeadlineSeconds", deadline, text))
    strategy = spec.get("strategy") or {}
    kind = strategy.get("type", "")
    if kind not in _STRATEGIES:
        return [*causes, unsupported("spec.strategy.type", kind, _STRATEGIES)]
    if kind == "Recreate" and strategy.get("rollingUpdate") is not None:
        text = "may not be specified when strategy `type` is 'Recreate'"
        return [*causes, forbidden_field("spec.strategy.rollingUpdate", text)]
    return causes + _rolling(strategy.get("rollingUpdate") or {})


def _rolling(rolling: Object) -> list[Cause]:
    place = "spec.strategy.rollingUpdate"
    causes: list[Cause] = []
    for name in ("maxUnavailable", "maxSurge"):
        value = rolling.get(name, 0)
        if isinstance(value, int):
            causes += at_least(rolling, name, 0, place)
        elif not _PERCENT.fullmatch(value):
            causes.append(wrong(f"{place}.{name}", value, _PERCENT_RULE))
    if (
        not causes
        and rolling
        and all(_is_nothing(rolling.get(name, 0)) for name in ("maxUnavailable", "maxSurge"))
    ):
        text = "may not be 0 when `maxSurge` is 0"
        causes.append(wrong(f"{place}.maxUnavailable", rolling.get("maxUnavailable", 0), text))
    return causes


def _is_nothing(value: object) -> bool:
    return value in {0, "0%"}
