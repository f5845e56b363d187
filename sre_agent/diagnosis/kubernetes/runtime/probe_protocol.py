"""Probes that speak another protocol than the port they ask at."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.runtime import probing
from sre_agent.diagnosis.kubernetes.runtime.probing import ProbeFailure
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_CLASSES = {
    "liveness": FaultClass.LIVENESS_PROBE_WRONG_PROTOCOL,
    "readiness": FaultClass.READINESS_PROBE_WRONG_PROTOCOL,
    "startup": FaultClass.STARTUP_PROBE_WRONG_PROTOCOL,
}
_ANSWERS = (
    ("http", re.compile(r"malformed HTTP"), "what answers does not speak HTTP/1"),
    (
        "http",
        re.compile(r"HTTP response to HTTPS client|does not look like a TLS handshake"),
        "it asks by HTTPS what answers by HTTP",
    ),
    ("http", re.compile(r"HTTP request to an HTTPS"), "it asks by HTTP what answers by HTTPS"),
    (
        "grpc",
        re.compile(
            r"server preface|frame too large|Unimplemented|does not implement the grpc health"
            r"|unexpected content-type|unexpected HTTP status|HTTP/1\.",
        ),
        "what answers does not speak gRPC's health protocol",
    ),
)
"""By handler, the words in which the other side shows that it speaks something else."""
_CUT_OFF = re.compile(r"\bEOF\b|connection reset by peer|broken pipe")
_TLS_PORTS = frozenset({443, 6443, 8443, 9443})
_SPEAKS = {"http": "HTTP", "grpc": "gRPC", "tcp": "TCP"}


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a probe whose port answers in another protocol, or that its own twin contradicts."""
    for failure in probing.failures(view):
        if failure.probe.path.startswith(probing.REWRITTEN):
            continue
        found = _by_answer(failure) or _by_twin(failure) or _by_port(failure)
        if found:
            weight, why = found
            statement = f"{failure.say()}: {why}"
            yield cause(
                Suspect(_CLASSES[failure.kind], failure.workload),
                "probes.protocol",
                weight,
                statement,
                failure.ids,
                container=failure.container.name,
                handler=failure.probe.handler,
            )


def _by_answer(failure: ProbeFailure) -> tuple[float, str] | None:
    for handler, words, why in _ANSWERS:
        if failure.probe.handler == handler and words.search(failure.message):
            return weights.POD_STATE, why
    return None


def _by_twin(failure: ProbeFailure) -> tuple[float, str] | None:
    """Return what the container's other probe says of the same port."""
    other = failure.other
    handler = failure.probe.handler
    if other is None or other.handler == handler or "exec" in {other.handler, handler}:
        return None
    if failure.port is None or probing.port_of(other, failure.container) != failure.port:
        return None
    is_silent = failure.got_no_answer and handler == "grpc"
    is_cut_off = bool(_CUT_OFF.search(failure.message))
    is_stalled = failure.got_no_answer and other.handler == "grpc" and handler == "http"
    if not (is_silent or is_cut_off or is_stalled):
        return None
    why = f"its other probe asks at {failure.port} by {_SPEAKS.get(other.handler, other.handler)}"
    return weights.CONTRADICTION_SEEN, why


def _by_port(failure: ProbeFailure) -> tuple[float, str] | None:
    """Return what the port itself says: cut off on a plain port, or a TLS port asked without."""
    if failure.probe.handler != "http":
        return None
    if failure.port in _TLS_PORTS and failure.probe.scheme.upper() in {"", "HTTP"}:
        if "statuscode: 400" in failure.message or _CUT_OFF.search(failure.message):
            return weights.CONTRADICTION, f"port {failure.port} is one of TLS"
    elif _CUT_OFF.search(failure.message) and not failure.got_no_answer:
        return weights.WORDS_IN_PASSING, "whoever listens there hangs up on HTTP"
    return None
