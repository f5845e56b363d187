"""A ruling is told with what it risks, and with what adds to that."""

from typing import Any

from backend.cli import telling_rulings
from sre_agent.domain.risk import RiskScore, RiskTerm

SCORE = RiskScore(
    score=34,
    terms=(
        RiskTerm(name="kind", points=30, statement="Roll back"),
        RiskTerm(name="undo", points=0, statement="it can be taken back"),
        RiskTerm(name="pods", points=4, statement="2 pods change"),
    ),
)


def test_a_risk_is_told_with_the_terms_that_add_to_it() -> None:
    assert list(telling_rulings.scored(SCORE)) == [
        "risk 34 of 100, low",
        "   30  kind: Roll back",
        "    4  pods: 2 pods change",
    ]


def test_a_logged_risk_is_told_in_short_and_an_old_log_has_none() -> None:
    logged: dict[str, Any] = SCORE.model_dump(mode="json")

    assert telling_rulings.in_short(logged) == " (risk 34 of 100: kind 30, pods 4)"
    assert telling_rulings.in_short(None) == ""
