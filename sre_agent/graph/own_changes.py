"""What the platform itself changed, told to the timeline as its own."""

from collections.abc import Mapping

from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Action
from sre_agent.domain.timeline import OURSELVES, Change, ChangeKind, ChangeSource
from sre_agent.domain.tools import ToolStatus
from sre_agent.graph import ends
from sre_agent.graph.context import RunContext

_SUMMARY_MAX = 300
_KINDS: Mapping[str, ChangeKind] = {
    "scale_workload": ChangeKind.SCALING,
    "set_hpa_bounds": ChangeKind.SCALING,
    "rollback_rollout": ChangeKind.ROLLOUT,
    "restart_rollout": ChangeKind.ROLLOUT,
    "set_image": ChangeKind.ROLLOUT,
    "set_env": ChangeKind.ROLLOUT,
    "set_resources": ChangeKind.ROLLOUT,
    "patch_probe": ChangeKind.ROLLOUT,
    "cordon_node": ChangeKind.NODE,
    "uncordon_node": ChangeKind.NODE,
    "drain_node": ChangeKind.NODE,
}
"""What our own actions change, by tool; the others end nothing but a pod, or are told by who keeps it."""


async def tell(context: RunContext, id_: IncidentId, action: Action) -> None:
    """Tell the timeline of an action that was carried out: it is our own change.

    Told again after a restart, it is the same entry. What is written to a repository its forge tells.
    """
    kind = _KINDS.get(action.call.tool)
    if context.changes is None or kind is None:
        return
    end = ends.told(await context.incidents.events(id_), action)
    if end is None or end.result.status is not ToolStatus.OK:
        return
    incident = await context.incidents.load(id_)
    call, target = action.call, action.target
    change = Change(
        key=f"action:{id_}:{action.id}:{end.grant_id}",
        source=ChangeSource.CLUSTER,
        kind=kind,
        summary=(end.result.reason or str(call))[:_SUMMARY_MAX],
        at=end.result.observed_at,
        told_at=context.clock.now(),
        cluster_id=incident.cluster_id,
        namespace=target.namespace,
        services=(target.name,) if target.namespace else (),
        actor=OURSELVES,
        object=str(target),
        message=f"{call} for {id_}",
    )
    await context.changes.keep(incident, [change])
