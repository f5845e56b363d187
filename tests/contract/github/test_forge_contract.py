"""The forge answers each of GitHub's operations in the shapes that GitHub describes."""

import json
from pathlib import Path
from typing import Any

import github_contract
import pytest
from forge_client import Client, client_of

OPENAPI = Path(__file__).with_name("openapi")


def test_the_description_is_of_the_version_that_is_pinned() -> None:
    pinned = json.loads((OPENAPI / "package.json").read_text())["devDependencies"]
    locked = json.loads((OPENAPI / "package-lock.json").read_text())["packages"]
    description = json.loads(github_contract.DESCRIPTION.read_text())

    version = pinned["@octokit/openapi"]
    assert locked["node_modules/@octokit/openapi"]["version"] == version
    assert description["info"]["version"] == version


def test_an_answer_of_another_shape_is_noticed() -> None:
    operation = github_contract.find("GET", "/repos/o/r/git/ref/heads/main")
    assert operation is not None

    with pytest.raises(github_contract.ContractError, match="'object' is a required property"):
        github_contract.check_answer(operation, 200, {"ref": "x", "node_id": "x", "url": "x"})
    with pytest.raises(github_contract.ContractError, match="never answers 418"):
        github_contract.check_answer(operation, 418, {})


def test_a_request_of_another_shape_is_noticed() -> None:
    refs = github_contract.find("POST", "/repos/o/r/git/refs")
    commits = github_contract.find("GET", "/repos/o/r/commits")
    assert refs is not None
    assert commits is not None

    with pytest.raises(github_contract.ContractError, match="'sha' is a required property"):
        github_contract.check_request(refs, {}, {"ref": "refs/heads/x"})
    with pytest.raises(github_contract.ContractError, match="takes no branch"):
        github_contract.check_request(commits, {"branch": "main"}, None)


def test_every_described_operation_is_answered(tmp_path: Path) -> None:
    with client_of(tmp_path / "forge", right="admin") as client:
        _ask_everything(client)

        asked = {(each.method, each.path) for each in client.asked}
        described = {(each.method, each.path) for each in github_contract.operations()}
        assert described - asked == set()


def _ask_everything(client: Client) -> None:
    """Use each operation once; the client holds every request and answer against the description."""
    head = client.forge.head
    request = client.propose("topic", {"NOTES.md": "new\n"}, "Take notes")
    client.checked(request["head"]["sha"])
    commit = client.get(f"/git/commits/{head}")
    blob = client.ask("POST", "/git/blobs", 201, json={"content": "x", "encoding": "utf-8"})
    issue = client.ask("POST", "/issues", 201, json={"title": "It comes back", "labels": ["a"]})
    comments = f"/issues/{issue['number']}/comments"
    client.ask("POST", comments, 201, json={"body": "look"})
    for path in (
        "",
        "/commits?per_page=100",
        f"/commits/{head}",
        f"/commits/{head}/check-runs",
        f"/commits/{request['head']['sha']}/check-runs",
        f"/commits/{head}/status",
        f"/commits/{head}/pulls",
        f"/compare/{head}...topic",
        "/contents/README.md",
        "/contents/services",
        "/deployments",
        "/deployments/1/statuses",
        "/actions/runs",
        "/releases",
        "/git/ref/heads/main",
        f"/git/trees/{commit['tree']['sha']}?recursive=1",
        f"/git/blobs/{blob['sha']}",
        "/issues?state=all",
        f"/issues/{issue['number']}",
        comments,
        "/pulls?state=all",
        f"/pulls/{request['number']}",
        f"/pulls/{request['number']}/commits",
        f"/pulls/{request['number']}/files",
        f"//search/code?q=RATES+repo:{client.forge.full_name}",
        "//rate_limit",
    ):
        client.ask("GET", path, 200)
    run: Any = client.get("/actions/runs")["workflow_runs"][0]
    client.get(f"/actions/runs/{run['id']}")
    client.ask("POST", f"/actions/runs/{run['id']}/rerun", 201)
    moved = client.commit({"NOTES.md": "newer\n"}, parents=[request["head"]["sha"]])
    client.ask("PATCH", "/git/refs/heads/topic", 200, json={"sha": moved})
    client.ask("PUT", f"/pulls/{request['number']}/merge", 200, json={"sha": moved})
    client.get(f"/pulls/{request['number']}")
    client.ask("DELETE", "/git/refs/heads/topic", 204)
    hook = {"config": {"url": "http://127.0.0.1:9/", "content_type": "json"}, "events": ["push"]}
    number = client.ask("POST", "/hooks", 201, json=hook)["id"]
    client.get("/hooks")
    client.ask("DELETE", f"/hooks/{number}", 204)
    _ask_as_app(client)


def _ask_as_app(client: Client) -> None:
    app = client.ask("POST", "//lab/app", 201)
    signed = client.as_app(app["id"], app["private_key"])
    installation = signed.get("/installation")
    tokens = f"//app/installations/{installation['id']}/access_tokens"
    signed.ask("POST", tokens, 201, json={"permissions": {"contents": "read"}})
