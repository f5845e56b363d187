"""A repository with a story: work before a bad commit, the bad commit, and work since."""

from dataclasses import dataclass
from pathlib import Path

from git_repository import File, GitRepository
from github_world import World

APP = "\n".join([f"def step_{number}(cart): return cart" for number in range(12)]) + "\n"
BAD = APP.replace("step_5(cart): return cart", "step_5(cart): return cart['total']")
SINCE = BAD.replace("step_11(cart)", "step_11(basket)")


@dataclass(frozen=True)
class Story:
    """The world and its commits."""

    world: World
    first: str
    bad: str
    since: str

    @property
    def git(self) -> GitRepository:
        return self.world.git

    def main(self, path: str = "app.py") -> str:
        return self.git.text("main", path)


def tell(folder: Path) -> Story:
    """Return the repository after its story."""
    git = GitRepository(folder / "repository")
    files: dict[str, File | bytes | None] = {
        "app.py": APP.encode(),
        "run.sh": File(b"#!/bin/sh\n", "100755"),
        ".github/CODEOWNERS": b"* @acme/all\napp.py @acme/cart # them\n",
    }
    first = git.commit(files, "Begin", author="grace")
    edits = {"app.py": BAD.encode(), "new.txt": b"password=hunter2secret\n"}
    bad = git.commit(edits, "Read the total\n\nIt is there.", author="ada")
    since = git.commit({"app.py": SINCE.encode(), "docs/a.md": b"more\n"}, "Go on", author="linus")
    world = World(git)
    world.checks = []
    return Story(world, first, bad, since)
