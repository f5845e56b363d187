"""What every answer of the forge is made from: its repository, its documents, its names and its callers."""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infrastructure.lab.forge import seeding
from infrastructure.lab.forge.access import Access
from infrastructure.lab.forge.git import BRANCHES, Git
from infrastructure.lab.forge.limits import Limits
from infrastructure.lab.forge.people import Person, team
from infrastructure.lab.forge.store import Document, Store
from infrastructure.lab.world import World

MAIN = "main"

Payload = dict[str, Any]
Listener = Callable[[str, Payload], None]
"""Hears of an event (`push`, `pull_request`, `deployment_status`) and what it is about."""


@dataclass
class Forge:
    """One forge with one repository."""

    git: Git
    store: Store
    world: World
    url: str
    """Where it is reached, without a slash at the end; for a request, where that reached it."""
    access: Access
    limits: Limits = field(default_factory=Limits)
    listeners: list[Listener] = field(default_factory=list)
    writing: threading.RLock = field(default_factory=threading.RLock)
    """Held by whoever looks at the repository to change it."""

    @property
    def owner(self) -> str:
        """Return whose the repository is."""
        return self.world.team

    @property
    def name(self) -> str:
        """Return how the repository is called."""
        return self.world.namespace

    @property
    def full_name(self) -> str:
        """Return owner and name."""
        return f"{self.owner}/{self.name}"

    @property
    def api(self) -> str:
        """Return the URL of the repository in the API."""
        return f"{self.url}/api/v3/repos/{self.full_name}"

    @property
    def html(self) -> str:
        """Return the URL of the repository's page."""
        return f"{self.url}/{self.full_name}"

    @property
    def people(self) -> list[Person]:
        """Return who works on the repository."""
        return list(team(self.world.seed))

    @property
    def head(self) -> str:
        """Return the newest commit of main."""
        return str(self.git.value(f"{BRANCHES}{MAIN}"))

    def tell(self, event: str, payload: Payload) -> None:
        """Tell everybody who listens."""
        for listener in self.listeners:
            listener(event, payload)


def opened(folder: Path, world: World, url: str, chosen: dict[str, str] | None = None) -> Forge:
    """Open the forge of a folder, or found it with the first history of its world.

    Args:
        folder: its own.
        world: how everything is called.
        url: where it is reached.
        chosen: tokens by right, instead of made-up ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    repository = folder / "repository.git"
    access = Access.of_folder(folder, world.team, chosen or {})
    if repository.exists():
        return Forge(Git(repository), Store(folder / "forge.db"), world, url, access)
    draft, now_s = folder / "draft.git", time.time()
    shutil.rmtree(draft, ignore_errors=True)  # of a start that was interrupted
    for leftover in folder.glob("forge.db*"):
        leftover.unlink()
    git, steps = seeding.seed(draft, world, now_s)
    forge = Forge(git, Store(folder / "forge.db"), world, url, access)
    _remember(forge, steps, now_s)
    draft.rename(repository)
    forge.git = Git(repository)
    return forge


def _remember(forge: Forge, steps: list[seeding.Step], now_s: float) -> None:
    """Keep what GitHub would know of the first history beside its commits."""
    shas = forge.git.text("rev-list", "--reverse", MAIN).split()
    for step, sha in zip(steps, shas, strict=True):
        if step.is_reviewed:
            forge.store.add(
                "issue", _request(step, sha, forge.git.text("rev-parse", f"{sha}^"), int(now_s))
            )
    tag = forge.git.text("for-each-ref", "--format=%(refname:short)", "refs/tags")
    at_s = int(now_s - steps[-1].hours_ago * seeding.HOUR_S)
    author = steps[-1].author.login
    forge.store.add("release", {"tag": tag, "sha": shas[-1], "author": author, "at_s": at_s})
    deployment = forge.store.add(
        "deployment",
        {
            "sha": shas[-1],
            "ref": tag,
            "at_s": at_s,
            "services": list(forge.world.services.values()),
        },
    )
    forge.store.add(
        "deployment_status",
        {"deployment": deployment["number"], "state": "success", "at_s": at_s + 60, "text": ""},
    )


def _request(step: seeding.Step, sha: str, base_sha: str, now_s: int) -> Document:
    subject, _, rest = step.message.partition("\n")
    merged_at_s = int(now_s - step.hours_ago * seeding.HOUR_S)
    return {
        "title": subject,
        "body": rest.strip(),
        "author": step.author.login,
        "state": "closed",
        "labels": [],
        "at_s": merged_at_s - seeding.HOUR_S,
        "closed_at_s": merged_at_s,
        "pull": {
            "head": "topic/" + subject.lower().replace(" ", "-").replace(":", "")[:40],
            "head_sha": sha,
            "base": MAIN,
            "base_sha": base_sha,
            "merged_at_s": merged_at_s,
            "merge_sha": sha,
            "merged_by": step.author.login,
            "is_draft": False,
        },
    }
