"""The same server over the lab's forge, which another hand made: what is read there, and a change taken back."""

from collections.abc import Iterator

import pytest
from github_lab import BRANCH, Forge, GithubHands, Json, hands_on
from github_story import APP, BAD, SINCE
from hands_lab import Signer, data, serving
from starlette.testclient import TestClient

from infrastructure.lab import world
from infrastructure.lab.forge import forge as forges
from infrastructure.lab.forge.app import create_app

READING: dict[str, Json] = {
    "list_commits": {"limit": 5},
    "list_pull_requests": {"state": "all"},
    "list_deployments": {},
    "list_workflow_runs": {},
    "list_releases": {},
    "codeowners": {"paths": "README.md"},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[forges.Forge]:
    found = forges.opened(
        tmp_path_factory.mktemp("forge") / "forge", world.make(1), "http://x.test"
    )
    try:
        yield found
    finally:
        found.store.close()


def told(lab: forges.Forge, files: dict[str, str], title: str) -> str:
    """Have a change merged into main, as a person would, and return the commit it became."""
    headers = {"authorization": f"Bearer {lab.access.by_right['write']}"}
    with TestClient(create_app(lab), headers=headers) as http:
        base = f"/repos/{lab.full_name}"
        parent = http.get(f"{base}/git/ref/heads/main").json()["object"]["sha"]
        tree = http.get(f"{base}/git/commits/{parent}").json()["tree"]["sha"]
        entries = [
            {"path": path, "mode": "100644", "type": "blob", "content": text}
            for path, text in files.items()
        ]
        made = http.post(f"{base}/git/trees", json={"base_tree": tree, "tree": entries}).json()
        body = {"message": title, "tree": made["sha"], "parents": [parent]}
        commit = http.post(f"{base}/git/commits", json=body).json()["sha"]
        name = title.lower().replace(" ", "-")
        http.post(f"{base}/git/refs", json={"ref": f"refs/heads/{name}", "sha": commit})
        pull = {"title": title, "head": name, "base": "main"}
        number = http.post(f"{base}/pulls", json=pull).json()["number"]
        merged = http.put(f"{base}/pulls/{number}/merge", json={"sha": commit})
        assert merged.is_success, merged.text
        sha: str = merged.json()["sha"]
        return sha


async def test_it_reads_and_takes_a_change_back_there(lab: forges.Forge, signer: Signer) -> None:
    told(lab, {"app.py": APP}, "Begin")
    bad = told(lab, {"app.py": BAD, "new.txt": "new\n"}, "Read the total")
    told(lab, {"app.py": SINCE, "more.txt": "more\n"}, "Go on")
    rights = lab.access.by_right
    async with serving(create_app(lab)) as url:
        base = url.removesuffix("/mcp") + "/api/v3"
        forge = Forge(base, lab.full_name, rights["read"], rights["write"])
        async with hands_on(forge, signer) as hands:
            read = {tool: await hands.read(tool, **given) for tool, given in READING.items()}
            blame = data(await hands.read("blame", path="app.py", first_line=6, last_line=6))
            merged = await reverted(hands, bad)
            text = data(await hands.read("get_file", path="app.py"))["text"]
            gone = await hands.read("get_file", path="new.txt")
            kept = await hands.read("get_file", path="more.txt")

    assert {tool: each.code for tool, each in read.items() if each.code} == {}
    assert len(blame["ranges"]) == 1
    assert merged == ["applied", "already_applied", "applied", "already_applied"]
    assert text == APP.replace("step_11(cart)", "step_11(basket)")
    assert (gone.code, kept.code) == ("not_found", "")


async def reverted(hands: GithubHands, sha: str) -> list[str]:
    """Take a change back, each write asked for twice, and return what came of them."""
    proposal = hands.revert(sha, branch=BRANCH)
    rehearsed = await hands.rehearse(proposal)
    merge = hands.merge(data(rehearsed)["result_sha256"])
    merge_grant = await hands.granted(merge)
    twice = [(proposal, hands.grant(proposal, rehearsed))] * 2 + [(merge, merge_grant)] * 2
    return [data(await hands.write(call, grant))["outcome"] for call, grant in twice]
