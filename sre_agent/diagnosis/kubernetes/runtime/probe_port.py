"""Probes that ask at a port where nobody listens."""

import re
from collections.abc import Collection, Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.runtime import probing
from sre_agent.diagnosis.kubernetes.runtime.probing import ProbeFailure
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_CLASSES = {
    "liveness": FaultClass.LIVENESS_PROBE_WRONG_PORT,
    "readiness": FaultClass.READINESS_PROBE_WRONG_PORT,
    "startup": FaultClass.STARTUP_PROBE_WRONG_PORT,
}
_LISTENS = re.compile(
    r"(?:listening|listen|started|serving|server|running)\b.{0,60}?(?:port[ =:(]*|:)(\d{2,5})\b",
    re.IGNORECASE,
)
_PORT_VARIABLE = re.compile(r"^(?:[A-Z]+_)?(?:LISTEN_|SERVER_|HTTP_|GRPC_)?PORT$")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a probe that gets no answer at a port which its pod does not offer."""
    for failure in probing.failures(view):
        if failure.probe.handler == "exec" or failure.probe.path.startswith(probing.REWRITTEN):
            continue
        if failure.port is None:
            yield _unnamed(failure)
        elif failure.got_no_answer:
            yield from _undeclared(view, failure, failure.port)


def _unnamed(failure: ProbeFailure) -> Hypothesis:
    names = ", ".join(sorted(item.name for item in failure.container.ports if item.name)) or "none"
    statement = (
        f"the {failure.kind} probe of {failure.container.name} asks at the port named "
        f"{failure.probe.port!r}, but the container names {names}"
    )
    suspect = Suspect(_CLASSES[failure.kind], failure.workload)
    mended = _mended(failure, {item.number for item in failure.container.ports})
    return cause(suspect, "probes.port_name", weights.POD_STATE, statement, failure.ids, **mended)


def _undeclared(view: View, failure: ProbeFailure, port: int) -> Iterator[Hypothesis]:
    offered = probing.declared_ports(failure.pod) or _heard_of(view, failure)
    if not offered or port in offered:
        return
    known = ", ".join(str(item) for item in sorted(offered))
    statement = (
        f"the {failure.kind} probe of {failure.container.name} asks at port {port}, where nobody "
        f"answers; the pod offers {known}: {failure.message[:120]}"
    )
    other = failure.other
    other_port = probing.port_of(other, failure.container) if other else None
    weight = weights.CONTRADICTION_SEEN
    if other_port == port:
        weight = weights.WORDS_IN_PASSING
    elif other_port in offered:
        weight = weights.POD_STATE
        statement += f"; its other probe asks at {other_port}"
    yield cause(
        Suspect(_CLASSES[failure.kind], failure.workload),
        "probes.port_not_offered",
        weight,
        statement,
        failure.ids,
        container=failure.container.name,
        port=port,
        offered=known,
        **_mended(failure, {item.number for item in failure.container.ports} & offered),
    )


def _mended(failure: ProbeFailure, offered: Collection[int]) -> dict[str, Fact]:
    """Return the port to ask at, where the container itself declares a single one."""
    if len(offered) != 1:
        return {}
    return {
        "probed_container": failure.container.name,
        "probe": failure.kind,
        "probe_port_now": str(failure.probe.port),
        "probe_port_new": str(next(iter(offered))),
    }


def _heard_of(view: View, failure: ProbeFailure) -> frozenset[int]:
    """Return the ports that a container which declares none listens at, by its own account."""
    env = {
        int(item.value)
        for item in failure.container.env
        if item.value and item.value.isdigit() and _PORT_VARIABLE.match(item.name)
    }
    logs = view.logs_of.get(failure.workload, ())
    said = {
        int(found[1]) for log in logs for line in log.lines for found in _LISTENS.finditer(line)
    }
    return frozenset(env | said)
