"""What went live after the onset is its reason only as far as nobody can tell what was first."""

from dataclasses import replace

import pytest
from change_stories import GUILTY
from changes_told import at, deploy

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.judgement import Judgement

STORY = GUILTY["a guard that is gone"]


def judged(after_s: float, tolerance_s: float) -> Judgement:
    """Return the judgement of a guilty commit that went live so much after the onset was seen."""
    guilty = STORY.commits[:1]
    deploys = [deploy("p", 70 + after_s / 60.0, "pay")]
    story = replace(STORY, commits=guilty, deploys=deploys, tolerance_s=tolerance_s)
    found = scene.build(story)
    assert found.onset_s == at(70)
    return judgement.judge(found)


@pytest.mark.parametrize(("after_s", "tolerance_s"), [(16, 15), (59, 15), (61, 60), (1, 0)])
def test_what_went_live_later_than_that_is_no_reason(after_s: float, tolerance_s: float) -> None:
    assert judged(after_s, tolerance_s).charges == ()


def test_within_it_the_later_it_went_live_the_less_speaks_for_it() -> None:
    scores = [judged(after_s, 60.0).charges[0].score for after_s in (0, 1, 20, 40, 60)]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] - scores[-1] > 5.0
    assert scores[0] - scores[1] < 0.2


def test_that_it_went_live_after_the_onset_is_told() -> None:
    [charge] = judged(30.0, 60.0).charges

    told = [each.statement for each in charge.reasons if each.rule.startswith("time.")]
    assert told == ["it went live 30 s after the onset as it was seen"]
