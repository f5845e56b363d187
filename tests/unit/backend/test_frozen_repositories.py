"""What is merged is rolled out wherever that is: no freeze is got round by way of a repository."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.brakes.judging import Case
from sre_agent.config import permissions
from sre_agent.domain.brakes import Brake
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import freezes
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import Calendar
from sre_agent.testing import plans
from sre_agent.testing.world import World

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STORE = ObjectRef(kind="Repository", namespace="acme", name="store")
CALL = ToolCall(server="github", tool="merge_pull_request", arguments={})


@pytest.mark.parametrize(
    "where", [{"namespaces": ("shop",)}, {"environments": ("production",)}, {}]
)
def test_a_freeze_of_any_namespace_holds_for_what_is_merged(where: dict[str, tuple[str]]) -> None:
    span = {"from": NOW - timedelta(hours=1), "to": NOW + timedelta(hours=1)}
    freeze = FreezeText.model_validate({"name": "sale", "reason": "it is sold", **span, **where})
    action = plans.action(CALL, STORE)
    plan = Plan(
        playbook="p",
        fault_class="bad_release",
        cause_object=World().ref("core"),
        confidence=0.9,
        summary="merge",
        actions=(action,),
    )
    policy = permissions.load_policy(permissions.load_allow_list())
    case = Case(World().incident("core"), plan, policy)

    found = freezes.find_obstacle(Calendar((freeze,)), case.place(action), NOW)

    assert found is not None
    assert found.brake is Brake.FREEZE
