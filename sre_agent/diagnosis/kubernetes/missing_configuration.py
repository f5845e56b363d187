"""Pods that cannot start, or die at once, because a setting, ConfigMap or Secret is not there."""

import re
from collections.abc import Iterator
from functools import partial

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import missing_variable, pods
from sre_agent.diagnosis.kubernetes.pods import Trouble
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Workload

REASONS = frozenset({"CreateContainerConfigError", "CreateContainerError"})
NOT_THERE = re.compile(
    r"(?:configmap|secret)s? \"[^\"]+\" not found|couldn'?t find key \S+ in|"
    r"references non-existent (?:config|secret) key",
    re.IGNORECASE,
)
COMPLAINT = re.compile(
    r"(?:missing|required|undefined|unset|not set|no value for)\b.{0,40}?"
    r"(?:environment variable|env(?:ironment)? var|variable|config(?:uration)?(?: key)?|setting)s?\b"
    r"[\s:='\"]*[A-Za-z_][\w.]*"
    r"|(?:environment variable|setting|config(?:uration)? key) \S+ (?:is )?"
    r"(?:missing|required|not set|not found|undefined)"
    r"|KeyError: '[A-Z][A-Z0-9]*_[A-Z0-9_]+'",
    re.IGNORECASE,
)
"""What programs write when they miss a setting, in the wordings of common libraries."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose containers lack something they are configured with."""
    for _, seen in pods.workloads(situation):
        stated = [*_waiting(seen.fact), *_unmounted(situation, seen.fact)]
        yield from pods.hypothesis(
            situation,
            FaultClass.MISSING_CONFIGURATION,
            seen,
            stated or complaining(situation, seen),
            weights.POD_STATE
            if stated
            else weights.POD_STATE_FROM_LOGS + weights.NEW_ERRORS_IN_LOGS,
            more=partial(_variable, seen.fact),
        )


def _variable(workload: Workload, trouble: Trouble) -> dict[str, Fact]:
    """Return the variable that is missing, where it is clear which."""
    declared = (item for item in workload.containers if item.name == trouble.container.name)
    container = next(declared, None)
    name = missing_variable.asked_for(trouble.detail, container)
    name = name or missing_variable.named_in(trouble.detail)
    return {"variable": name} if name else {}


def complaining(situation: Situation, seen: Seen[Workload]) -> Iterator[Trouble]:
    """Return the containers that keep dying while their pods write that a setting is missing."""
    for pod, container in pods.containers(seen.fact):
        ended = pods.last_end(situation, seen.fact.object, container)
        said = _complaint(situation, seen.fact, pod.name) if ended and ended.exit_code else ""
        if ended and ended.finished_at and said and not pod.ready:
            yield Trouble(pod, container, "it ends for want of a setting", said, ended.finished_at)


def _waiting(workload: Workload) -> Iterator[Trouble]:
    for pod, container in pods.containers(workload):
        is_named = container.reason == "CreateContainerConfigError"
        if container.reason in REASONS and (is_named or NOT_THERE.search(container.message)):
            yield Trouble(pod, container, container.reason, container.message, pod.created_at)


def _unmounted(situation: Situation, workload: Workload) -> Iterator[Trouble]:
    by_name = {pod.name: pod for pod in workload.pods if not pod.ready and pod.containers}
    for seen in situation.case.events:
        event, pod = seen.fact, by_name.get(seen.fact.object.name)
        is_mount = pod is not None and event.reason == "FailedMount"
        found = NOT_THERE.search(event.message) if is_mount else None
        if pod and found:
            yield Trouble(pod, pod.containers[0], event.reason, found[0], pod.created_at)


def _complaint(situation: Situation, workload: Workload, pod: str) -> str:
    """Return the words in which a pod, its logs or its last message, misses a setting."""
    case = situation.case
    lines = [line for seen in case.pod_logs if seen.fact.pod == pod for line in seen.fact.lines]
    patterns = case.patterns.get(workload.object)
    told = patterns.fact.patterns if patterns else ()
    lines += [pattern.sample for pattern in told if pod in pattern.pods]
    for line in lines:
        found = COMPLAINT.search(line)
        if found:
            return found[0]
    return ""
