"""Whether a suspect's pods show what such a fault does to pods: if not, it is missed."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.catalogue import Symptom
from sre_agent.domain.causes import Finding
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId

_OVER = frozenset({"Succeeded", "Failed"})


def weigh(board: Board, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak against a suspect none of whose expected symptoms is seen, though its pods are."""
    expects = board.entry(hypothesis).expects
    view, ref = board.view, hypothesis.object
    workload = view.workloads.get(ref)
    if not expects or workload is None or not view.knows_all("Pod"):
        return
    pods = tuple(pod for pod in view.pods_of.get(ref, ()) if pod.phase not in _OVER)
    if any(_shows(symptom, workload, pods) for symptom in expects):
        return
    yield Suspect(hypothesis.fault_class, ref).speaks_against(
        "symptoms.not_seen",
        weights.EXPECTED_NOT_SEEN,
        f"all {len(pods)} pods of {ref.name} run and are ready: nothing of it shows in them",
        sorted({workload.meta.source, *_sources(view, pods)}),
    )


def _sources(view: View, pods: Sequence[Pod]) -> Iterator[EvidenceId]:
    yield from (pod.meta.source for pod in pods[:1])
    listed = view.source("Pod")
    if listed:
        yield listed


def _shows(symptom: Symptom, workload: Workload, pods: Sequence[Pod]) -> bool:
    match symptom:
        case Symptom.UNREADY:
            return any(not pod.ready for pod in pods) or _is_short(workload, pods)
        case Symptom.PENDING:
            return any(pod.phase == "Pending" for pod in pods)
        case Symptom.RESTARTS:
            return any(status.restarts for pod in pods for status in pod.statuses)
        case Symptom.MISSING_PODS:
            return _is_short(workload, pods)


def _is_short(workload: Workload, pods: Sequence[Pod]) -> bool:
    return workload.desired is not None and len(pods) < workload.desired
