"""The last lines of a container's log."""

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.kubernetes import kinds
from mcp_servers.kubernetes.answers import PodLogs
from mcp_servers.kubernetes.api import Api, require_name
from mcp_servers.kubernetes.fields import annotation, entries, text
from mcp_servers.kubernetes.secrets import clean_text

MAX_LINES = 1000
MAX_BYTES = 256 * 1024
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"

_NOTHING_YET = ("previous terminated container", "is waiting to start", "is not available")
"""How the API says that there is no such log, with the status of a mistake."""


async def last_lines(  # noqa: PLR0913 - one parameter per question the API can answer
    api: Api,
    namespace: str,
    pod: str,
    *,
    container: str,
    previous: bool,
    tail_lines: int,
    since_s: int,
) -> Answer:
    """Return the log's end, oldest line first.

    Raises:
        NoDataError: The container has not written, or not started, or not run before.
    """
    limits.require_range("tail_lines", tail_lines, low=1, high=MAX_LINES)
    limits.require_range("since_s", since_s, low=0, high=7 * 86400)
    require_name("namespace", namespace)
    require_name("pod", pod)
    name = container or await _only_container(api, namespace, pod)
    query = {
        "container": name,
        "previous": "true" if previous else "",
        "tailLines": tail_lines,
        "sinceSeconds": since_s or "",
        "limitBytes": MAX_BYTES,
    }
    try:
        raw = await api.text(kinds.POD.path(namespace, pod, "log"), query)
    except RefusedError as err:
        if any(phrase in err.reason for phrase in _NOTHING_YET):
            raise NoDataError(err.reason) from err
        raise
    lines = tuple(limits.cut(clean_text(line)) for line in raw.splitlines())
    if not lines:
        raise NoDataError(f"container {name} of pod {pod} has written nothing in that time")
    left_out = (
        (f"only the last {tail_lines} lines were asked for",) if len(lines) >= tail_lines else ()
    )
    if len(raw) >= MAX_BYTES:
        left_out = (*left_out, f"the log was cut at {MAX_BYTES} bytes")
    data = PodLogs(namespace=namespace, pod=pod, container=name, previous=previous, lines=lines)
    return Answer(data, left_out)


async def _only_container(api: Api, namespace: str, pod: str) -> str:
    """Return the pod's main container: the one it names as such, else its first."""
    found = await api.get(kinds.POD, namespace, pod)
    named = annotation(found, DEFAULT_CONTAINER)
    return named or text(entries(found, "spec", "containers")[0], "name")
