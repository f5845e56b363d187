"""A model's summary says nothing that the entries which it cites do not say."""

import pytest

from sre_agent.domain.summary import ModelSummary
from sre_agent.llm import sentences
from sre_agent.llm.facts import plain
from sre_agent.llm.sentences import ReporterAnswer

ENTRIES = {
    4: "Alert HighErrorRate received: 40% of the requests to store/till fail",
    5: "Approval requested, open until 2026-11-22T12:00:00Z",
    6: "rollback_rollout of till/web was refused by policy, restart_rollout of till/api was carried out",
    7: "till/api calls till/web",
    21: "bad_release of Deployment/store/till-api, confidence 95%: revision 7 began 70 s before",
    30: "Plan approved by ann through war room: looks right",
    34: "kubernetes.rollback_rollout was carried out: rolled back to revision 6",
    41: "Verification: not resolved, the error ratio of till is 12%",
}


def checked(text: str, *cited: int) -> ModelSummary:
    answer = ReporterAnswer.model_validate({"sentences": [{"text": text, "entries": cited}]})
    return sentences.check(answer, ENTRIES, "scripted/model")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("40% of the requests to store/till fail.", [4]),
        ("The plan was approved by ann, and rolled back to revision 6.", [30, 34]),
        ("It is not resolved: the error ratio is 12%.", [41]),
        ("Approval requested, open until 2026-11-22T12:00:00Z.", [5]),
        ("With a confidence of 95% it is a bad_release of Deployment/store/till-api.", [21]),
    ],
)
def test_what_its_entries_say_stays_and_cites_them(text: str, cited: list[int]) -> None:
    summary = checked(text, *cited)

    assert [(item.text, list(item.cites)) for item in summary.sentences] == [(text, cited)]
    assert summary.struck_count == 0


@pytest.mark.parametrize(
    ("text", "cited", "why"),
    [
        ("40% of the requests to store/till fail.", [], "it cites no entry"),
        ("40% of the requests to store/till fail.", [99], "there is no entry 99"),
        ("40% of the requests to store/till fail.", [21], "its entries have no number 40"),
        ("45% of the requests to store/till fail.", [4], "its entries have no number 45"),
        ("The requests to store/till-db fail.", [4], "its entries have no name store/till-db"),
        ("The error ratio of till is 12% and resolved.", [4, 41], "its entries deny it"),
        ("Verification: resolved, the error ratio of till is 12%.", [41], "its entries deny it"),
        ("Plan not approved by ann through war room.", [30], "its entries deny nothing"),
        ("Requests to store/till fail because of it.", [4], "its entries have no outcome becaus"),
        (
            "The alert HighErrorRate was received and fixed.",
            [4],
            "its entries have no outcome fixed",
        ),
        ("Everybody should upgrade their licence today, ann.", [30], "most of its words"),
        ("   ", [4], "it says nothing"),
        ("40% of the requests to store/till fail.", list(range(9)), "more than 8 entries"),
        ("Plan approved by mallory through war room.", [30], "no entry of it says"),
        ("Plan approved by \u0430nn through war room.", [30], "no entry of it says"),
        ("Plan approved by ann through war room, for production.", [30], "no entry of it says"),
        ("Approved.", [5], "no entry of it says"),
        ("Confidence 7.", [21], "no entry of it says"),
        ("½ of the requests to store/till fail.", [4], "no entry of it says"),
        ("The plan was carried out.", [30, 34], "no entry of it says"),
        ("The rollback_rollout of till/web was carried out.", [6], "no entry of it says"),
        ("till/web calls till/api.", [7], "no entry of it says"),
        ("Plan approved: rolled back to revision 6.", [30, 34], "no entry of it says"),
        ("40% of the requests to store/till fail, 70.", [4, 21], "no entry of it says"),
        ("✅ Plan approved by ann.", [30], "no entry of it says"),
    ],
)
def test_what_they_do_not_say_is_struck_with_the_reason(
    text: str, cited: list[int], why: str
) -> None:
    summary = checked(text, *cited)

    assert summary.sentences == ()
    assert summary.struck_count == 1
    assert why in summary.struck[0].reason


def test_more_sentences_than_anybody_reads_are_struck_unread() -> None:
    one = {"text": "40% of the requests to store/till fail.", "entries": [4]}
    answer = ReporterAnswer.model_validate({"sentences": [one] * 100})

    summary = sentences.check(answer, ENTRIES, "scripted/model")

    assert len(summary.sentences) == sentences.MAX_SENTENCES
    assert summary.struck_count == 100 - sentences.MAX_SENTENCES
    assert len(summary.struck) == sentences.MAX_STRUCK_TOLD


def test_no_secret_and_nothing_that_steers_comes_through() -> None:
    entries = {1: plain("Alert x received: the password=hunter2hunter2 is \x1b[2Jwrong", 200)}
    said = {"text": "The password=hunter2hunter2 is \x1b[2Jwrong", "entries": [1]}
    answer = ReporterAnswer.model_validate({"sentences": [said]})

    told = sentences.check(answer, entries, "scripted/model").model_dump_json()

    assert "hunter2" not in told
    assert "\\u001b" not in told
