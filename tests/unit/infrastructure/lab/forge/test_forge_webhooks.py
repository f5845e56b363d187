"""Others are told of what happens in the repository, and can see that it is the forge who says so."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from forge_client import Client
from http_listener import answering

from infrastructure.lab.forge.webhooks import signature

SECRET = "told-to-both"  # noqa: S105 - opens nothing but a test


@dataclass
class Heard:
    """What somebody was told."""

    url: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    signatures: list[bool] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def wait_for(self, name: str) -> dict[str, Any]:
        """Return the last event of a name, once there is one."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            found = [payload for event, payload in list(self.events) if event == name]
            if found:
                return found[-1]
            time.sleep(0.01)
        raise AssertionError(f"nobody told of {name}, but of {[event for event, _ in self.events]}")


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.signatures.append(self.headers["x-hub-signature-256"] == signature(SECRET, body))
            found.ids.add(self.headers["x-github-delivery"])
            found.events.append((self.headers["x-github-event"], json.loads(body)))
            self.send_response(202)
            self.end_headers()

    with answering(Handler) as address:
        found.url = f"http://{address}/"
        yield found


def hook(client: Client, url: str, *events: str) -> int:
    config = {"url": url, "content_type": "json", "secret": SECRET}
    told = client.with_("admin").ask(
        "POST", "/hooks", 201, json={"config": config, "events": list(events)}
    )
    assert told["config"]["secret"] != SECRET
    number: int = told["id"]
    return number


def test_a_merge_is_told_with_its_commits_and_signed(client: Client, heard: Heard) -> None:
    hook(client, heard.url, "push", "pull_request")
    heard.wait_for("ping")
    request = client.propose("topic", {"NOTES.md": "new\n"}, "Take notes")
    before = client.forge.head

    sha = client.ask("PUT", f"/pulls/{request['number']}/merge", json={})["sha"]

    end = time.monotonic() + 10
    while heard.events[-1][1].get("action") != "closed" and time.monotonic() < end:
        time.sleep(0.01)
    assert [event for event, _ in heard.events] == [
        "ping",
        "push",
        "pull_request",
        "push",
        "pull_request",
    ]
    push, closed = heard.events[-2][1], heard.events[-1][1]
    assert (push["ref"], push["before"], push["after"]) == ("refs/heads/main", before, sha)
    assert {each["id"] for each in push["commits"]} == {sha, request["head"]["sha"]}
    assert push["repository"]["default_branch"] == "main"
    assert closed["pull_request"]["merged"]
    assert closed["pull_request"]["merge_commit_sha"] == sha
    assert all(heard.signatures)
    assert len(heard.ids) == len(heard.events)


def test_a_run_that_is_over_is_told(client: Client, heard: Heard) -> None:
    hook(client, heard.url, "workflow_run")

    client.branch("topic", client.commit({"a.py": "def (\n"}))

    run = heard.wait_for("workflow_run")["workflow_run"]
    assert (run["conclusion"], run["head_branch"]) == ("failure", "topic")


def test_who_does_not_answer_is_noted_and_holds_nobody_up(client: Client, heard: Heard) -> None:
    dead = hook(client, "http://127.0.0.1:9/", "push")
    hook(client, heard.url, "push")

    client.branch("topic", client.commit({"a.txt": "a\n"}))

    heard.wait_for("push")
    end = time.monotonic() + 10
    told: dict[int, str] = {}
    while told.get(dead) != "failed" and time.monotonic() < end:
        hooks = client.with_("admin").get("/hooks")
        told = {each["id"]: each["last_response"]["status"] for each in hooks}
    assert told[dead] == "failed"


def test_a_hook_needs_a_url_and_is_removed_once(client: Client) -> None:
    admin = client.with_("admin")
    number = hook(client, "http://127.0.0.1:9/", "push")

    assert admin.raw("POST", "/hooks", json={"config": {}}).status_code == 422
    assert client.raw("GET", "/hooks").status_code == 403
    admin.ask("DELETE", f"/hooks/{number}", 204)
    assert admin.raw("DELETE", f"/hooks/{number}").status_code == 404
