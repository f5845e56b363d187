"""Who may see and do what, and how often."""

import time
from pathlib import Path

from forge_client import Client, client_of

from infrastructure.lab.forge.limits import WINDOW_S


def test_who_shows_no_token_finds_nothing_and_a_bad_one_is_refused(reader: Client) -> None:
    url = f"http://forge.test/api/v3/repos/{reader.forge.full_name}"

    assert reader.http.get(url).status_code == 404
    refused = reader.http.get(url, headers={"authorization": "Bearer github_pat_x"})
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")


def test_a_token_without_rights_sees_no_repository(reader: Client) -> None:
    assert reader.with_("none").raw("GET", "").status_code == 404
    assert reader.with_("none").raw("GET", "//rate_limit").status_code == 200


def test_a_reader_writes_nothing(reader: Client) -> None:
    refused = reader.raw("POST", "/git/blobs", json={"content": "x"})

    assert refused.status_code == 403
    assert "not accessible" in refused.json()["message"]
    assert refused.headers["x-accepted-github-permissions"]


def test_another_repository_is_not_here(reader: Client) -> None:
    assert reader.raw("GET", "//repos/somebody/else").status_code == 404
    assert reader.raw("GET", "//nowhere").status_code == 404


def test_the_api_is_found_with_and_without_the_prefix(reader: Client) -> None:
    headers = {"authorization": f"token {reader.token}"}
    place = f"repos/{reader.forge.full_name}"

    for root in ("", "/api/v3"):
        assert reader.http.get(f"{root}/{place}", headers=headers).status_code == 200


def test_every_answer_tells_what_is_left_and_at_zero_it_is_refused(client: Client) -> None:
    client.forge.limits.set(limit=3, remaining=None, pause_s=None)

    left = [client.raw("GET", "").headers["x-ratelimit-remaining"] for _ in range(3)]
    refused = client.raw("GET", "")

    assert left == ["2", "1", "0"]
    assert refused.status_code == 403
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert time.time() < int(refused.headers["x-ratelimit-reset"]) <= time.time() + WINDOW_S
    assert client.get("//rate_limit")["rate"]["remaining"] == 0


def test_who_is_too_hasty_is_told_how_long_to_wait(client: Client) -> None:
    client.forge.limits.set(limit=None, remaining=None, pause_s=30)

    refused = client.raw("GET", "")

    assert refused.status_code == 403
    assert 29 <= int(refused.headers["retry-after"]) <= 31


def test_the_budget_is_full_again_after_the_window(client: Client) -> None:
    limits = client.forge.limits
    limits.set(limit=1, remaining=None, pause_s=None)
    client.get("")
    assert client.raw("GET", "").status_code == 403

    limits.clock = lambda: time.time() + WINDOW_S + 1

    assert client.raw("GET", "").status_code == 200


def test_tokens_branches_requests_and_comments_survive_a_restart(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        request = client.propose("topic", {"NOTES.md": "x\n"})
        number, token = request["number"], client.token
        client.ask("POST", f"/issues/{number}/comments", json={"body": "look"})
        client.checked(request["head"]["sha"])

    with client_of(tmp_path) as again:
        assert again.token == token
        assert again.get(f"/pulls/{number}")["head"]["sha"] == request["head"]["sha"]
        assert [each["body"] for each in again.get(f"/issues/{number}/comments")] == ["look"]
        assert again.checked(request["head"]["sha"])["conclusion"] == "success"


def test_a_start_that_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "forge.db").write_bytes(b"half")
    (tmp_path / "draft.git").mkdir()

    with client_of(tmp_path) as client:
        assert len(client.get("/pulls", state="all")) == 7


def test_what_is_no_json_is_refused(reader: Client) -> None:
    assert reader.raw("POST", "//graphql", content=b"{").status_code == 400
    assert reader.raw("POST", "//graphql", content=b"[]").status_code == 400
