"""Nobody is blamed for being near alone: of a commit that nobody looked into, no mechanism is known."""

import pytest
from changes_told import at, commit, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.commits import UNREAD
from sre_agent.diagnosis.changes.judgement import Judgement
from sre_agent.domain.changes import Commit, Deploy

TRACE = "fatal error: boom\nservices/pay/ledger.go:18 Ledger.book"


def judged(words: str, *commits: Commit, ago_s: float = 5.0) -> Judgement:
    """Return the judgement of commits that went live one after the other, the last just before the onset."""
    deploys = [
        Deploy(service="pay", at_s=at(70) - ago_s - 60.0 * after, sha=each.sha)
        for after, each in enumerate(reversed(commits))
    ]
    metrics = {("pay", "error_ratio"): stepped(0.01, 0.7)}
    return judgement.judge(scene.build(told("pay", metrics, lines("pay", words), commits, deploys)))


@pytest.mark.parametrize("ago_s", [5.0, 20.0, 60.0])
@pytest.mark.parametrize("path", ["", "services/pay/page.go"])
def test_a_commit_whose_diff_nobody_saw_is_not_blamed_for_being_near(
    ago_s: float, path: str
) -> None:
    found = judged("connection pool exhausted", commit("u", 60, "Tidy", path), ago_s=ago_s)

    assert found.charges[0].score > found.against
    assert found.culprit is None
    assert found.confidence < 0.5
    assert [charge.commit.sha[0] for charge in found.unread] == ["u"]


def test_a_commit_that_only_shares_words_with_what_fails_is_not_blamed() -> None:
    words = "cannot settle invoices of northern harbours"
    diff = "@@ -1 +1 @@\n-    settle(invoices, northern, 1)\n+    settle(harbours, northern, 2)"

    found = judged(words, commit("u", 60, "Tidy", "services/pay/page.py", diff))

    assert found.charges[0].score > found.against
    assert found.culprit is None


def test_one_whose_files_stand_in_the_stack_is() -> None:
    found = judged(TRACE, commit("u", 60, "Tidy", "services/pay/ledger.go"))

    assert found.culprit is not None


def test_one_that_touches_documents_alone_needs_no_look() -> None:
    found = judged("connection pool exhausted", commit("u", 60, "Tidy", "docs/pay.md"))

    assert found.unread == ()


def test_that_nobody_saw_it_speaks_neither_for_it_nor_against_it() -> None:
    found = judged("connection pool exhausted", commit("u", 60, "Tidy", ""))

    [reason] = [each for each in found.charges[0].reasons if each.rule == UNREAD]

    assert reason.weight == 0.0


def test_no_other_is_blamed_for_sure_while_nobody_saw_what_went_live_beside_it() -> None:
    other = commit(
        "d",
        66,
        "Less room",
        "services/pay/pool.go",
        "@@ -1 +1 @@\n-max_pool = 30\n+max_pool = 3",
    )
    words = "connection pool exhausted"

    alone, beside = judged(words, other), judged(words, commit("u", 60, "Tidy", ""), other)

    assert alone.confidence > 0.9
    assert beside.confidence < 0.7
