"""Where saved requests fail, beside a picture of the cluster and without any from before."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.names import Names
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.traces import calls as trees
from sre_agent.diagnosis.traces import failures, orphans
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry.spans import Span

NOT_NORMAL = 0.1
"""The share of requests that fails at hardly any service that is well."""
FEWEST = 3
"""Failures; fewer happen by chance."""
FEWEST_WELL = 5
"""Requests that went well; with fewer the failing ones may have been picked by whoever saved them."""
LOOK_BACK = timedelta(hours=1)
"""What began longer before the picture of the cluster was taken says nothing of how it is now."""


def propose(view: View, spans: Sequence[Span]) -> Iterator[Hypothesis]:
    """Suspect each known workload at which a good part of the requests begins to fail."""
    since_s = (view.snapshot.taken_at - LOOK_BACK).timestamp()
    forest = trees.build(span for span in spans if span.start_s >= since_s)
    silent = orphans.find(forest, orphans.usual_callees(forest))
    found = failures.count(forest, silent)
    names = _names(view)
    for service in sorted(found.begun):
        failed = found.begun[service]
        asked = max(failed, found.asked.get(service, 0))
        ref = names.resolve(_namespace(view), service)
        if ref is None or failed < FEWEST or failed < NOT_NORMAL * asked:
            continue
        said = f": {found.messages[service]}" if found.messages.get(service) else ""
        statement = f"{failed} of {asked} saved requests fail at {ref.name}{said}"
        suspect = Suspect(FaultClass.APPLICATION_ERROR, ref)
        ids = sorted({span.source for span in forest.spans.values()})
        weight = weights.LIKELY if asked - failed >= FEWEST_WELL else weights.TOO_EARLY_TO_TELL
        finding = suspect.speaks_for("traces.begins_there", weight, statement, ids)
        yield Hypothesis(suspect.fault_class, ref, statement, (finding,))


def _names(view: View) -> Names:
    behind: dict[tuple[str, str], ObjectRef] = {}
    for service in view.services.values():
        for ref in view.behind(service)[:1]:
            behind[service.meta.ref.namespace, service.meta.ref.name] = ref
    return Names(frozenset(view.workloads), behind)


def _namespace(view: View) -> str:
    """Return the namespace of most workloads, the first by name of several."""
    places = [ref.namespace for ref in view.workloads]
    return min(sorted(set(places)), key=lambda place: -places.count(place), default="")
