"""Two containers of a pod that want the same port."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.sayings import Saying
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerSpec, PodSpec
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass

_WORDS = (
    "ddress already in use",
    "ddress in use",
    "EADDRINUSE",
    "already in use",
    "bind: Only one usage",
    "PortInUseException",
    "port is already allocated",
)
_PORT = re.compile(r"(?:[Pp]ort[ :=]+|:::?|\]:|\d\.\d+:|:)(\d{2,5})\b")
_ABOUT_PORTS = re.compile(r"[Pp]ort|[Aa]ddress|EADDR|bind|listen")
_FLAG = re.compile(
    r"(?:^|[ ='\"])(?:-{1,2}(?:listen|port|bind|p|addr|address)[= ]\S*?|(?:LISTEN|PORT)[^ ]*?)(\d{4,5})\b"
)

_SETTING = re.compile(
    r'"(?:status|admin|proxyAdmin|listen|bind|metrics|http|grpc)Port": ?"?(\d{2,5})'
)
_VARIABLES = frozenset({"PORT", "LISTEN_PORT", "ADMIN_PORT", "METRICS_PORT", "STATUS_PORT"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads of which a container says that its port is taken, or two ask for one."""
    for said in sayings.sayings(view, *_WORDS):
        if _ABOUT_PORTS.search(said.line) and _ends(view, said):
            yield from _taken(view, said)
    for item in view.workloads.values():
        yield from _twice(view, item)


def _ends(view: View, said: Saying) -> bool:
    return wellbeing.is_unwell(view, said.owner)


def _taken(view: View, said: Saying) -> Iterator[Hypothesis]:
    found = _PORT.search(said.line)
    port = int(found[1]) if found else None
    pods = wellbeing.live_pods(view, said.owner)
    spec = pods[0].spec if pods else None
    others = [item.name for item in spec.containers if item.name != said.container] if spec else []
    beside = f", beside {', '.join(others)}" if others else ""
    yield cause(
        Suspect(FaultClass.PORT_CONFLICT, said.owner),
        "words.port_taken",
        weights.POD_STATE,
        f"{said.container or 'a container'}{beside} finds port {port or ''} taken: {said.quote()}",
        [said.source, *(pod.meta.source for pod in pods[:1])],
        container=said.container,
        port=port,
    )


def _twice(view: View, item: Workload) -> Iterator[Hypothesis]:
    """Suspect a template in which two containers declare one port, where its pods are unwell."""
    wanted: dict[tuple[int, str], list[str]] = {}
    for container in item.template.containers:
        for port in _ports(item.template, container):
            names = wanted.setdefault(port, [])
            if container.name not in names:
                names.append(container.name)
    for (number, protocol), names in sorted(wanted.items()):
        if len(names) > 1 and wellbeing.is_unwell(view, item.meta.ref):
            yield cause(
                Suspect(FaultClass.PORT_CONFLICT, item.meta.ref),
                "template.port_twice",
                weights.CONTRADICTION_SEEN,
                f"{' and '.join(names)} both want port {number}/{protocol} of the pod",
                [item.meta.source],
                container=names[-1],
                port=number,
            )


def _ports(template: PodSpec, container: ContainerSpec) -> set[tuple[int, str]]:
    """Return the ports a container declares, or is told to listen at."""
    declared = {(port.number, port.protocol) for port in container.ports}
    if len(template.containers) == 1:
        return declared
    line = " ".join((*container.command, *container.args))
    told = {int(found[1]) for found in _FLAG.finditer(line)}
    for item in container.env:
        value = item.value or ""
        told |= {int(found[1]) for found in _SETTING.finditer(value)}
        if item.name in _VARIABLES and value.isdigit():
            told.add(int(value))
    return declared | {(number, "TCP") for number in told}
