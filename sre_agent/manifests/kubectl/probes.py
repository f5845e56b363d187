"""Reading the one line in which kubectl describes a probe."""

from sre_agent.domain.cluster.pods import Probe
from sre_agent.manifests.kubectl.times import age

_HANDLERS = {"http-get": "http", "tcp-socket": "tcp", "grpc": "grpc", "exec": "exec"}


def probe(text: str) -> Probe | None:
    """Return a probe such as `http-get http://:8080/ready delay=5s timeout=1s period=10s …`."""
    word, _, rest = text.partition(" ")
    handler = _HANDLERS.get(word)
    if not handler:
        return None
    target, _, timing = rest.partition(" delay=")
    numbers = dict(part.partition("=")[::2] for part in f"delay={timing}".split())
    port, path, scheme, command = _target(handler, target.strip())
    return Probe(
        handler=handler,
        port=port,
        path=path,
        scheme=scheme,
        command=command,
        initial_delay_s=_seconds(numbers.get("delay", "")),
        timeout_s=_seconds(numbers.get("timeout", "")),
        period_s=_seconds(numbers.get("period", "")),
        success_threshold=_count(numbers.get("#success", ""), 1),
        failure_threshold=_count(numbers.get("#failure", ""), 3),
    )


def _target(handler: str, text: str) -> tuple[int | str | None, str, str, tuple[str, ...]]:
    if handler == "exec":
        return None, "", "", tuple(text.strip("[]").split())
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    address, slash, path = rest.partition("/")
    port = address.rpartition(":")[2].split()[0] if ":" in address else ""
    number: int | str | None = int(port) if port.isdigit() else port or None
    return number, slash + path, scheme, ()


def _seconds(text: str) -> float:
    passed = age(text)
    return passed.total_seconds() if passed else 0.0


def _count(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
