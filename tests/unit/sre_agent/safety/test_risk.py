"""How much can go wrong, by the kind of change, by who feels it and by where it is done."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.config import action_kinds
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import BlastRadius, Disruption, Risk
from sre_agent.domain.risk import RiskScore
from sre_agent.safety import risk, risk_terms
from sre_agent.safety.risk import Change, Setting

WEB = ObjectRef.deployment("shop", "web")
ACTIONS = action_kinds.shipped()
FEW = BlastRadius(pods=2, callers=("front",), statement="")
GUARD = Disruption(name="web-guard", healthy=2, wanted=2, allowed=0)


def change(**given_: Any) -> Change:
    usual = {
        "target": WEB,
        "radius": FEW,
        "has_inverse": True,
        "least": Risk.LOW,
        "confidence": 0.95,
    }
    return Change(**{**usual, **given_})


def scored(
    tool: str = "scale_workload", setting: Setting | None = None, **given_: Any
) -> RiskScore:
    return risk.score(change(**given_), ACTIONS.find("kubernetes", tool), setting)


def wider(**given_: Any) -> BlastRadius:
    return FEW.model_copy(update=given_)


@pytest.mark.parametrize(
    ("least", "tool", "found"),
    [
        (Risk.LOW, "scale_workload", Risk.LOW),
        (Risk.MEDIUM, "rollback_rollout", Risk.MEDIUM),
        (Risk.LOW, "set_resources", Risk.MEDIUM),
        (Risk.HIGH, "set_resources", Risk.HIGH),
        (Risk.LOW, "set_image", Risk.HIGH),
        (Risk.MEDIUM, "set_env", Risk.HIGH),
        (Risk.LOW, "delete_pod", Risk.LOW),
        (Risk.LOW, "format_disk", Risk.HIGH),
    ],
)
def test_a_change_is_at_least_as_risky_as_its_kind(least: Risk, tool: str, found: Risk) -> None:
    assert risk.level(scored(tool, least=least).score) is found


@pytest.mark.parametrize("radius", [wider(pods=risk.MANY_PODS), wider(callers=tuple("abcde"))])
def test_what_many_feel_is_of_high_risk_and_a_term_says_why(radius: BlastRadius) -> None:
    found = scored(radius=radius)

    assert risk.level(found.score) is Risk.HIGH
    assert "never less than high" in found.terms[-1].statement


def test_the_score_is_what_its_terms_add_up_to() -> None:
    found = scored("set_resources", Setting("production", 10, tier=1, budget_left=0.1))

    assert sum(term.points for term in found.terms) == found.score
    assert all(term.statement for term in found.terms)


def test_terms_name_the_object_they_were_read_off() -> None:
    found = {term.name: term.object for term in scored().terms}

    assert (found["pods"], found["dependants"]) == (WEB, WEB)
    assert found["confidence"] is None


RADII = st.builds(
    BlastRadius,
    pods=st.integers(0, 60),
    callers=st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple),
    statement=st.just(""),
    pods_total=st.none() | st.integers(1, 60),
    traffic_pct=st.none() | st.integers(0, 100),
    is_stateful=st.booleans(),
    claims=st.sampled_from([(), ("data",)]),
    disruptions=st.sampled_from([(), (GUARD,)]),
    unchanged_s=st.none() | st.integers(0, 100_000),
)
TOOLS = st.sampled_from(sorted(kind.tool for kind in ACTIONS))


@settings(deadline=None)
@given(radius=RADII, tool=TOOLS, more=st.integers(1, 40))
def test_more_pods_never_make_an_action_safer(radius: BlastRadius, tool: str, more: int) -> None:
    more_pods = radius.model_copy(update={"pods": radius.pods + more})

    assert scored(tool, radius=more_pods).score >= scored(tool, radius=radius).score


@settings(deadline=None)
@given(radius=RADII, tool=TOOLS, more=st.integers(1, 9))
def test_more_callers_never_make_an_action_safer(radius: BlastRadius, tool: str, more: int) -> None:
    others = tuple(f"caller-{number}" for number in range(more))
    felt_by_more = radius.model_copy(update={"callers": (*radius.callers, *others)})

    assert scored(tool, radius=felt_by_more).score >= scored(tool, radius=radius).score


WORSE: tuple[tuple[Setting, Setting], ...] = (
    (Setting("a", 10, tier=2), Setting("a", 10, tier=1)),
    (Setting("a", 10, tier=4), Setting("a", 10)),
    (Setting("a", 0), Setting("a", 30)),
    (Setting("a", 0), Setting(None)),
    (Setting("a", 10, budget_left=0.9), Setting("a", 10, budget_left=0.1)),
    (Setting("a", 10, budget_left=0.1), Setting("a", 10, budget_left=0.0)),
    (Setting("a", 10, budget_left=0.9), Setting("a", 10, budget_left=0.9, burns_fast=True)),
    (Setting("a", 10, budget_left=0.9), Setting("a", 10)),
)


@pytest.mark.parametrize(("better", "worse"), WORSE)
def test_a_worse_place_to_act_counts_for_more(better: Setting, worse: Setting) -> None:
    assert scored(setting=worse).score > scored(setting=better).score


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("state", {"radius": wider(is_stateful=True)}),
        ("state", {"radius": wider(claims=("data",))}),
        ("disruption", {"radius": wider(disruptions=(GUARD,))}),
        ("traffic", {"radius": wider(traffic_pct=80)}),
        ("newness", {"radius": wider(unchanged_s=60)}),
        ("undo", {"has_inverse": False}),
        ("confidence", {"confidence": 0.5}),
    ],
)
def test_each_circumstance_of_a_change_counts(name: str, given_: dict[str, Any]) -> None:
    usual = {term.name: term.points for term in scored().terms}
    found = {term.name: term.points for term in scored(**given_).terms}

    assert found[name] > usual[name]


def test_taking_more_pods_than_a_budget_allows_counts() -> None:
    loose = GUARD.model_copy(update={"allowed": 2})
    radius = wider(disruptions=(loose,))

    found = [scored(radius=radius, pods_lost=lost).score for lost in (2, 3)]

    assert found[1] - found[0] == risk_terms.DISRUPTION


def test_no_score_is_above_a_hundred() -> None:
    everything = wider(
        pods=100, callers=tuple("abcdefgh"), is_stateful=True, claims=("a",), disruptions=(GUARD,)
    )
    worst = Setting(None, 30, tier=1, budget_left=0.0, burns_fast=True)

    found = scored("set_image", worst, radius=everything, has_inverse=False, confidence=0.1)

    assert found.score == risk.MOST
