"""What any system may tell of a change, and how it is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.intake import changes
from backend.intake.changes import CHANGES_MAX, DIFF_MAX, ReadChange
from backend.intake.refusals import MalformedError, NotJsonError
from sre_agent.domain.timeline import ChangeKind
from sre_agent.safety.redaction import MASK

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FLAG = {"key": "k-1", "kind": "flag", "summary": "new-pricing switched on"}


def parsed(*sent: Any) -> changes.Parsed:
    body = json.dumps({"changes": list(sent)}).encode()
    return changes.parse(body, cluster_id="east", now=NOW)


def one(**fields: Any) -> ReadChange:
    [found] = parsed({**FLAG, **fields}).changes
    return found


def test_a_change_is_of_the_cluster_whose_token_came_with_it() -> None:
    told = one(at="2026-03-01T13:00:00+02:00", services=["web", "web"], link="https://x.org/1")

    assert told.change.cluster_id == "east"
    assert told.change.kind is ChangeKind.FLAG
    assert told.change.at == datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
    assert (told.change.told_at, told.change.services) == (NOW, ("web",))


def test_a_change_without_a_time_took_effect_when_it_was_told_and_is_the_same_later() -> None:
    body = json.dumps({"changes": [FLAG]}).encode()

    [first] = changes.parse(body, cluster_id="east", now=NOW).changes
    [again] = changes.parse(body, cluster_id="east", now=NOW + timedelta(hours=1)).changes

    assert first.change.at == NOW
    assert (first.change.id, first.sha256) == (again.change.id, again.sha256)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"kind": "party"}, "kind", "Input should be"),
        ({"key": ""}, "key", "at least 1 character"),
        ({"key": "a\nb"}, "key", "control character"),
        ({"key": "a\u202eb"}, "key", "control character"),
        ({"summary": "x" * 301}, "summary", "at most 300"),
        ({"at": "2026-03-01T12:00:00"}, "at", "timezone"),
        ({"at": "2026-03-01T12:06:00Z"}, "at", "lies in the future"),
        ({"at": "0001-01-01T00:00:00+23:00"}, "at", "outside the years"),
        ({"commit": "not-a-sha"}, "commit", "pattern"),
        ({"link": "javascript:alert(1)"}, "link", "http:// or https://"),
        ({"link": "https://me:secret@x.org"}, "link", "no credentials"),
        ({"paths": ["a"] * 301}, "paths", "at most 300"),
        ({"diff": "+" * (DIFF_MAX + 1)}, "diff", str(DIFF_MAX)),
        ({"sumary": "typo"}, "sumary", "Extra inputs"),
        ({"state": "succeeded"}, "state", "'success'"),
        ({"state": "SUCCESS"}, "state", "'in_progress'"),
        ({"key": "deploy?token=ghp_" + "a" * 36}, "key", "looks like a secret"),
    ],
)
def test_a_field_that_is_wrong_is_told_and_the_other_changes_are_taken(
    wrong: dict[str, Any], field: str, said: str
) -> None:
    found = parsed({**FLAG, **wrong}, {**FLAG, "key": "k-2"})

    assert [item.change.key for item in found.changes] == ["k-2"]
    [problem] = found.refused[0]
    assert problem.field == f"changes[0].{field}"
    assert said in problem.message


def test_what_is_wrong_is_told_without_what_was_sent() -> None:
    with pytest.raises(MalformedError) as refusal:
        parsed({**FLAG, "kind": "s3cr3t-kind"})

    assert "s3cr3t" not in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'"\\ud800"',
        b'{"changes":[]}',
        b'{"changes":{}}',
        b'{"changes":[{}],"more":1}',
        b"7",
    ],
)
def test_what_is_no_list_of_changes_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        changes.parse(body, cluster_id="", now=NOW)


@pytest.mark.parametrize("body", [b"", b"{", b'{"changes":[NaN]}', b"[" * 100_000, b'"\xff"'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJsonError):
        changes.parse(body, cluster_id="", now=NOW)


def test_more_changes_than_a_webhook_may_hold_are_refused_whole() -> None:
    with pytest.raises(MalformedError, match="send several webhooks"):
        parsed(*[{**FLAG, "key": str(number)} for number in range(CHANGES_MAX + 1)])


def test_secrets_are_masked_in_every_free_text() -> None:
    said = "password=hunter2hunter2"

    told = one(summary=f"set {said}", before=said, message=said, diff=f"+{said}").change

    assert "hunter2" not in told.model_dump_json()
    assert MASK in told.diff


@pytest.mark.parametrize(
    "field", ["namespace", "repository", "actor", "image", "version", "environment", "object"]
)
def test_secrets_are_masked_in_every_name(field: str) -> None:
    secret = "ghp_" + "a" * 36

    told = one(**{field: f"x {secret}"}, paths=[f"x?token={secret}"], services=[secret]).change

    assert secret not in told.model_dump_json()
    assert MASK in getattr(told, field)
    assert MASK in told.paths[0]


def test_names_that_tell_no_secret_stay_as_they_are() -> None:
    sent = {
        "object": "Secret/shop/db-password",
        "image": "registry.example/auth-token:1.4",
        "version": "v1.2.3",
        "repository": "acme/store",
        "actor": "ada@example.org",
    }

    told = one(**sent, paths=["services/auth/token.py"]).change

    assert {name: getattr(told, name) for name in sent} == sent
    assert told.paths == ("services/auth/token.py",)


@pytest.mark.parametrize(
    ("state", "is_in_effect"),
    [
        *[(word, True) for word in ("", "success", "merged", "published", "active")],
        *[(word, False) for word in ("pending", "queued", "in_progress", "failure", "error")],
        *[(word, False) for word in ("cancelled", "skipped")],
    ],
)
def test_each_word_for_how_it_ended_says_whether_it_took_effect(
    state: str, is_in_effect: bool
) -> None:
    assert one(state=state).change.is_in_effect is is_in_effect


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb"a\ud800b", "a\ufffdb"),
        (rb"a\u0000b", "a\ufffdb"),
        (rb"a\ud83d\ude00b", "a\U0001f600b"),
        (rb"a\\u0000b", "a\\u0000b"),
        (rb"a\\\ud800b", "a\\\ufffdb"),
    ],
)
def test_a_character_that_cannot_be_stored_is_replaced_and_the_batch_is_taken(
    sent: bytes, kept: str
) -> None:
    flag = json.dumps(FLAG).encode()
    body = flag.replace(b"new-pricing switched on", sent).replace(b"k-1", b"k-2")

    found = changes.parse(
        b'{"changes":[' + flag + b"," + body + b"]}", cluster_id="", now=NOW
    ).changes

    assert [item.change.summary for item in found] == [FLAG["summary"], kept]


def test_of_a_secret_nobody_learns_what_it_was() -> None:
    told = one(kind="secret", before="old", after="new", diff="-old\n+new").change

    assert (told.before, told.after, told.diff) == (MASK, MASK, "")


def test_a_character_zero_is_replaced_where_it_would_not_be_stored() -> None:
    told = one(message="a\0b").change

    assert "\0" not in told.message
    assert told.message.startswith("a")
