"""Reading the containers of a described pod or template, as asked for and as they run."""

from collections.abc import Sequence

from sre_agent.domain.cluster.pods import (
    ContainerPort,
    ContainerSpec,
    ContainerStatus,
    EnvVar,
    Mount,
    Reference,
    Termination,
)
from sre_agent.manifests.kubectl.amounts import amounts
from sre_agent.manifests.kubectl.outline import Block
from sre_agent.manifests.kubectl.probes import probe
from sre_agent.manifests.kubectl.tables import number
from sre_agent.manifests.kubectl.times import moment

_SET_TO_KEY = "<set to the key '"


def containers(parent: Block) -> tuple[ContainerSpec, ...]:
    """Return the containers that a template asks for."""
    return tuple(_spec(block) for block in parent.find("Containers").blocks)


def init_containers(parent: Block) -> tuple[ContainerSpec, ...]:
    """Return the init containers that a template asks for."""
    return tuple(_spec(block, is_init=True) for block in parent.find("Init Containers").blocks)


def statuses(pod: Block) -> tuple[ContainerStatus, ...]:
    """Return how the containers of a pod run, init containers first."""
    first = (_status(block, is_init=True) for block in pod.find("Init Containers").blocks)
    then = (_status(block) for block in pod.find("Containers").blocks)
    return (*first, *then)


def _spec(block: Block, *, is_init: bool = False) -> ContainerSpec:
    return ContainerSpec(
        name=block.key,
        image=block.get("Image"),
        command=_words(block.find("Command")),
        args=_words(block.find("Args")),
        ports=_ports(block),
        env=tuple(_variable(line) for line in block.find("Environment").blocks),
        env_from=tuple(_source(line.text) for line in _variable_sources(block)),
        requests=amounts(block.find("Requests").values()),
        limits=amounts(block.find("Limits").values()),
        liveness=probe(block.get("Liveness")),
        readiness=probe(block.get("Readiness")),
        startup=probe(block.get("Startup")),
        mounts=tuple(_mount(line.text) for line in block.find("Mounts").blocks),
        is_init=is_init,
    )


def _words(block: Block) -> tuple[str, ...]:
    return tuple(block.lines())


def _variable_sources(block: Block) -> Sequence[Block]:
    return block.find("Environment Variables from").blocks


def _ports(block: Block) -> tuple[ContainerPort, ...]:
    written = block.get("Port") or block.get("Ports")
    on_host = (block.get("Host Port") or block.get("Host Ports")).split(", ")
    found: list[ContainerPort] = []
    for index, text in enumerate(written.split(", ") if written else ()):
        port, _, protocol = text.strip().partition("/")
        # Newer versions print the port's name in brackets: `8080/TCP (http)`.
        protocol, _, name = protocol.partition(" ")
        host = on_host[index].partition("/")[0] if index < len(on_host) else ""
        found.append(
            ContainerPort(
                number=number(port),
                name=name.strip("()"),
                protocol=protocol or "TCP",
                host_port=number(host) or None,
            )
        )
    return tuple(found)


def _variable(line: Block) -> EnvVar:
    name, value = line.key, line.value
    if not value.startswith(_SET_TO_KEY):
        return EnvVar(name=name, value=value)
    key, _, rest = value.removeprefix(_SET_TO_KEY).partition("' ")
    words = rest.replace("'", "").replace(">", "").split()
    kind = "Secret" if "secret" in words else "ConfigMap"
    named = words[words.index("map" if kind == "ConfigMap" else "secret") + 1] if words else ""
    optional = rest.rstrip().lower().endswith("optional: true")
    return EnvVar(name=name, reference=Reference(kind=kind, name=named, key=key, optional=optional))


def _source(text: str) -> Reference:
    words = text.split()
    return Reference(
        kind=words[1] if len(words) > 1 else "ConfigMap",
        name=words[0],
        optional=text.rstrip().endswith("true"),
    )


def _mount(text: str) -> Mount:
    path, _, rest = text.partition(" from ")
    volume, _, options = rest.partition(" (")
    written = options.rstrip(")").split(",")
    sub_path = next((item for item in written if item.startswith("path=")), "")
    return Mount(
        volume=volume,
        path=path,
        read_only="ro" in written,
        sub_path=sub_path.removeprefix("path=").strip('"'),
    )


def _status(block: Block, *, is_init: bool = False) -> ContainerStatus:
    state = block.find("State")
    name = state.value.lower()
    ended = _termination(state) if name == "terminated" else None
    last = block.find("Last State")
    return ContainerStatus(
        name=block.key,
        image=block.get("Image"),
        ready=block.get("Ready") == "True",
        restarts=number(block.get("Restart Count")),
        state=name,
        reason=state.get("Reason"),
        message=_message(state),
        started_at=moment(state.get("Started")),
        ended=ended,
        last_ended=_termination(last) if last.value == "Terminated" else None,
        is_init=is_init,
    )


def _termination(block: Block) -> Termination:
    code = block.get("Exit Code")
    return Termination(
        reason=block.get("Reason"),
        exit_code=int(code) if code.lstrip("-").isdigit() else None,
        message=_message(block),
        started_at=moment(block.get("Started")),
        finished_at=moment(block.get("Finished")),
    )


def _message(block: Block) -> str:
    said = block.find("Message")
    return " ".join(said.lines()) if said.text else ""
