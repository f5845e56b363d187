"""What is said with a doubt, a condition or a number is said with it, or is not believed."""

import pytest

from sre_agent.llm import borne
from sre_agent.llm.borne import Source

WEAK = (
    "Escalated to people: the evidence is weak: the best cause, bad_release of web, has a confidence of"
    " 1%. Compare the failing revision of Deployment/shop/web with the one before and undo it by hand"
    " if they differ in what fails."
)
LINES = "shop/web: 14 error lines (0 before), 1 new patterns"
BUDGET = "97.2% of its error budget is left; at this pace it would be used up in 30 days"
LOOKED = "Looked again: alerts and rollout are good, for less than 10 s so far"
RANKED = "Round 1: bad_release of web at 62%"
MANY = "shop/web: revision 2 and 3 of 5 pods ready"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The cause is bad_release of web.", WEAK),
        ("Undo it by hand.", WEAK),
        ("The evidence is weak, undo it by hand.", WEAK),
        ("shop/web: 14 error lines before", LINES),
        ("97.2% of its error budget is used up.", BUDGET),
        ("Its error budget is used up in 30 days.", BUDGET),
        ("Alerts and rollout are good for 10 s.", LOOKED),
        ("revision of 5 pods ready", MANY),
        ("Round 1: bad_release of web.", RANKED),
        ("Its error budget is left.", BUDGET),
    ],
)
def test_a_claim_that_leaves_it_out_is_not_borne_out(sentence: str, source: str) -> None:
    assert borne.foreign(sentence, [Source(source)])


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The best cause is bad_release of web, and it has a confidence of 1%.", WEAK),
        ("The evidence is weak.", WEAK),
        ("It was escalated to people.", WEAK),
        ("Undo it by hand if they differ.", WEAK),
        ("There are 14 error lines, 0 before.", LINES),
        ("Round 1 said bad_release of web, at 62%.", RANKED),
        ("97.2% of the error budget is left.", BUDGET),
        ("At this pace it would be used up in 30 days.", BUDGET),
        ("Alerts and rollout are good, for less than 10 s.", LOOKED),
    ],
)
def test_a_claim_that_has_it_is_borne_out(sentence: str, source: str) -> None:
    assert not borne.foreign(sentence, [Source(source)])
