"""Random histories with pull requests: whatever way one was merged, it is taken back as git's own revert does."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from git_repository import GitRepository
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_world import World
from hands_lab import Signer, data

from mcp_servers.github.revert import patches
from mcp_servers.github.revert.trees import Entry, Tree

OURS = tuple(f"shop/{name}.py" for name in ("cart", "price", "stock", "user"))
THEIRS = tuple(f"docs/{name}.md" for name in ("begin", "how", "why"))
SEEDS = range(8)
METHODS = ("merge", "squash", "rebase")


@dataclass
class People:
    """They work on a repository, by chance; `count` makes each line that they write another one."""

    git: GitRepository
    chance: random.Random
    count: int = field(default=0)

    def line(self) -> str:
        self.count += 1
        return f"line {self.count} of many"

    def begin(self) -> str:
        texts = {path: self.text(20) for path in (*OURS, *THEIRS)}
        return self.git.commit(texts, "Begin")

    def text(self, lines: int) -> bytes:
        return "".join(f"{self.line()}\n" for _ in range(lines)).encode()

    def work(self, branch: str, paths: tuple[str, ...], parent: str | None = None) -> str:
        """Commit one deed, mostly to some of these paths."""
        start = parent or branch
        there = sorted(self.git.files(start).keys() & set(paths)) or sorted(self.git.files(start))
        path = self.chance.choice(there)
        deed: Callable[[str, str], dict[str, bytes | None]] = self.chance.choice(
            (self.edit, self.edit, self.edit, self.add, self.rename, self.remove)
        )
        parents = (parent,) if parent else None
        return self.git.commit(deed(start, path), self.line(), branch=branch, parents=parents)

    def edit(self, revision: str, path: str) -> dict[str, bytes | None]:
        lines = self.git.text(revision, path).splitlines(keepends=True)
        place = self.chance.randrange(len(lines))
        lines[place : place + self.chance.randrange(3)] = [f"{self.line()}\n"]
        return {path: "".join(lines).encode()}

    def add(self, _revision: str, path: str) -> dict[str, bytes | None]:
        self.count += 1
        return {f"{path}.{self.count}": self.text(self.chance.randrange(1, 60))}

    def rename(self, revision: str, path: str) -> dict[str, bytes | None]:
        self.count += 1
        return {path: None, f"{path}.{self.count}": self.git.text(revision, path).encode()}

    def remove(self, _revision: str, path: str) -> dict[str, bytes | None]:
        return {path: None}


@dataclass(frozen=True)
class Merged:
    """A pull request that was merged, and what git takes back instead of it."""

    number: int
    before: str
    tip: str
    reverting: tuple[str, ...]


def told(people: People, world: World, method: str) -> Merged:
    """Tell a history: a pull request beside other work, its merge, and work after it."""
    git, chance = people.git, people.chance
    start = people.begin()
    steps = [people.work("feature", OURS, start)]
    for _ in range(chance.randrange(4)):
        if chance.random() < 0.3:
            people.work("main", THEIRS)
            _merge_main(git)
        steps.append(people.work("feature", OURS))
    if method == "rebase" and len(steps) > 1 and chance.random() < 0.5:
        _pick(git, steps[0])
    people.work("main", THEIRS)
    before = git.head() or ""
    number: int = world.open_pull("feature", "A feature")["number"]
    tip = world.merge(number, method=method)
    for _ in range(chance.randrange(4)):
        people.work("main", OURS if chance.random() < 0.6 else THEIRS)
    options = {"merge": ("-m", "1", tip), "squash": (tip,), "rebase": (f"{before}..{tip}",)}
    return Merged(number, before, tip, options[method])


def _merge_main(git: GitRepository) -> None:
    main, feature = git.head() or "", git.head("feature") or ""
    tree = git.ask("merge-tree", "--write-tree", feature, main)
    sha = git.ask("commit-tree", tree, "-p", feature, "-p", main, "-m", "Merge main")
    git.git("update-ref", "refs/heads/feature", sha)


def _pick(git: GitRepository, sha: str) -> None:
    """Have main take one commit of the feature by itself, long before the feature is merged."""
    git.commit(_edits(git, f"{sha}^", sha), git.ask("show", "-s", "--format=%s", sha))


def _edits(git: GitRepository, before: str, after: str) -> dict[str, bytes | None]:
    old, new = git.files(before), git.files(after)
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    return {path: git.text(after, path).encode() if path in new else None for path in changed}


def tree(files: dict[str, tuple[str, str]]) -> Tree:
    return {path: Entry(mode, sha) for path, (mode, sha) in files.items()}


async def taken_back(
    hands: GithubHands, people: People, merged: Merged, *, is_named_as_pull: bool = True
) -> str:
    """Compare what we make with what git makes, and return how it went."""
    git = people.git
    head = git.head() or ""
    named = {"pull_request": merged.number} if is_named_as_pull else {"sha": merged.tip}
    call = hands.call("create_revert_pr", branch=BRANCH, **named)
    result = await hands.rehearse(call)
    reverted = git.reverted(head, *merged.reverting)
    if result.code:
        return "both conflict" if reverted is None else f"cautious: {result.code}"
    assert reverted is not None, "git conflicts, and we do not"
    there, wanted = tree(git.files(head)), tree(reverted)
    assert data(result)["result_sha256"] == patches.sha256(there, patches.between(there, wanted))
    return "the same"


@pytest.mark.parametrize("method", METHODS)
async def test_a_pull_request_is_taken_back_as_git_does(
    tmp_path: Path, signer: Signer, method: str
) -> None:
    found = []
    for seed in SEEDS:
        git = GitRepository(tmp_path / str(seed))
        people, world = People(git, random.Random(seed)), World(git)
        merged = told(people, world, method)
        async with github_of(world) as forge, hands_on(forge, signer) as hands:
            found.append(await taken_back(hands, people, merged))

    assert found.count("the same") >= len(SEEDS) / 2, found
    assert len([each for each in found if each.startswith("cautious")]) <= len(SEEDS) / 4, found


async def test_the_merge_of_a_pull_request_is_taken_back_as_git_does(
    tmp_path: Path, signer: Signer
) -> None:
    found = []
    for seed in SEEDS:
        git = GitRepository(tmp_path / str(seed))
        people, world = People(git, random.Random(seed)), World(git)
        merged = told(people, world, "merge")
        async with github_of(world) as forge, hands_on(forge, signer) as hands:
            found.append(await taken_back(hands, people, merged, is_named_as_pull=False))

    assert found.count("the same") >= len(SEEDS) / 2, found
    assert not any("merge_of_branch" in each for each in found), found


@pytest.mark.parametrize("method", METHODS)
async def test_who_merges_main_into_own_work_takes_no_pull_request_along(
    tmp_path: Path, signer: Signer, method: str
) -> None:
    for seed in SEEDS:
        git = GitRepository(tmp_path / str(seed))
        people, world = People(git, random.Random(seed)), World(git)
        start = told(people, world, method).before
        own = git.commit({"own.txt": people.text(3)}, "Say hello", branch="own", parents=(start,))
        main = git.head() or ""
        tree = git.ask("merge-tree", "--write-tree", own, main)
        merge = git.ask("commit-tree", tree, "-p", own, "-p", main, "-m", people.line())
        git.git("update-ref", "refs/heads/main", merge)
        people.work("main", THEIRS)
        async with github_of(world) as forge, hands_on(forge, signer) as hands:
            result = await hands.rehearse(hands.revert(merge))

        assert result.code == "merge_of_branch"
        assert f"{own[:12]} (Say hello): take" in result.reason
        assert f"git revert -m 2 {merge}" in result.reason
