"""Which of GitHub's events tell of a change, and what they tell."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.intake import github
from backend.intake.github import GithubChange
from backend.intake.refusals import MalformedError, NotJsonError
from sre_agent.domain.timeline import Change, ChangeKind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PUSHED = datetime(2026, 3, 1, 11, 50, tzinfo=UTC)
SHA = "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a"
REPOSITORY = {
    "full_name": "acme/shop",
    "default_branch": "main",
    "pushed_at": int(PUSHED.timestamp()),
}
COMMIT = {
    "id": SHA,
    "message": "Round prices\n\nAPI_KEY=sk-live-abcdefghijklmnop0123",
    "timestamp": "2026-02-01T10:00:00+01:00",
    "url": f"https://github.com/acme/shop/commit/{SHA}",
    "author": {"name": "Ada", "username": "ada"},
    "added": ["b.py"],
    "removed": ["c.py"],
    "modified": ["a.py"],
}
PULL = {
    "number": 7,
    "title": "Round prices",
    "merged": True,
    "merged_at": "2026-03-01T11:50:00Z",
    "merged_by": {"login": "ada"},
    "merge_commit_sha": SHA,
}
DEPLOYMENT = {
    "id": 11,
    "sha": SHA,
    "ref": "main",
    "environment": "production",
    "created_at": "2026-03-01T11:52:00Z",
    "creator": {"login": "robot"},
}
RUN = {
    "id": 5,
    "name": "deploy",
    "run_number": 9,
    "run_attempt": 2,
    "head_branch": "main",
    "head_sha": SHA,
    "conclusion": "success",
    "updated_at": "2026-03-01T11:55:00Z",
}
RELEASE = {"id": 3, "tag_name": "v1.2", "published_at": "2026-03-01T11:40:00Z"}


def read(event: str, **sent: Any) -> tuple[GithubChange, ...]:
    body = json.dumps({"repository": REPOSITORY, **sent}).encode()
    found = github.parse(event, body, now=NOW)
    assert found is not None
    return found


def only(event: str, **sent: Any) -> Change:
    [found] = read(event, **sent)
    return found.change


def test_a_push_to_the_default_branch_tells_of_its_commits_as_of_the_push() -> None:
    told = only("push", ref="refs/heads/main", commits=[COMMIT])

    assert (told.kind, told.commit, told.actor) == (ChangeKind.COMMIT, SHA, "ada")
    assert told.at == PUSHED, "it says nothing when a commit was written"
    assert told.paths == ("a.py", "b.py", "c.py")
    assert told.summary == "Round prices"
    assert "sk-live" not in told.model_dump_json()


def test_a_merged_pull_request_tells_of_itself() -> None:
    told = only("pull_request", action="closed", pull_request=PULL)

    assert (told.kind, told.summary, told.commit) == (
        ChangeKind.PULL_REQUEST,
        "#7 Round prices",
        SHA,
    )
    assert told.is_in_effect


def test_a_deployment_is_one_change_whatever_becomes_of_it() -> None:
    status = {"created_at": "2026-03-01T11:58:00Z"}
    [asked] = read("deployment", deployment=DEPLOYMENT)
    [failed] = read(
        "deployment_status",
        deployment=DEPLOYMENT,
        deployment_status={**status, "state": "failure"},
    )
    [done] = read(
        "deployment_status",
        deployment=DEPLOYMENT,
        deployment_status={**status, "state": "success"},
    )

    assert asked.change.id == failed.change.id == done.change.id
    assert asked.as_of < done.as_of
    assert done.change.at == asked.change.at, "it may take effect from when it began"
    assert [item.change.is_in_effect for item in (asked, failed, done)] == [False, False, True]


def test_a_release_and_a_run_tell_of_themselves() -> None:
    released = only("release", action="published", release=RELEASE)
    ran = only("workflow_run", action="completed", workflow_run=RUN)

    assert (released.kind, released.version) == (ChangeKind.RELEASE, "v1.2")
    assert (ran.kind, ran.summary) == (ChangeKind.WORKFLOW, "deploy #9: success")


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        ("ping", {"zen": "Keep it logically awesome."}),
        ("push", {"ref": "refs/heads/feature", "commits": [COMMIT]}),
        ("push", {"ref": "refs/tags/v1", "commits": [COMMIT]}),
        ("pull_request", {"action": "opened", "pull_request": PULL}),
        ("pull_request", {"action": "closed", "pull_request": {**PULL, "merged": False}}),
        (
            "deployment_status",
            {
                "deployment": DEPLOYMENT,
                "deployment_status": {"state": "inactive", "created_at": "2026-03-01T12:00:00Z"},
            },
        ),
        ("release", {"action": "deleted", "release": RELEASE}),
        ("workflow_run", {"action": "requested", "workflow_run": RUN}),
        ("workflow_run", {"action": "completed", "workflow_run": {**RUN, "head_branch": "x"}}),
    ],
)
def test_what_changes_nothing_that_runs_tells_of_no_change(
    event: str, sent: dict[str, Any]
) -> None:
    assert read(event, **sent) == ()


def test_an_event_that_nobody_knows_is_told_apart() -> None:
    assert github.parse("star", b"{}", now=NOW) is None


def test_what_is_not_as_github_sends_it_is_refused_by_its_field() -> None:
    with pytest.raises(MalformedError, match=r"commits\[0\]\.id"):
        read("push", ref="refs/heads/main", commits=[{**COMMIT, "id": "x"}])
    with pytest.raises(MalformedError, match="full_name"):
        read("push", ref="x", repository={"full_name": "a\nb"})
    with pytest.raises(NotJsonError):
        github.parse("push", b"{", now=NOW)


def test_a_text_that_steers_or_has_no_end_is_made_plain_and_short() -> None:
    hostile = {**COMMIT, "message": "\x1b[2J\u202efix" + "x" * 100_000}

    told = only("push", ref="refs/heads/main", commits=[hostile])

    assert "\x1b" not in told.message
    assert "\u202e" not in told.summary
    assert len(told.message) <= 8 * 1024
    assert len(told.summary) <= 300


def test_an_address_that_is_none_leads_nowhere() -> None:
    hostile = {**COMMIT, "url": "javascript:alert(1)"}

    assert only("push", ref="refs/heads/main", commits=[hostile]).link == ""
    assert only("push", ref="refs/heads/main", commits=[COMMIT]).link == COMMIT["url"]


@pytest.mark.parametrize(("files", "has_all"), [(300, True), (301, False)])
def test_a_push_says_whether_a_commit_has_more_files_than_are_kept(
    files: int, has_all: bool
) -> None:
    many = {**COMMIT, "added": [f"{at}.py" for at in range(files)], "removed": [], "modified": []}

    told = only("push", ref="refs/heads/main", commits=[many])

    assert len(told.paths) == 300
    assert told.has_all_paths is has_all


def test_what_is_null_was_not_said_and_refuses_no_push() -> None:
    nothing = {"author": None, "message": None, "url": None, "added": None}
    other = {**COMMIT, "id": "2" * 40, **nothing}

    found = read("push", ref="refs/heads/main", commits=[COMMIT, other])

    assert [item.change.actor for item in found] == ["ada", ""]
    assert found[1].change.summary == "2" * 12


def test_a_push_that_does_not_say_when_it_was_is_the_same_when_it_comes_again() -> None:
    repository = {key: value for key, value in REPOSITORY.items() if key != "pushed_at"}
    sent = {"repository": repository, "ref": "refs/heads/main", "commits": [COMMIT]}
    body = json.dumps(sent).encode()

    first = github.parse("push", body, now=NOW)
    again = github.parse("push", body, now=NOW + timedelta(hours=2))

    assert first is not None
    assert again is not None
    assert first[0].change.at == NOW
    assert first[0].sha256 == again[0].sha256
