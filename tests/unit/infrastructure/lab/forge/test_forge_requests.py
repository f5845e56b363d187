"""Branches, pull requests, checks and merges."""

import pytest
from forge_client import Client

from infrastructure.lab.forge import objects
from infrastructure.lab.forge.sources import pricing_path


def test_a_branch_is_made_once(client: Client) -> None:
    sha = client.commit({"a.txt": "a\n"})
    client.branch("topic", sha)

    second = client.raw("POST", "/git/refs", json={"ref": "refs/heads/topic", "sha": sha})

    assert second.status_code == 422
    assert second.json()["message"] == "Reference already exists"
    assert client.get("/git/ref/heads/topic")["object"]["sha"] == sha
    client.ask("DELETE", "/git/refs/heads/topic", 204)
    assert client.raw("GET", "/git/ref/heads/topic").status_code == 404
    assert client.raw("DELETE", "/git/refs/heads/topic").status_code == 422


@pytest.mark.parametrize("ref", ["heads/topic", "refs/topic", "refs/heads/-x..", "refs/heads/a b"])
def test_a_name_that_is_none_is_refused(client: Client, ref: str) -> None:
    body = {"ref": ref, "sha": client.forge.head}

    assert client.raw("POST", "/git/refs", json=body).status_code == 422


def test_a_branch_needs_a_commit_that_is_there(client: Client) -> None:
    body = {"ref": "refs/heads/topic", "sha": "0" * 39 + "1"}

    assert client.raw("POST", "/git/refs", json=body).status_code == 422


def test_a_commit_is_what_was_written(client: Client) -> None:
    author = {"name": "Ada", "email": "ada@example.com", "date": "2026-11-01T10:00:00Z"}
    trailer = "Undo it\n\nGrant-Id: 7"

    sha = client.commit({"a.txt": "a\n", "README.md": None}, trailer, author=author)

    found = client.get(f"/commits/{sha}")
    assert found["commit"]["message"] == trailer
    assert found["commit"]["author"] == author
    assert {each["filename"]: each["status"] for each in found["files"]} == {
        "README.md": "removed",
        "a.txt": "added",
    }
    assert client.forge.head == found["parents"][0]["sha"]


def test_a_tree_takes_only_objects_that_are_there(client: Client) -> None:
    entry = {"path": "a", "mode": "100644", "type": "blob", "sha": "0" * 39 + "1"}

    assert client.raw("POST", "/git/trees", json={"tree": [entry]}).status_code == 422
    assert client.raw("POST", "/git/trees", json={"tree": [{"path": "a"}]}).status_code == 422
    assert client.raw("POST", "/git/trees", json={}).status_code == 422


def test_a_request_is_checked_merged_and_closed(client: Client) -> None:
    request = client.propose("topic", {"NOTES.md": "new\n"}, "Take notes")
    number, head = request["number"], request["head"]["sha"]
    assert client.checked(head)["conclusion"] == "success"
    assert client.get(f"/pulls/{number}")["mergeable_state"] == "clean"

    merged = client.ask("PUT", f"/pulls/{number}/merge", json={"sha": head})

    assert merged["merged"]
    assert client.forge.head == merged["sha"]
    commit = client.get(f"/commits/{merged['sha']}")
    assert [each["sha"] for each in commit["parents"]][1] == head
    assert commit["commit"]["message"].startswith(f"Merge pull request #{number}")
    closed = client.get(f"/pulls/{number}")
    assert (closed["state"], closed["merged"], closed["merge_commit_sha"]) == (
        "closed",
        True,
        merged["sha"],
    )
    assert client.raw("PUT", f"/pulls/{number}/merge", json={}).status_code == 405
    assert [each["number"] for each in client.get(f"/commits/{head}/pulls")] == [number]


def test_a_squashed_request_is_one_commit_of_its_author(client: Client) -> None:
    author = {"name": "Ada", "email": "ada@example.com"}
    first = client.commit({"a.txt": "a\n"}, author=author)
    client.branch("topic", client.commit({"b.txt": "b\n"}, parents=[first], author=author))
    body = {"title": "Two files", "head": "topic", "base": "main"}
    number = client.ask("POST", "/pulls", json=body)["number"]
    before = client.forge.head

    sha = client.ask("PUT", f"/pulls/{number}/merge", json={"merge_method": "squash"})["sha"]

    found = client.get(f"/commits/{sha}")
    assert [each["sha"] for each in found["parents"]] == [before]
    assert found["commit"]["message"] == f"Two files (#{number})"
    assert found["commit"]["author"]["name"] == "Ada"
    assert {each["filename"] for each in found["files"]} == {"a.txt", "b.txt"}


def test_a_head_that_moved_is_not_merged(client: Client) -> None:
    request = client.propose("topic", {"NOTES.md": "one\n"})
    seen = request["head"]["sha"]
    moved = client.commit({"NOTES.md": "two\n"}, parents=[seen])
    client.ask("PATCH", "/git/refs/heads/topic", json={"sha": moved})
    before = client.forge.head

    refused = client.raw("PUT", f"/pulls/{request['number']}/merge", json={"sha": seen})

    assert refused.status_code == 409
    assert client.forge.head == before
    assert client.get(f"/pulls/{request['number']}")["head"]["sha"] == moved


def test_a_branch_moves_back_only_by_force(client: Client) -> None:
    sha = client.commit({"a.txt": "a\n"})
    client.branch("topic", sha)
    body = {"sha": client.forge.head}

    assert client.raw("PATCH", "/git/refs/heads/topic", json=body).status_code == 422
    client.ask("PATCH", "/git/refs/heads/topic", json={**body, "force": True})
    assert client.get("/git/ref/heads/topic")["object"]["sha"] == client.forge.head


def test_a_conflict_is_told_and_not_merged(client: Client) -> None:
    path = pricing_path(client.service)
    old = objects.files(client.forge.git, "main")[path].decode()
    ours, theirs = (old.replace('"EUR": 1.0', f'"EUR": 1.{number}') for number in (1, 2))
    one, other = client.propose("one", {path: ours}), client.propose("other", {path: theirs})
    client.ask("PUT", f"/pulls/{one['number']}/merge", json={})

    found = client.get(f"/pulls/{other['number']}")
    refused = client.raw("PUT", f"/pulls/{other['number']}/merge", json={})

    assert (found["mergeable"], found["mergeable_state"]) == (False, "dirty")
    assert refused.status_code == 405


def test_a_request_that_leaves_its_base_behind_keeps_later_commits(client: Client) -> None:
    early = client.propose("early", {"a.txt": "a\n"})
    late = client.propose("late", {"b.txt": "b\n"})
    client.ask("PUT", f"/pulls/{late['number']}/merge", json={})

    client.ask("PUT", f"/pulls/{early['number']}/merge", json={})

    files = objects.files(client.forge.git, "main")
    assert (files["a.txt"], files["b.txt"]) == (b"a\n", b"b\n")


def test_code_that_does_not_compile_is_red_and_says_where(client: Client) -> None:
    path = pricing_path(client.service)
    request = client.propose("topic", {path: "x = 1\ndef broken(:\n"})

    check = client.checked(request["head"]["sha"])

    assert check["conclusion"] == "failure"
    assert f"{path}:2:" in check["output"]["summary"]
    assert client.get(f"/pulls/{request['number']}")["mergeable_state"] == "unstable"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy/a.yaml", "kind: ["),
        ("deploy/a.yaml", "a: 1\n"),
        ("flags.yaml", "a: {b: perhaps}\n"),
    ],
)
def test_manifests_and_flags_that_cannot_be_read_are_red(
    client: Client, path: str, text: str
) -> None:
    client.branch("topic", client.commit({path: text}))

    check = client.checked(client.forge.git.commit_of("topic") or "")

    assert check["conclusion"] == "failure"
    assert path in check["output"]["summary"]


def test_a_run_is_done_again(client: Client) -> None:
    sha = client.commit({"a.txt": "a\n"})
    client.branch("topic", sha)
    client.checked(sha)
    (run,) = client.get("/actions/runs", head_sha=sha)["workflow_runs"]

    client.ask("POST", f"/actions/runs/{run['id']}/rerun", 201)

    client.checked(sha)
    assert client.get(f"/actions/runs/{run['id']}")["run_attempt"] == 2
    assert client.raw("POST", "/actions/runs/999/rerun").status_code == 404


def test_a_request_needs_something_new_and_is_the_only_one(client: Client) -> None:
    client.branch("empty", client.forge.head)
    client.propose("topic", {"a.txt": "a\n"})

    for head in ("empty", "topic", "nowhere"):
        body = {"title": "x", "head": head, "base": "main"}
        assert client.raw("POST", "/pulls", json=body).status_code == 422


def test_requests_are_found_by_their_branch(client: Client) -> None:
    number = client.propose("topic", {"a.txt": "a\n"})["number"]

    head = f"{client.forge.owner}:topic"
    assert [each["number"] for each in client.get("/pulls", head=head)] == [number]
    assert client.get("/pulls", head=f"{client.forge.owner}:other") == []


def test_an_issue_is_opened_and_found_by_its_label(client: Client) -> None:
    body = {"title": "It comes back", "body": "with the next deploy", "labels": ["rollback"]}

    opened = client.ask("POST", "/issues", 201, json=body)

    assert [each["number"] for each in client.get("/issues", labels="rollback")] == [
        opened["number"]
    ]
    assert client.get("/issues", labels="rollback,other") == []
    assert client.raw("POST", "/issues", json={}).status_code == 422


def test_the_first_files_come_back_and_open_requests_are_closed(client: Client) -> None:
    lab = client.with_("admin")
    merged = client.propose("topic", {"NOTES.md": "x\n"})
    client.ask("PUT", f"/pulls/{merged['number']}/merge", json={})
    open_ = client.propose("other", {"OTHER.md": "x\n"})
    assert client.raw("POST", "//lab/restore").status_code == 403

    restored = lab.ask("POST", "//lab/restore")["sha"]

    files = objects.files(client.forge.git, "main")
    tag = client.get("/releases")[0]["tag_name"]
    assert files == objects.files(client.forge.git, tag)
    assert restored == client.forge.git.text("rev-parse", f"{tag}^{{commit}}"), "by a commit"
    assert client.get(f"/pulls/{open_['number']}")["state"] == "closed"
    assert lab.ask("POST", "//lab/restore")["sha"] == restored, "nothing is left to be done"
