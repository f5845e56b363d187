"""What depends on what in a plan: declared, or on the same object; and what goes with what is left out."""

from dataclasses import replace

import pytest
from findings import LIBRARY, RELEASE, SETTINGS, WORLD, alerting, found

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import ActionId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.planning import planner
from sre_agent.testing import views
from sre_agent.testing.world import ROLES


def planned(after: tuple[str, ...]) -> Plan:
    """Return the plan of a playbook that rolls back and then restarts."""
    repairs = dict(LIBRARY.repairs)
    repairs["restart_workload"] = repairs["restart_workload"].model_copy(update={"after": after})
    both = ("rollback_release", "restart_workload")
    playbooks = []
    for playbook in LIBRARY.playbooks:
        steps = tuple(
            step.model_copy(update={"repairs": both})
            if "rollback_release" in step.repairs
            else step
            for step in playbook.steps
        )
        playbooks.append(playbook.model_copy(update={"steps": steps}))
    library = replace(LIBRARY, playbooks=tuple(playbooks), repairs=repairs)
    diagnosis = found(FaultClass.BAD_RELEASE, 0.95, **RELEASE)
    made = planner.plan(
        diagnosis, alerting("Odd"), views.evidence(WORLD, *ROLES), library, SETTINGS
    )
    assert isinstance(made, Plan)
    return made


@pytest.mark.parametrize(
    ("after", "needs"), [(("rollback_release",), ("a1",)), (("scale_out",), ()), ((), ())]
)
def test_a_repair_that_comes_after_another_needs_it_where_both_are_planned(
    after: tuple[str, ...], needs: tuple[str, ...]
) -> None:
    assert [action.needs for action in planned(after).actions] == [(), needs]


def test_what_is_declared_and_what_changes_the_same_object_go_with_what_is_left_out() -> None:
    plan = planned(("rollback_release",))
    [first, second] = plan.actions
    elsewhere = second.model_copy(update={"target": ObjectRef.deployment("other", "other")})
    free = elsewhere.model_copy(update={"needs": ()})

    def left(*actions: object) -> tuple[ActionId, ...]:
        made = plan.model_copy(update={"actions": actions})
        return made.depending_on([first.id])

    assert left(first, elsewhere) == ("a1", "a2")
    assert left(first, free) == ("a1",)
    assert left(first, free.model_copy(update={"target": first.target})) == ("a1", "a2")
    assert left(free, first) == ("a1",)
    assert [item.id for item in plan.without([first.id]).actions] == ["a2"]


def test_a_plan_in_which_nothing_is_declared_keeps_the_hash_it_had() -> None:
    declared, silent = planned(("rollback_release",)), planned(())
    [first, second] = declared.actions
    undeclared = second.model_copy(update={"needs": ()})

    same = declared.model_copy(update={"actions": (first, undeclared)})

    assert same.sha256 == silent.sha256 != declared.sha256
