"""What a model is worth in an evaluation: its answers, and those that it did not give."""

import pytest

from backend.evals import eval_table
from backend.evals.incident_cases import Case, CaseFile, ExpectedCause
from backend.evals.incident_logs import IncidentLog
from backend.evals.replaying import Taken
from backend.evals.scoring import Scored, score, summarize
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import ModelOpinion, Standing, WeighedCause
from sre_agent.replay.outcome import Outcome
from sre_agent.replay.playing import Replayed

WEB = ObjectRef(kind="Deployment", namespace="shop", name="web")
CAUSE = WeighedCause(
    fault_class=FaultClass.BAD_RELEASE,
    is_in_catalogue=True,
    object=WEB,
    statement="",
    standing=Standing.AGREES,
    reason="",
    confidence=0.5,
)
RIGHT = ModelOpinion(model="m", causes=(CAUSE,))
NONE_NAMED = ModelOpinion(model="m")
SILENT = ModelOpinion(model="m", note="it did not answer within 30 s")
BROKEN = CaseFile(causes=(ExpectedCause(fault_class=FaultClass.BAD_RELEASE),))
QUIET = CaseFile(nothing=True)


def scored(file: CaseFile, said: ModelOpinion | None) -> Scored:
    now = Outcome(
        diagnosis=Diagnosis(causes=(), abstained=True, reason="nothing was found"), opinion=said
    )
    replayed = Replayed(then=now, now=now, differences=(), notes=(), events=())
    return score(Case("c", file, IncidentLog(())), Taken(replayed, (), 1.0))


@pytest.mark.parametrize(
    ("file", "said", "is_right"),
    [
        (BROKEN, RIGHT, True),
        (BROKEN, NONE_NAMED, False),
        (BROKEN, SILENT, False),
        (BROKEN, None, None),
        (QUIET, RIGHT, False),
        (QUIET, NONE_NAMED, True),
        (QUIET, SILENT, False),
    ],
)
def test_a_model_that_names_no_cause_is_right_only_where_there_is_none(
    file: CaseFile, said: ModelOpinion | None, *, is_right: bool | None
) -> None:
    assert scored(file, said).model_right is is_right


def test_answers_that_did_not_come_count_as_wrong_and_are_counted() -> None:
    runs = [scored(BROKEN, RIGHT), *[scored(BROKEN, SILENT)] * 9]

    found = summarize(runs)

    assert (found.model_accuracy, found.unanswered) == (0.1, 9)
    shown = eval_table.table(runs)
    columns = {str(column.header): list(column.cells) for column in shown.columns}
    assert columns["model A@1"] == ["0.10", "0.10"]
    assert columns["unanswered"] == ["9", "9"]


def test_where_nobody_was_asked_nobody_failed() -> None:
    found = summarize([scored(BROKEN, None)])

    assert (found.model_accuracy, found.unanswered) == (None, 0)
