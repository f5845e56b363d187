"""What an approver ought to know before a pod is deleted."""

from mcp_servers.kubernetes import kinds, selectors
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.controllers import Controller
from mcp_servers.kubernetes.fields import entries, is_owned_by, section, text
from mcp_servers.kubernetes.pods import pod as described
from mcp_servers.kubernetes.state import uid_of


async def about(api: Api, pod: Json, controller: Controller) -> list[str]:
    """Return warnings; empty when the pod is one sick one of several."""
    selector = selectors.as_query(section(controller.live, "spec", "selector"))
    listed = await api.list(kinds.POD, text(section(pod, "metadata"), "namespace"), labels=selector)
    siblings = [
        each
        for each in entries(listed, "items")
        if is_owned_by(each, uid_of(controller.live)) and uid_of(each) != uid_of(pod)
        if _counts(each)
    ]
    found: list[str] = []
    if described(pod).ready:
        found.append("the pod is ready at this moment")
    if not any(described(each).ready for each in siblings):
        found.append(f"{controller.kind.name} {controller.name} has no other pod that is ready")
    wanted = section(controller.live, "spec").get("replicas")
    if wanted is not None and len(siblings) >= int(wanted):
        found.append("its controller wants fewer pods than there are: it may not be replaced")
    if any("emptyDir" in volume for volume in entries(pod, "spec", "volumes")):
        found.append("what is in its emptyDir volumes is lost")
    if entries(pod, "metadata", "finalizers"):
        found.append("it has finalizers, and goes only when they are removed")
    return found


def _counts(pod: Json) -> bool:
    """Return whether a controller counts a pod; one that is over or leaving it has replaced."""
    is_over = text(section(pod, "status"), "phase") in {"Failed", "Succeeded"}
    return not is_over and not section(pod, "metadata").get("deletionTimestamp")
