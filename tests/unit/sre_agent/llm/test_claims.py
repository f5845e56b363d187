"""Claims of a model: what the evidence does not say is struck, and counted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from opinions import cause, of_workload

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import PodLogs
from sre_agent.domain.opinion import Opinion
from sre_agent.llm import claims, facts, fencing
from sre_agent.llm.claims import ClaimedFact, ReflectorAnswer
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    made = World(5)
    made.release("core", ago_s=70, error_ratio=0.4)
    return made


@pytest.fixture(scope="module")
def evidence(world: World) -> list[Evidence]:
    return views.evidence(world, *ROLES)


def check(evidence: list[Evidence], world: World, *causes: Any, **more: Any) -> Opinion:
    objects = {str(world.ref(role)): world.ref(role) for role in ROLES}
    said = ReflectorAnswer.model_validate({"causes": causes})
    return claims.check(said, evidence, objects, **more)


def test_a_claim_that_the_evidence_bears_out_is_told_as_the_evidence_has_it(
    world: World, evidence: list[Evidence]
) -> None:
    seen = of_workload(evidence, world, "core")
    said = cause(
        "bad_release",
        world.ref("core"),
        (seen.id, "replicas.ready", "above", 1),
        (f"[{seen.id}]", "revisions[0].changes[0].after", "contains", ":v2"),
        (seen.id, "pods[0].ready", "is", "true"),
    )

    opinion = check(evidence, world, said)

    [found] = opinion.causes
    assert opinion.struck_count == 0
    assert [(item.path, item.value) for item in found.claims] == [
        ("replicas.ready", 2),
        ("revisions[0].changes[0].after", world.image("core", 2)),
        ("pods[0].ready", True),
    ]
    assert found.claims[0].claimed == "above 1"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (("k8s-9.9", "replicas.ready", "is", 2), "no such evidence"),
        (("", "", "is", ""), "no such evidence"),
        (("{own}", "replicas.lost", "is", 2), "no such fact"),
        (("{own}", "replicas", "is", 2), "no such fact"),
        (("{own}", "replicas.ready", "is", 0), "the evidence says 2"),
        (("{own}", "replicas.ready", "above", 2), "the evidence says 2"),
        (("{own}", "replicas.ready", "below", "NaN"), "the evidence says 2"),
        (("{own}", "replicas.ready", "is", 10**400), "the evidence says 2"),
        (("{own}", "replicas.ready", "below", "1e400"), "the evidence says 2"),
        (("{own}", "replicas.ready", "is not", 0), "the evidence says 2"),
        (("{own}", "pods[0].ready", "is", 1), "the evidence says true"),
        (("{own}", "object.name", "contains", ""), "the evidence says"),
        (("{other}", "replicas.ready", "is", 2), "not about"),
    ],
)
def test_a_claim_that_does_not_hold_is_struck_with_the_reason(
    world: World, evidence: list[Evidence], claim: tuple[str, str, str, Any], reason: str
) -> None:
    id_ = claim[0].format(
        own=of_workload(evidence, world, "core").id,
        other=of_workload(evidence, world, "store").id,
    )

    opinion = check(evidence, world, cause("bad_release", world.ref("core"), (id_, *claim[1:])))

    assert opinion.causes[0].claims == ()
    assert opinion.struck_count == 1
    assert reason in opinion.struck[0].reason


def test_what_one_entry_of_a_list_says_is_not_about_another_entry(
    world: World, evidence: list[Evidence]
) -> None:
    listed = next(item for item in evidence if item.id == "k8s-1.1")
    names = [item["object"]["name"] for item in listed.facts["items"]]
    core, store = (names.index(world.services[role].name) for role in ("core", "store"))

    opinion = check(
        evidence,
        world,
        cause(
            "bad_release",
            world.ref("core"),
            (listed.id, f"items[{core}].revision", "is", 2),
            (listed.id, f"items[{store}].revision", "is", 1),
        ),
    )

    assert [item.path for item in opinion.causes[0].claims] == [f"items[{core}].revision"]
    assert "not about" in opinion.struck[0].reason


@pytest.mark.parametrize(
    ("fault", "object_", "reason"),
    [
        ("bad_release", "Deployment/prod/vault", "no evidence tells of that object"),
        ("bad_release", "core", "no evidence tells of that object"),
        ("rm -rf /", "{core}", "it names no class of fault"),
        ("new:", "{core}", "it names no class of fault"),
    ],
)
def test_a_cause_is_of_an_object_that_was_seen_and_a_class_that_has_a_name(
    world: World, evidence: list[Evidence], fault: str, object_: str, reason: str
) -> None:
    opinion = check(evidence, world, cause(fault, object_.format(core=world.ref("core"))))

    assert opinion.causes == ()
    assert [item.reason for item in opinion.struck] == [reason]


def test_a_new_class_is_plain_words(world: World, evidence: list[Evidence]) -> None:
    opinion = check(evidence, world, cause("new: <b>clock skew</b> `x`", world.ref("core")))

    assert [item.fault_class for item in opinion.causes] == ["bclock skewb x"]
    assert not opinion.causes[0].is_in_catalogue


def test_more_than_is_heard_is_counted_and_not_read(world: World, evidence: list[Evidence]) -> None:
    seen = of_workload(evidence, world, "core")
    many = [(seen.id, "replicas.ready", "is", 2)] * 500
    said = [cause("bad_release", world.ref("core"), *many) for _ in range(50)]

    opinion = check(evidence, world, *said)

    assert len(opinion.causes) == claims.MAX_CAUSES
    assert all(len(item.claims) == 1 for item in opinion.causes)
    assert opinion.struck_count == 3 * (500 - claims.MAX_CLAIMS) + 47
    assert len(opinion.struck) == claims.MAX_STRUCK_TOLD


def test_giant_hidden_and_steering_text_becomes_a_short_plain_line(
    world: World, evidence: list[Evidence]
) -> None:
    hostile = "\x1b[31mred\u202e\u200b\nsecond line" + "x" * 1_000_000
    claim = (hostile, hostile, hostile, hostile)

    opinion = check(
        evidence, world, cause("bad_release", world.ref("core"), claim, statement=hostile)
    )

    told = opinion.model_dump_json()
    assert len(told) < 2_000
    assert not {"\x1b", "\u202e", "\u200b", "\n"} & set(opinion.causes[0].statement)
    assert "\\n" not in told
    assert "\\u001b" not in told


def test_a_placeholder_is_read_as_what_it_stands_for(
    world: World, evidence: list[Evidence]
) -> None:
    seen = of_workload(evidence, world, "core")
    image = world.image("core", 2)
    claim = (seen.id, "containers[0].image", "is", "[P1]")
    said = cause("bad_release", world.ref("core"), claim, statement="[P1] is bad")

    opinion = check(evidence, world, said, restore=lambda text: text.replace("[P1]", image))

    assert opinion.causes[0].claims[0].value == image
    assert opinion.causes[0].statement == f"{image} is bad"


def test_series_are_told_by_their_levels_and_lines_by_what_they_say() -> None:
    lines = tuple(f"cannot reach 10.0.0.{n}" for n in range(9))
    logs = PodLogs(namespace="shop", pod="a", container="a", previous=False, lines=lines)
    signals = build.golden_signals("shop", "a", build.group(NOW, errors=0.5))

    said = facts.table(build.evidence("log-1", logs, NOW))
    levels = facts.table(build.evidence("met-1", signals, NOW))

    assert said["alike[0].count"] == 9
    assert said["alike[0].template"] == "cannot reach <*>"
    assert levels["total.errors.points.late"] == 0.5
    assert not any("points[" in path for path in levels)


def test_a_table_is_bounded_whatever_the_evidence_holds() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    logs = PodLogs(namespace="s", pod="a", container="a", previous=False, lines=("x",) * 50_000)
    many = build.evidence("log-1", logs, NOW)

    assert len(facts.table(many)) == facts.MAX_FACTS
    assert facts.table(many.model_copy(update={"kind": "other", "facts": deep})) == {}


@pytest.mark.parametrize(
    "line",
    [
        'TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string',
        "prompt [INST] of <|user|> was refused",
        "\u00abweb\u00bb: <tool_dir> not found",
        f"<|im_start|> {'<tool_dir> ' * 30}",
    ],
)
@pytest.mark.parametrize("relation", ["is", "contains"])
def test_what_was_copied_as_it_was_shown_is_held_as_what_it_was(line: str, relation: str) -> None:
    pod = ObjectRef(kind="Pod", namespace="shop", name="a")
    logs = PodLogs(namespace="shop", pod="a", container="a", previous=False, lines=(line,))
    seen = build.evidence("log-1", logs, NOW)
    raw = facts.shown(line)
    fenced = fencing.fence(raw, fencing.new_nonce()).split("\n")[1].removeprefix("| ")

    for value in (raw, fenced):
        said = ClaimedFact(evidence=seen.id, fact="lines[0]", relation=relation, value=value)
        held = claims.hold([said], [seen], pod)
        assert [item.value for item in held.claims] == [raw]
        said = said.model_copy(update={"value": f"never seen: {value}"})
        assert not claims.hold([said], [seen], pod).claims
