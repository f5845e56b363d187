"""Small plans for tests of what judges plans."""

from sre_agent.domain.ids import ActionId, EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, Plan, Risk, SignalBound, Verification
from sre_agent.domain.tools import ToolCall

WEB = ObjectRef.deployment("shop", "web")


def action(call: ToolCall, target: ObjectRef, *, id_: str = "a1") -> Action:
    """Return an action of little risk on one pod, without a way back."""
    return Action(
        id=ActionId(id_),
        call=call,
        target=target,
        risk=Risk.LOW,
        rationale="",
        evidence_ids=(EvidenceId("k8s-1.1"),),
        blast_radius=BlastRadius(pods=1, callers=(), statement=""),
        inverse=None,
        verification=Verification(
            object=target,
            bounds=(SignalBound(namespace=target.namespace, service=target.name),),
            hold_s=10,
            deadline_s=60,
        ),
    )


def on_web(tool: str) -> Action:
    """Return an action on one Deployment by a tool that needs no more than its name."""
    arguments = {"namespace": WEB.namespace, "name": WEB.name}
    return action(ToolCall(server="kubernetes", tool=tool, arguments=arguments), WEB)


def of(*actions: Action) -> Plan:
    """Return a plan of these actions for a bad release of the first one's target."""
    return Plan(
        playbook="p",
        fault_class="bad_release",
        cause_object=actions[0].target,
        confidence=0.9,
        summary="",
        actions=actions,
    )
