"""Containers that start, read the configuration they are given, and refuse it."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.config import references
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.rules import ConfigMap
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_SAID = re.compile(
    r"(?:invalid|bad|malformed|unknown|unrecogni[sz]ed|unsupported|illegal) "
    r"(?:\S+ ){0,2}?(?:config\w*|setting|directive|option|parameter|property)|"
    r"(?:error|fail\w*|unable|cannot|could not)[^\n]{0,40}"
    r"(?:pars|read|load|unmarshal|decod|validat)\w*[^\n]{0,40}(?:config|settings|properties|ya?ml|toml)|"
    r"config\w*[^\n]{0,30}(?:is invalid|error|test failed)|"
    r"(?:yaml|toml|json): line \d+|emerg\] .*\.conf:\d+",
    re.IGNORECASE,
)
_WORDS = (
    "config",
    "setting",
    "directive",
    "option",
    "parameter",
    "propert",
    "yaml",
    "toml",
    "json",
    ".conf",
    "yml",
)
"""One of these stands in every such line; to look for them is quicker."""
_RECENT = timedelta(hours=1)
"""A ConfigMap that was there for longer is no news to whoever fails now."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the configuration of each workload whose containers end with a complaint about it."""
    for owner, logs in view.logs_of.items():
        workload = view.workloads.get(owner)
        ill = [pod for pod in view.pods_of.get(owner, ()) if _ends(pod)]
        if workload is None or not ill:
            continue
        said = [(log, line) for log in logs for line in log.lines if _is_complaint(line)]
        if not said:
            continue
        given = _given(view, workload)
        new = [item for item in given if _is_new(view, workload, item)]
        weight = weights.CONTRADICTION + (weights.HINT if new else 0.0)
        named = f" of ConfigMap {(new or given)[0].meta.ref.name}" if given else ""
        ids: list[EvidenceId] = [log.source for log, _ in said]
        ids += [pod.meta.source for pod in ill] + [item.meta.source for item in given]
        yield cause(
            Suspect(FaultClass.BAD_CONFIG_CHANGE, owner),
            "config.rejected",
            weight if given else weights.HINT,
            f"{owner} ends because of its configuration{named}: {said[-1][1].strip()}",
            ids,
        )


def _is_complaint(line: str) -> bool:
    lower = line.lower()
    return any(word in lower for word in _WORDS) and bool(_SAID.search(line))


def _ends(pod: Pod) -> bool:
    return not pod.ready and any(item.restarts or item.ended for item in pod.statuses)


def _given(view: View, workload: Workload) -> list[ConfigMap]:
    names = {
        item.name for item in references.asked_for(workload.template) if item.kind == "ConfigMap"
    }
    namespace = workload.meta.ref.namespace
    return [
        item
        for item in view.snapshot.configmaps
        if item.meta.ref.namespace == namespace and item.meta.ref.name in names
    ]


def _is_new(view: View, workload: Workload, item: ConfigMap) -> bool:
    """Return whether a ConfigMap was made after its workload, and not long ago."""
    made, before = item.meta.created_at, workload.meta.created_at
    if made is None or before is None:
        return False
    return made > before and view.snapshot.taken_at - made < _RECENT
