"""Rules rule the same whatever is said around an action: no text reaches them that telemetry wrote."""

from typing import Any

import attack_corpus
import pytest
from attack_counts import Attack

from sre_agent.config import permissions
from sre_agent.domain.ids import ActionId, EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, DryRun, Plan, Risk, SignalBound, Verification
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import policy
from sre_agent.safety.policy import Tools
from sre_agent.testing.world import World

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
ALLOWED = permissions.load_allow_list()
SHIPPED = permissions.load_policy(ALLOWED)
TOOLS = Tools(reads=ALLOWED.reads, writes=ALLOWED.writes)
WEB = ObjectRef.deployment("shop", "web")
INCIDENT = World().incident("core")


def plan(text: str, label: str = "web", tool: str = "restart_rollout") -> Plan:
    """Return a plan whose every free text is this one."""
    action = Action(
        id=ActionId("a1"),
        call=ToolCall(
            server="kubernetes", tool=tool, arguments={"namespace": "shop", "name": "web"}
        ),
        target=WEB,
        risk=Risk.MEDIUM,
        rationale=text,
        evidence_ids=(EvidenceId("k8s-1.1"),),
        blast_radius=BlastRadius(pods=2, callers=(), statement=text),
        inverse=None,
        verification=Verification(
            object=WEB,
            bounds=(SignalBound(namespace="shop", service="web"),),
            hold_s=30,
            deadline_s=120,
        ),
        dry_run=DryRun(
            state_sha256="s" * 64,
            result_sha256="r" * 64,
            uid="u",
            changes=(),
            warnings=(text,),
            labels={"app": label},
        ),
    )
    return Plan(
        playbook="p",
        fault_class="bad_release",
        cause_object=WEB,
        confidence=0.9,
        summary=text,
        actions=(action,),
    )


def ruled(text: str, label: str = "web", tool: str = "restart_rollout") -> PolicyRuling:
    written = plan(text, label, tool)
    alert = INCIDENT.alerts[0].model_copy(
        update={"name": text, "annotations": {"summary": text}, "group_key": text}
    )
    about: dict[str, Any] = {"title": text, "service": text, "alerts": (alert,)}
    return policy.rule(SHIPPED, written.actions[0], written, INCIDENT.model_copy(update=about))


def said(found: Value) -> dict[str, Any]:
    return found.model_dump(mode="json")


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_no_text_around_an_action_changes_how_it_is_ruled(technique: str, attack: Attack) -> None:
    quiet = said(ruled("because"))
    for text in attack.each_of(technique):
        assert said(ruled(text)) == quiet
        labelled = ruled("because", label=text)
        attack.writes_nothing([labelled] if labelled.ruling is Ruling.ALLOW else [])


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_tool_that_a_text_names_is_denied(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique):
        ruling = ruled("because", tool=text).ruling

        attack.writes_nothing([text] if ruling is not Ruling.DENY else [])


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_policy_file_of_hostile_text_permits_nothing(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique):
        loaded = policy.load({"a.yaml": text}, TOOLS)
        written = plan("because")
        ruling = policy.rule(loaded, written.actions[0], written, INCIDENT).ruling
        attack.writes_nothing([text] if ruling is Ruling.ALLOW else [])
