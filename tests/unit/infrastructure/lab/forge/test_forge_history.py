"""What the forge tells of the history of the shop."""

import base64
from pathlib import Path

import pytest
import yaml
from forge_client import Client, client_of

from infrastructure.lab import manifests
from infrastructure.lab.forge import checks, objects
from infrastructure.lab.forge.sources import library, pricing_path
from infrastructure.lab.world import Role


def test_the_repository_says_what_it_is(reader: Client) -> None:
    found = reader.get("")

    assert found["full_name"] == f"{reader.forge.world.team}/{reader.forge.world.namespace}"
    assert found["default_branch"] == "main"
    assert found["permissions"] == {"admin": False, "push": False, "pull": True}


def test_the_history_is_of_several_people_over_weeks_newest_first(reader: Client) -> None:
    found = reader.get("/commits", per_page=100)

    dates = [each["commit"]["committer"]["date"] for each in found]
    assert dates == sorted(dates, reverse=True)
    assert len(found) >= 12
    assert len({each["author"]["login"] for each in found}) >= 4


def test_pages_of_commits_are_linked_and_leave_none_out(reader: Client) -> None:
    first = reader.raw("GET", "/commits?per_page=5")
    pages = [first.json()]
    every = len(reader.forge.git.text("rev-list", "main").split())
    assert f"page={-(-every // 5)}" in first.links["last"]["url"]
    while "next" in first.links:
        first = reader.http.get(
            first.links["next"]["url"], headers={"authorization": f"Bearer {reader.token}"}
        )
        pages.append(first.json())

    told = [each["sha"] for page in pages for each in page]
    assert told == reader.forge.git.text("rev-list", "main").split()
    assert all(len(page) <= 5 for page in pages)


def test_commits_are_found_by_path_and_time(reader: Client) -> None:
    path = pricing_path(reader.service)

    of_path = reader.get("/commits", path=path)

    assert len(of_path) == 2
    newest, oldest = (each["commit"]["committer"]["date"] for each in of_path)
    assert [each["sha"] for each in reader.get("/commits", path=path, since=newest)] == [
        of_path[0]["sha"]
    ]
    assert [each["sha"] for each in reader.get("/commits", path=path, until=oldest)] == [
        of_path[1]["sha"]
    ]


def test_a_commit_tells_its_files_with_their_hunks(reader: Client) -> None:
    path = pricing_path(reader.service)
    sha = reader.get("/commits", path=path)[0]["sha"]

    found = reader.get(f"/commits/{sha}")

    (file,) = found["files"]
    assert (file["filename"], file["status"]) == (path, "modified")
    assert file["patch"].startswith("@@ ")
    assert "+RATES" in file["patch"]
    assert found["stats"] == {"total": 2, "additions": 1, "deletions": 1}


def test_a_commit_is_found_by_branch_tag_and_short_sha(reader: Client) -> None:
    head = reader.forge.head
    tag = reader.get("/releases")[0]["tag_name"]

    assert {reader.get(f"/commits/{name}")["sha"] for name in ("main", tag, head[:8])} == {head}
    assert reader.raw("GET", "/commits/nothing").status_code == 422


def test_a_comparison_tells_what_came_since(reader: Client) -> None:
    shas = reader.forge.git.text("rev-list", "main").split()

    found = reader.get(f"/compare/{shas[3]}...main")

    assert (found["status"], found["ahead_by"], found["behind_by"]) == ("ahead", 3, 0)
    assert [each["sha"] for each in found["commits"]] == shas[:3][::-1]
    assert reader.get(f"/compare/main...{shas[3]}")["status"] == "behind"
    assert reader.get("/compare/main...main")["status"] == "identical"
    assert reader.raw("GET", "/compare/main...nothing").status_code == 404


def test_a_file_is_told_as_it_was_at_a_commit(reader: Client) -> None:
    path = pricing_path(reader.service)
    before = reader.get("/commits", path=path)[1]["sha"]

    now, then = (
        base64.b64decode(reader.get(f"/contents/{path}", ref=ref)["content"]).decode()
        for ref in ("main", before)
    )

    assert "JPY" in now
    assert "JPY" not in then
    assert reader.raw("GET", f"/contents/{path}x").status_code == 404
    assert {each["type"] for each in reader.get("/contents")} == {"file", "dir"}


def test_trees_and_blobs_are_gits_own(reader: Client) -> None:
    tree = reader.get("/git/trees/main", recursive=1)["tree"]
    readme = next(each for each in tree if each["path"] == "README.md")

    blob = reader.get(f"/git/blobs/{readme['sha']}")

    text = base64.b64decode(blob["content"])
    assert text == objects.files(reader.forge.git, "main")["README.md"]
    assert len(text) == readme["size"]


def test_code_is_searched_for_all_words(reader: Client) -> None:
    path = pricing_path(reader.service)
    scope = f"repo:{reader.forge.full_name}"

    found = reader.get("//search/code", q=f'"customer has" {scope}')
    both = reader.get("//search/code", q=f"RATES CURRENCIES {scope} path:services/{reader.service}")

    assert found["total_count"] == 0
    assert [each["path"] for each in both["items"]] == [path]


def test_blame_says_whose_each_line_is(reader: Client) -> None:
    path = pricing_path(reader.service)
    newest, oldest = (each["sha"] for each in reader.get("/commits", path=path))
    query = """query($owner: String!, $name: String!, $ref: String!, $path: String!) {
      repository(owner: $owner, name: $name) { object(expression: $ref) { ... on Commit {
        blame(path: $path) { ranges { startingLine endingLine commit { oid } } } } } } }"""
    forge = reader.forge
    variables = {"owner": forge.owner, "name": forge.name, "ref": "main", "path": path}

    answer = reader.ask("POST", "//graphql", json={"query": query, "variables": variables})

    ranges = answer["data"]["repository"]["object"]["blame"]["ranges"]
    lines = objects.files(forge.git, "main")[path].decode().splitlines()
    assert [each["startingLine"] for each in ranges[1:]] == [
        each["endingLine"] + 1 for each in ranges[:-1]
    ]
    assert ranges[-1]["endingLine"] == len(lines)
    (changed,) = [each for each in ranges if each["commit"]["oid"] == newest]
    assert changed["startingLine"] == changed["endingLine"]
    assert "JPY" in lines[changed["startingLine"] - 1]
    assert {each["commit"]["oid"] for each in ranges} == {newest, oldest}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_repository_holds_what_really_runs_and_passes_its_check(
    tmp_path: Path, seed: int
) -> None:
    with client_of(tmp_path, seed) as client:
        forge = client.forge
        files = {path: data.decode() for path, data in objects.files(forge.git, "main").items()}

        assert checks.faults(forge.git, forge.head) == []
        assert library().items() <= files.items()
        for role in Role:
            service, deployment = yaml.safe_load_all(
                files[f"deploy/{forge.world.services[role]}.yaml"]
            )
            assert deployment == manifests.deployment(forge.world, role)
            assert service in manifests.services(forge.world)
        owners = files[".github/CODEOWNERS"]
        logins = {person.login for person in forge.people}
        assert set(filter(None, (word for word in owners.split() if word[0] == "@"))) <= {
            f"@{login}" for login in logins
        }


def test_pull_requests_of_the_past_are_found_by_their_commits(reader: Client) -> None:
    sha = reader.get("/commits", path=pricing_path(reader.service))[0]["sha"]

    (found,) = reader.get(f"/commits/{sha}/pulls")

    assert (found["state"], found["merge_commit_sha"]) == ("closed", sha)
    assert found["merged_at"]
    assert reader.get("/pulls") == []
    assert len(reader.get("/pulls", state="all")) == 7
    files = reader.get(f"/pulls/{found['number']}/files")
    assert [each["filename"] for each in files] == [pricing_path(reader.service)]
