"""What a GitHub of tests holds beside its git repository, and how it tells of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from git_repository import GitError, GitRepository

Json = dict[str, Any]

START_S = 1_790_000_000


@dataclass
class Limits:
    """What is left of the rate limit; `retry_after_s` is set while there were too many writes at once."""

    remaining: int = 4999
    resets_at_s: int = START_S
    retry_after_s: int | None = None


@dataclass
class World:
    """One repository of one owner, and whom GitHub lets do what with it."""

    git: GitRepository
    owner: str = "acme"
    name: str = "store"
    id: int = 4711
    tokens: dict[str, str] = field(default_factory=dict)
    """Each token, and whether it can `read` or `write`."""
    app_key: str = ""
    limits: Limits = field(default_factory=Limits)
    pulls: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    issues: list[Json] = field(default_factory=list)
    deployments: list[Json] = field(default_factory=list)
    deployment_statuses: dict[int, list[Json]] = field(default_factory=dict)
    runs: list[Json] = field(default_factory=list)
    releases: list[Json] = field(default_factory=list)
    checks: list[Json] | None = None
    """The checks of every commit; None where GitHub has none yet."""
    checks_of: dict[str, list[Json]] = field(default_factory=dict)
    """The checks of single commits that have others."""
    statuses: list[Json] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The method and path of each request."""
    before: Callable[[str, str], None] | None = None
    """Called with the method and path of a request that is about to be served."""
    barred: str = ""
    """What stands in the paths that no credential may write to."""
    lose: Callable[[str, str], bool] | None = None
    """Tells of a request that was served that its answer is lost."""
    redirect: Callable[[str, str], tuple[int, str] | None] | None = None
    """Tells of a method and address whether another is to be asked: the status, and where."""

    def __post_init__(self) -> None:
        self._clock_s = START_S

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that change something."""
        return [
            (verb, path) for verb, path in self.asked if verb != "GET" and "graphql" not in path
        ]

    def now(self) -> str:
        self._clock_s += 1
        return stamp(self._clock_s)

    def renamed(self, verb: str, url: str) -> tuple[int, str] | None:
        """Redirect what is asked under the repository's name, as if it had another by now."""
        old, new = f"/repos/{self.full_name}", f"/repositories/{self.id}"
        # A moved address keeps its query; what is written has to be sent again as it was.
        return (301 if verb == "GET" else 307, url.replace(old, new, 1)) if old in url else None

    def repository(self) -> Json:
        return {
            "id": self.id,
            "full_name": self.full_name,
            "default_branch": "main",
            "archived": False,
            "private": True,
        }

    def commit(self, revision: str) -> Json:
        """Return a commit as lists have it.

        Raises:
            GitError: There is none.
        """
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"
        raw = self.git.git("show", "-s", f"--format={form}", f"{revision}^{{commit}}").decode()
        sha, tree, parents, name, mail, at, cname, cmail, cat, body = raw.split("\0", 9)
        return {
            "sha": sha,
            "html_url": f"https://github.test/{self.full_name}/commit/{sha}",
            "commit": {
                "message": body.rstrip("\n"),
                "author": {"name": name, "email": mail, "date": stamp(int(at))},
                "committer": {"name": cname, "email": cmail, "date": stamp(int(cat))},
                "tree": {"sha": tree},
            },
            "author": {"login": name},
            "parents": [{"sha": parent} for parent in parents.split()],
        }

    def files(self, before: str | None, after: str) -> list[Json]:
        """Return what lies between two revisions, with a patch for each text."""
        base = before or self.git.git("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()
        raw = (
            self.git.git("diff", "--raw", "--no-abbrev", "-M", "-z", base, after)
            .decode()
            .split("\0")
        )
        found, at = [], 0
        while at < len(raw) and raw[at]:
            _, _, sha_before, sha_after, status = raw[at].split()
            names = raw[at + 1 : at + (3 if status[0] in "RC" else 2)]
            at += len(names) + 1
            sha = sha_before if status == "D" else sha_after
            found.append({"sha": sha, **self._file(base, after, status[0], names)})
        return found

    def _file(self, base: str, after: str, status: str, names: list[str]) -> Json:
        patch = self.git.git("diff", "-M", base, after, "--", *names).decode(errors="replace")
        _, mark, hunks = patch.partition("\n@@")
        numbers = self.git.ask("diff", "--numstat", "-M", base, after, "--", *names).split()
        added, removed = (int(each) if each.isdigit() else 0 for each in numbers[:2] or ("0", "0"))
        words = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}
        file: Json = {
            "filename": names[-1],
            "status": words[status],
            "additions": added,
            "deletions": removed,
        }
        if len(names) > 1:
            file["previous_filename"] = names[0]
        return file | ({"patch": f"@@{hunks}".rstrip("\n")} if mark else {})

    def pull(self, number: int) -> Json | None:
        return next((each for each in self.pulls if each["number"] == number), None)

    def told_pull(self, pull: Json) -> Json:
        """Return a pull request as it is at this moment: its head is that of its branch while it is open."""
        if pull["state"] == "open":
            pull["head"]["sha"] = self.git.head(pull["head"]["ref"]) or pull["head"]["sha"]
        base, head = self.git.head(pull["base"]["ref"]), pull["head"]["sha"]
        count = pull.get("_commits") or self.git.ask("rev-list", "--count", f"{base}..{head}")
        told = {key: value for key, value in pull.items() if not key.startswith("_")}
        return told | {"commits": int(count), "merged": pull["merged_at"] is not None}

    def open_pull(self, branch: str, title: str, body: str = "", base: str = "main") -> Json:
        """Open a pull request.

        Raises:
            GitError: GitHub would not have it.
        """
        head = self.git.head(branch)
        if head is None:
            raise GitError("PullRequest head invalid")
        if any(each["state"] == "open" and each["head"]["ref"] == branch for each in self.pulls):
            raise GitError(f"A pull request already exists for {self.owner}:{branch}.")
        number = len(self.pulls) + len(self.issues) + 1
        pull: Json = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "draft": False,
            "user": {"login": "the-responder"},
            "labels": [],
            "html_url": f"https://github.test/{self.full_name}/pull/{number}",
            "created_at": self.now(),
            "merged_at": None,
            "closed_at": None,
            "merge_commit_sha": None,
            "head": {"ref": branch, "sha": head, "repo": self.repository()},
            "base": {"ref": base, "sha": self.git.head(base), "repo": self.repository()},
        }
        self.pulls.append(pull)
        return pull

    def merge(self, number: int, message: str = "Merge it", method: str = "merge") -> str:
        """Merge a pull request and return the commit at the end of it."""
        pull = self.told_pull(self.pull(number) or {})
        kept = self.pull(number)
        assert kept is not None
        branch, head = pull["base"]["ref"], pull["head"]["sha"]
        main = self.git.head(branch)
        assert main is not None
        kept["_commits"] = pull["commits"]
        sha = self._merged(main, head, branch, message, method)
        kept |= {"state": "closed", "merged_at": self.now(), "merge_commit_sha": sha}
        kept["closed_at"] = kept["merged_at"]
        kept["head"]["sha"] = head
        return sha

    def _merged(self, main: str, head: str, branch: str, message: str, method: str) -> str:
        self.git.git("checkout", "-q", "-f", "--detach", main)
        if method == "rebase":
            # As a rebase has it: no merges, and nothing that the base has already.
            options = ("--reverse", "--topo-order", "--no-merges", "--right-only", "--cherry-pick")
            self.git.git(
                "cherry-pick", *self.git.ask("rev-list", *options, f"{main}...{head}").split()
            )
            sha = self.git.ask("rev-parse", "HEAD")
        else:
            self.git.git("merge", "-q", "--squash" if method == "squash" else "--no-commit", head)
            tree = self.git.ask("write-tree")
            parents = ["-p", main, *(() if method == "squash" else ("-p", head))]
            sha = self.git.ask("commit-tree", tree, *parents, "-m", message)
        self.git.git("reset", "-q", "--hard")
        self.git.git("update-ref", f"refs/heads/{branch}", sha)
        return sha


def stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
