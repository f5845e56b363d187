"""Autoscalers, which set the number of pods whatever anyone else sets it to."""

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import kinds
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import count, entries, section, text

_UNSEEN = "nobody can tell whether an autoscaler sets the number of pods: it may not be looked at"


async def warnings(api: Api, kind: kinds.Kind, workload: Json) -> tuple[str, ...]:
    """Return a warning for each autoscaler of a workload."""
    metadata = section(workload, "metadata")
    try:
        listed = await api.list(kinds.AUTOSCALER, text(metadata, "namespace"))
    except RefusedError as err:
        # A cluster that does not serve the kind has none.
        return () if err.code == "not_found" else (_UNSEEN,)
    found = (
        each for each in entries(listed, "items") if _is_for(each, kind, text(metadata, "name"))
    )
    return tuple(_told(each) for each in found)


def _is_for(autoscaler: Json, kind: kinds.Kind, name: str) -> bool:
    ref = section(autoscaler, "spec", "scaleTargetRef")
    return (text(ref, "kind"), text(ref, "name")) == (kind.name, name)


def _told(autoscaler: Json) -> str:
    spec, name = section(autoscaler, "spec"), text(section(autoscaler, "metadata"), "name")
    least, most = count(spec, "minReplicas") or 1, count(spec, "maxReplicas")
    return (
        f"{kinds.AUTOSCALER.name} {name} keeps {least} to {most} pods and may set another number "
        "at once"
    )
