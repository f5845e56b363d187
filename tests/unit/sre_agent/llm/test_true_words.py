"""A lie told in the words of what it cites is no fact; the same words as they stand there are."""

import pytest

from sre_agent.llm import borne, sentences
from sre_agent.llm.borne import Source
from sre_agent.llm.sentences import ReporterAnswer

NONE_READY = "evidence k8s-1.1 (kubernetes.workload): Deployment/shop/web: 0 of 5 pods ready"
WAITS = (
    "inc-4f2a waits for 2 people to approve its plan (roll back Deployment/shop/web to revision 6),"
    " until 2026-11-01 10:30 UTC"
)
BUDGET = (
    "web-answers of shop/web (99% of requests answered): 62.0% of its error budget is left, ok;"
    " at the last hour's rate none is left in 2.0 h"
)
CHANGED = "2026-11-01 10:00:00 UTC: Deployment/shop/web got revision 7 (spec.replicas: 5 → 2)"
REFUSED = "rollback_rollout of till/web was refused by policy, restart_rollout of till/api was carried out"

COUNTED = [
    ("It is.", NONE_READY),
    ("All 5 pods are ready.", NONE_READY),
    (
        "About k8s-1.1 (kubernetes.workload) of Deployment/shop/web, all 5 pods are ready.",
        NONE_READY,
    ),
    ("Deployment/shop/web: 5 pods ready", NONE_READY),
    ("All 5 pods are ready.", "3 of 5 pods are ready"),
    ("Only 5 pods are ready.", "3 of 5 pods are ready"),
    ("5 pods are ready.", "3/5 pods are ready"),
    ("30 pods failed.", "at 10:30 pods failed"),
    ("Pods are ready.", "two of five pods are ready"),
    ("5 are updated.", "Looked again: 1 of 5 updated, 5 available"),
    ("All 3 pods failed.", "3 pods failed"),
    ("All 5 nodes are ready.", "0 of 5 nodes ready"),
    ("None is left.", BUDGET),
    ("Of its error budget, none is left.", BUDGET),
    ("web-answers of shop/web, none is left.", BUDGET),
    ("Verification succeeded.", "Verification succeeded for 3 pods"),
]
TO_BE_DONE = [
    ("2 people did approve its plan (roll back Deployment/shop/web to revision 6).", WAITS),
    ("2 people approve its plan, and it waits until 2026-11-01 10:30 UTC.", WAITS),
    ("Roll back Deployment/shop/web to revision 6.", WAITS),
    ("The plan was approved by an operator.", "The plan must be approved by an operator"),
    ("The plan was approved by an operator.", "The plan will be approved by an operator"),
    ("The plan is approved by an operator.", "The plan needs to be approved by an operator"),
    ("The plan is approved by an operator.", "The plan is to be approved by an operator"),
    ("The plan to restart web is approved.", "The plan to restart web waits until it is approved"),
    ("It is approved.", "The plan to restart web waits until it is approved"),
    ("Restart web.", "runbook: restart web only after it was drained"),
    ("Restart web.", "If the drain failed, restart web"),
    ("Restart web.", "Restart web, unless it was drained"),
    ("Plan approved by anna.", "Plan approved by anna, another person is waited for"),
    ("The restart of web by ann.", "The restart of web was requested by ann"),
    ("Anna restarted web.", "Anna tried to have restarted web"),
    ("Restarted web.", "Anna tried to drain and restarted web"),
    ("Policy ruled a1 by team/prod.", "Policy ruled: a1 ask by team/prod; a2 deny by team/x"),
    ("The plan to delete db.", "The plan to delete db was rejected by Anna"),
    ("web is still firing.", "web was firing"),
    ("web is firing.", "web was firing"),
]
TURNED = [
    ("Deployment/shop/web got revision 7: spec.replicas to 5 from 2.", CHANGED),
    ("Deployment/shop/web got revision 7, spec.replicas from 2 to 5.", CHANGED),
    ("Deployment/shop/web got revision 7 (spec.replicas: 2 → 5).", CHANGED),
    ("Scaled web to 3 from 5 replicas.", "scaled web from 3 to 5 replicas"),
    ("web was rolled back to 1.4 from 1.3.", "web was rolled back from 1.4 to 1.3"),
    ("web was rolled back from 1.3.", "web was rolled back to 1.3"),
    ("web failed before payments recovered.", "web failed after payments recovered"),
    ("Payments failed after web failed.", "web failed after payments failed"),
    ("web failed, payments restarted.", "web failed before payments restarted"),
    ("web restarted api.", "web restarted by api"),
    ("web failed.", "The rollback of web failed"),
    ("web failed.", "calls of api to web failed"),
    ("api calls web.", "api calls web failed"),
    ("web is healthy.", "ann owns the runbook 'web is healthy' of web"),
    ("web: down", "web: ready, api: down"),
    ("web and api failed.", "web or api failed"),
]
GLUED = [
    (
        "The plan to delete db, which was approved by Bob.",
        (
            "The plan to restart web was approved by Bob",
            "The plan to delete db was rejected by Ann",
        ),
    ),
    (
        "The plan to delete db was approved by Bob.",
        (
            "The plan to restart web was approved by Bob",
            "The plan to delete db was rejected by Ann",
        ),
    ),
    (
        "shop/db is drained, and 0 pods are ready.",
        ("shop/db is drained", "shop/web: 0 pods are ready"),
    ),
    ("shop/db is drained, and rolled back.", ("shop/db is drained", "shop/web: rolled back")),
    ("api calls web, and it was approved.", ("api calls web", "Plan was approved")),
    ("api calls web, approved by ann.", ("api calls web", "approved by ann")),
    ("The rollback_rollout of till/web, which was carried out.", (REFUSED,)),
    (
        "Deployment/shop/web is in shop, and 0 pods are ready.",
        ("Deployment/shop/web is in shop. Deployment/shop/db: 0 pods are ready",),
    ),
]
LIES = [*((said, (told,)) for said, told in (*COUNTED, *TO_BE_DONE, *TURNED)), *GLUED]


@pytest.mark.parametrize(("said", "told"), LIES)
def test_a_lie_in_true_words_is_not_borne_out(said: str, told: tuple[str, ...]) -> None:
    assert borne.foreign(said, [Source(text) for text in told])


@pytest.mark.parametrize(("said", "told"), LIES)
def test_a_lie_in_true_words_is_struck_from_a_summary(said: str, told: tuple[str, ...]) -> None:
    entries = dict(enumerate(told, 1))
    written = {"sentences": [{"text": said, "entries": list(entries)}]}

    assert not sentences.check(ReporterAnswer.model_validate(written), entries, "m").sentences


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Of Deployment/shop/web, 0 of 5 pods are ready.", NONE_READY),
        ("Deployment/shop/web has 0 of 5 pods ready.", NONE_READY),
        ("0 of 5 pods are ready.", NONE_READY),
        ("inc-4f2a waits for 2 people to approve its plan.", WAITS),
        (
            "It waits for 2 people to approve its plan, until 2026-11-01 10:30 UTC.",
            "W" + WAITS[10:],
        ),
        ("62.0% of its error budget is left.", BUDGET),
        ("At the last hour's rate none is left in 2.0 h.", BUDGET),
        ("Deployment/shop/web got revision 7.", CHANGED),
        ("Deployment/shop/web got revision 7, spec.replicas from 5 to 2.", CHANGED),
        ("The spec.replicas went 5 -> 2.", "The spec.replicas went from 5 to 2"),
        ("restart_rollout of till/api was carried out.", REFUSED),
        ("rollback_rollout of till/web was refused by policy.", REFUSED),
        (
            "restart_rollout of till/api was carried out, and rollback_rollout of till/web was"
            " refused by policy.",
            REFUSED,
        ),
        ("web failed after payments recovered.", "web failed after payments recovered"),
        ("The plan must be approved by an operator.", "The plan must be approved by an operator"),
        ("web was firing.", "Alert: web was firing"),
        (
            "Ask pickers, who own its runbook.",
            "pickers owns the runbook 'web restarts' of apple-web",
        ),
        ("Policy ruled: a1 ask by team/prod.", "Policy ruled: a1 ask by team/prod; a2 deny by x"),
        (
            "inc-4f of prod/web is awaiting approval.",
            "inc-4f of prod/web: Errors, critical, awaiting approval, opened 2026-11-01 10:00 UTC",
        ),
        (
            "Plan approved by ann.",
            "2026-11-01 10:00 UTC: Plan approved by ann through war room: ok",
        ),
    ],
)
def test_what_is_said_as_it_stands_there_is_borne_out(said: str, told: str) -> None:
    assert not borne.foreign(said, [Source(told)])


@pytest.mark.parametrize(
    "text",
    ["a " * 900, "a, " * 900, "(a " * 900, "of a " * 500, "and fail " * 400, "a of (a, " * 300],
)
def test_hostile_prose_about_hostile_texts_takes_no_time(text: str) -> None:
    for said in (text[:600], "a, a, a, a, a, a, a, a, a a a, fail fail, a"):
        borne.foreign(said, [Source(text)] * 12)
