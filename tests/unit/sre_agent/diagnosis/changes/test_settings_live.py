"""A setting explains only what began after it and what it can reach; one that was near is ruled out."""

import pytest
from written_scene import configmap, looked_at

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Stance
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def ailing(seed: int, *, ago_s: float = 60) -> World:
    world = World(seed)
    world.ail("core", ago_s=ago_s, error_ratio=0.4)
    return world


def judged(world: World, *more: Evidence) -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *more]
    return diagnose(evidence, world.incident("core", ago_s=50), world.now)


def blamed(found: Diagnosis, ref: ObjectRef) -> list[Cause]:
    return [
        item
        for item in found.causes
        if item.fault_class is FaultClass.BAD_CONFIG_CHANGE and item.object == ref
    ]


def setting(world: World, name: str = "settings") -> ObjectRef:
    return ObjectRef(kind="ConfigMap", namespace=world.namespace, name=name)


def test_a_mounted_setting_that_changed_before_the_trouble_is_the_cause() -> None:
    world = ailing(61)
    look = looked_at(
        world, configmap(world, "settings", ago_s=90), reads={"core": "settings"}, mounted=True
    )

    found = judged(world, look)

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_CONFIG_CHANGE, world.ref("core"))
    assert "was changed 30 s before the trouble began" in top.statement
    assert top.facts["detail"] == str(setting(world))


def test_a_setting_of_another_service_is_ruled_out_and_told_so() -> None:
    world = ailing(62)
    look = looked_at(
        world, configmap(world, "settings", ago_s=90), reads={"stock": "settings"}, mounted=True
    )

    found = judged(world, look)

    assert found.conclusion is Conclusion.UNDECIDED
    [decoy] = blamed(found, setting(world))
    assert decoy.confidence < 0.05
    assert decoy.statement.startswith("ruled out: ")
    assert "nothing that suffers reads it" in decoy.statement
    assert {item.stance for item in decoy.findings} == {Stance.AGAINST}
    assert all(question.object != setting(world) for question in found.questions)


def test_a_setting_that_is_read_at_the_start_cannot_reach_pods_that_ran_before_it() -> None:
    world = ailing(63)
    look = looked_at(world, configmap(world, "settings", ago_s=90), reads={"core": "settings"})

    found = judged(world, look)

    assert blamed(found, world.ref("core")) == []
    [decoy] = blamed(found, setting(world))
    assert "reads it only at its start, and no pod of it was started since" in decoy.statement


def test_a_single_file_of_a_setting_cannot_reach_pods_that_ran_before_it() -> None:
    world = ailing(69)
    changed, reads = configmap(world, "settings", ago_s=90), {"core": "settings"}
    look = looked_at(world, changed, reads=reads, mounted=True, sub_path="app.yaml")

    found = judged(world, look)

    assert blamed(found, world.ref("core")) == []
    assert len(blamed(found, setting(world))) == 1


def test_a_setting_that_is_read_at_the_start_reaches_pods_started_since() -> None:
    world = World(64)
    world.release("core", ago_s=80, error_ratio=0.4)
    look = looked_at(world, configmap(world, "settings", ago_s=90), reads={"core": "settings"})

    found = judged(world, look)

    [cause] = blamed(found, world.ref("core"))
    assert cause.confidence > 0.5


def test_a_setting_that_changed_after_the_trouble_began_is_ruled_out() -> None:
    world = ailing(65, ago_s=300)
    look = looked_at(
        world, configmap(world, "settings", ago_s=60), reads={"core": "settings"}, mounted=True
    )

    found = judged(world, look)

    assert blamed(found, world.ref("core")) == []
    [decoy] = blamed(found, setting(world))
    assert "is older by" in decoy.statement


def test_a_setting_that_all_served_with_for_hours_is_ruled_out() -> None:
    world = ailing(70)
    look = looked_at(
        world,
        configmap(world, "settings", ago_s=3 * 3600),
        reads={"core": "settings"},
        mounted=True,
    )

    found = judged(world, look)

    assert blamed(found, world.ref("core")) == []
    [decoy] = blamed(found, setting(world))
    assert "served with it for 3.0 h" in decoy.statement


@pytest.mark.parametrize("ago_s", [5 * 3600.0, 30 * 24 * 3600.0])
def test_a_setting_of_long_ago_is_no_change(ago_s: float) -> None:
    world = ailing(66)
    look = looked_at(
        world, configmap(world, "settings", ago_s=ago_s), reads={"core": "settings"}, mounted=True
    )

    found = judged(world, look)

    assert blamed(found, world.ref("core")) == []
    assert blamed(found, setting(world)) == []


def test_where_all_is_well_a_setting_that_changed_is_no_trouble() -> None:
    world = World(67)
    look = looked_at(
        world, configmap(world, "settings", ago_s=90), reads={"core": "settings"}, mounted=True
    )

    found = judged(world, look)

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason


def test_many_settings_that_were_near_are_not_all_told() -> None:
    world = ailing(68)
    many = [configmap(world, f"other-{n}", ago_s=60 + n) for n in range(9)]

    found = judged(world, looked_at(world, *many))

    told = [item for item in found.causes if item.object.kind == "ConfigMap"]
    assert {item.object.name for item in told} == {"other-0", "other-1", "other-2"}
