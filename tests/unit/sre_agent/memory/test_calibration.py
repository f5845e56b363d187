"""How right we were: a person's word first, then verification; few cases are no certainty."""

from typing import Any

import pytest

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import NamedCause, Outcome, PastVerdict
from sre_agent.domain.verdict import Judgement
from sre_agent.memory.calibration import Named, learn

WEB = ObjectRef.deployment("prod", "web")


def cause(fault_class: FaultClass = FaultClass.BAD_RELEASE) -> NamedCause:
    return NamedCause(fault_class=fault_class, object=WEB)


def case(confidence: float | None = 0.9, **fields: Any) -> Named:
    values: dict[str, Any] = {
        "cause": cause() if confidence is not None else None,
        "outcome": Outcome.ESCALATED,
        "verdict": None,
        **fields,
    }
    return Named(confidence=confidence, **values)


def says(judgement: Judgement, actual: NamedCause | None = None) -> PastVerdict:
    return PastVerdict(judgement=judgement, actor="ann", actual=actual)


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        ({"outcome": Outcome.RESOLVED}, True),
        ({"outcome": Outcome.NOT_RESOLVED}, False),
        ({"outcome": Outcome.REJECTED}, None),
        ({"outcome": Outcome.ESCALATED}, None),
        ({"outcome": Outcome.RESOLVED, "verdict": says(Judgement.WRONG)}, False),
        ({"outcome": Outcome.NOT_RESOLVED, "verdict": says(Judgement.RIGHT)}, True),
    ],
)
def test_a_verdict_stands_above_verification_and_the_rest_proves_nothing(
    fields: dict[str, Any], is_right: bool | None
) -> None:
    assert case(**fields).is_right is is_right


def test_an_abstention_is_neither_right_nor_wrong() -> None:
    assert case(None, outcome=Outcome.RESOLVED).is_right is None


def test_each_class_is_counted_by_what_became_of_it() -> None:
    memory = cause(FaultClass.OUT_OF_MEMORY)
    found = learn(
        [
            case(outcome=Outcome.RESOLVED),
            case(verdict=says(Judgement.WRONG, memory)),
            case(),
            case(None, verdict=says(Judgement.WRONG, memory)),
            case(cause=memory, outcome=Outcome.RESOLVED),
        ]
    )

    scores = {
        item.fault_class: (item.named, item.confirmed, item.wrong, item.unjudged, item.missed)
        for item in found.classes
    }
    assert scores == {
        FaultClass.BAD_RELEASE: (3, 1, 1, 1, 0),
        FaultClass.OUT_OF_MEMORY: (1, 1, 0, 0, 2),
    }
    assert (found.incidents, found.judged) == (5, 3)


def test_the_table_sets_stated_confidence_beside_the_share_that_was_right() -> None:
    right = [case(0.85, outcome=Outcome.RESOLVED)] * 3
    wrong = [case(0.85, outcome=Outcome.NOT_RESOLVED)]

    found = learn([*right, *wrong, case(1.0, outcome=Outcome.RESOLVED)])

    row = next(item for item in found.reliability if item.low <= 0.85 < item.high)
    last = found.reliability[-1]
    assert (row.judged, row.right, row.share) == (4, 3, 0.75)
    assert row.stated == pytest.approx(0.85)
    assert row.share_low == pytest.approx(0.3006, abs=1e-3)
    assert row.share_high == pytest.approx(0.9544, abs=1e-3)
    assert last.judged == 1, "certainty has a row"
    assert found.brier == pytest.approx((3 * 0.15**2 + 0.85**2) / 5)


def test_nothing_learned_yet_says_so() -> None:
    found = learn([])

    assert (found.judged, found.brier, found.classes) == (0, None, ())
    assert all(row.share is None for row in found.reliability)
