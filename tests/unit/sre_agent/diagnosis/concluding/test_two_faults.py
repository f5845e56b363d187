"""Two faults at once stand side by side; what one of them explains is never called a second one."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding.splitting import Part, apart
from sre_agent.domain.causes import Conclusion, Diagnosis, Dismissal
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def alerted(world: World, *roles: str) -> Incident:
    """Return one incident with an alert of each role, its fingerprint the role."""
    incidents = {role: world.incident(role) for role in roles}
    alerts = tuple(
        incidents[role].alerts[0].model_copy(update={"fingerprint": role}) for role in roles
    )
    return incidents[roles[0]].model_copy(update={"alerts": alerts})


def lose_a_setting(world: World, role: str, *, ago_s: float = 65, old_pods: int = 1) -> None:
    """Release what needs a setting that nobody made: its pod cannot start, the old ones serve."""
    world.release(role, ago_s=ago_s, old_pods=old_pods)
    *old, new = world.pods(role)
    waiting = build.waiting(
        "app", "CreateContainerConfigError", message='configmap "rates" not found'
    )
    world.services[role].pods = (
        *old,
        new.model_copy(update={"ready": False, "containers": (waiting,)}),
    )


def judged(world: World, incident: Incident) -> tuple[Diagnosis, tuple[Part, ...]]:
    evidence = views.evidence(world, *ROLES)
    found = diagnose(evidence, incident, world.now)
    return found, apart(found, incident, evidence)


@pytest.mark.parametrize(
    ("release", "setting", "others"),
    [
        ("pay", "stock", ("core", "entry")),  # neighbours of one caller
        ("stock", "pay", ("core", "entry")),
        ("core", "store", ("entry",)),  # the one depends on the other
        ("store", "core", ("pay", "entry")),
    ],
)
def test_two_faults_are_two_causes_and_the_alerts_of_each_are_its_own(
    release: str, setting: str, others: tuple[str, ...]
) -> None:
    world = World(81)
    world.release(release, ago_s=70, error_ratio=0.4)
    lose_a_setting(world, setting)

    found, parts = judged(world, alerted(world, release, setting, *others))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    both = {(cause.fault_class, cause.object) for cause in found.causes if cause.confidence > 0.8}
    assert both == {
        (FaultClass.BAD_RELEASE, world.ref(release)),
        (FaultClass.MISSING_CONFIGMAP, world.ref(setting)),
    }
    [part] = parts
    by_object = {world.ref(release): release, world.ref(setting): setting}
    assert part.cause != found.causes[0].object
    assert by_object[part.cause] in part.fingerprints
    assert by_object[found.causes[0].object] not in part.fingerprints


def test_alerts_that_both_faults_could_explain_stay_with_the_surer_one() -> None:
    world = World(82)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release("stock", ago_s=66, error_ratio=0.3)

    found, [part] = judged(world, alerted(world, "entry", "core", "pay", "stock"))

    other = {"pay": "stock", "stock": "pay"}
    top = next(role for role in other if world.ref(role) == found.causes[0].object)
    assert part.fingerprints == (other[top],)
    assert part.services == (world.services[other[top]].name,)
    assert "failure beside" in part.reason


@pytest.mark.parametrize("failing", ["pay", "stock"])
def test_alerts_of_callers_go_with_the_fault_that_fails_their_calls(failing: str) -> None:
    world = World(90)
    [other] = {"pay", "stock"} - {failing}
    world.release(failing, ago_s=70, error_ratio=0.4)
    lose_a_setting(world, other)

    found, [part] = judged(world, alerted(world, "entry", "core", "pay", "stock"))

    together = {"entry", "core", failing}
    is_top = found.causes[0].object == world.ref(failing)
    assert set(part.fingerprints) == ({other} if is_top else together)


@pytest.mark.parametrize(("release", "setting"), [("pay", "stock"), ("stock", "pay")])
@pytest.mark.parametrize("others", [(), ("core", "entry")])
def test_an_incident_is_about_the_fault_that_its_own_alerts_tell_of(
    release: str, setting: str, others: tuple[str, ...]
) -> None:
    world = World(80)
    world.release(release, ago_s=70, error_ratio=0.4)
    lose_a_setting(world, setting)

    failing, _ = judged(world, alerted(world, release, *others))
    silent, parts = judged(world, alerted(world, setting))

    assert failing.conclusion is silent.conclusion is Conclusion.CAUSE_FOUND
    assert failing.causes[0].object == world.ref(release)
    assert silent.causes[0].object == world.ref(setting)
    assert parts == ()


@pytest.mark.parametrize("culprit", ["core", "pay", "store"])
def test_the_victims_of_one_fault_are_never_split_off(culprit: str) -> None:
    world = World(83)
    world.release(culprit, ago_s=70, error_ratio=0.4)

    found, parts = judged(world, alerted(world, *ROLES))

    assert found.causes[0].object == world.ref(culprit)
    assert parts == ()


def test_a_caller_that_was_released_too_is_no_second_fault() -> None:
    world = World(84)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release("core", ago_s=72)

    found, parts = judged(world, alerted(world, "core", "pay"))

    assert found.causes[0].object == world.ref("pay")
    assert parts == ()


def test_two_releases_of_which_only_one_shows_trouble_of_its_own_are_one_fault() -> None:
    world = World(85)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release("stock", ago_s=75)

    found, parts = judged(world, alerted(world, "core", "pay", "stock"))

    assert found.causes[0].object == world.ref("pay")
    assert parts == ()


def test_an_alert_that_names_nothing_known_stays() -> None:
    world = World(86)
    world.release("pay", ago_s=70, error_ratio=0.4)
    lose_a_setting(world, "stock")
    incident = alerted(world, "pay", "stock", "entry")
    *known, last = incident.alerts
    stranger = last.model_copy(update={"labels": {"namespace": world.namespace, "disk": "sda"}})

    _, [part] = judged(world, incident.model_copy(update={"alerts": (*known, stranger)}))

    assert stranger.fingerprint not in part.fingerprints


def test_a_dismissed_cause_is_shown_and_neither_decides_nor_excuses() -> None:
    world = World(87)
    world.release("pay", ago_s=70, error_ratio=0.4)
    lose_a_setting(world, "stock")
    evidence, incident = views.evidence(world, *ROLES), alerted(world, "core", "pay", "stock")
    before = diagnose(evidence, incident, world.now)
    top = before.causes[0]
    word = Dismissal(object=top.object, fault_class=top.fault_class, reason="known, harmless")

    found = diagnose(evidence, incident, world.now, dismissed=(word,))

    assert found.conclusion is Conclusion.CAUSE_FOUND
    assert found.causes[0].object != top.object
    assert [(item.object, item.fault_class) for item in found.dismissed] == [
        (top.object, top.fault_class)
    ]


def test_to_dismiss_the_only_cause_leaves_nothing_to_act_on() -> None:
    world = World(88)
    world.release("pay", ago_s=70, error_ratio=0.4)
    word = Dismissal(object=world.ref("pay"), fault_class=FaultClass.BAD_RELEASE)

    found = diagnose(
        views.evidence(world, *ROLES), world.incident("core"), world.now, dismissed=(word,)
    )

    assert found.conclusion is Conclusion.UNDECIDED
    assert all(cause.object != world.ref("pay") for cause in found.causes)


def test_dismissing_trouble_that_shows_in_the_cluster_does_not_make_all_well() -> None:
    world = World(89)
    waiting = build.waiting("app", "ImagePullBackOff")
    first, _ = world.pods("stock")
    age = world.now - timedelta(seconds=60)
    sick = build.pod("sick-1", age, container=waiting, template_hash=first.template_hash)
    world.services["stock"].pods = (first, build.pod("well-1", age), sick)
    word = Dismissal(object=world.ref("stock"), fault_class=FaultClass.IMAGE_UNAVAILABLE)

    found = diagnose(
        views.evidence(world, *ROLES), world.incident("stock"), world.now, dismissed=(word,)
    )

    assert found.conclusion is not Conclusion.NOTHING_WRONG
