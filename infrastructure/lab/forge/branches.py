"""Change what branches point at, and tell those who listen."""

import time

from infrastructure.lab.forge import commits
from infrastructure.lab.forge.errors import unprocessable
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import BRANCHES, NOTHING, GitError
from infrastructure.lab.forge.shapes import hooks


def create(forge: Forge, ref: str, sha: str, login: str) -> None:
    """Make a branch or tag.

    Raises:
        RefusalError: 422 when it is there, or its name is none.
    """
    try:
        forge.git.run("check-ref-format", ref)
    except GitError:
        raise unprocessable(f"{ref} is not a valid ref name.") from None
    try:
        forge.git.move(ref, sha, NOTHING)
    except GitError:
        raise unprocessable("Reference already exists") from None
    _tell(forge, ref, (NOTHING, sha), login)


def move(forge: Forge, ref: str, new: str, old: str, login: str) -> None:
    """Point a branch at another commit.

    Raises:
        GitError: when it points elsewhere by now.
    """
    forge.git.move(ref, new, old)
    _tell(forge, ref, (old, new), login)


def delete(forge: Forge, ref: str, login: str) -> None:
    """Remove a branch or tag.

    Raises:
        RefusalError: 422 when there is no such.
    """
    old = forge.git.value(ref)
    if old is None:
        raise unprocessable("Reference does not exist")
    forge.git.run("update-ref", "-d", ref, old)
    _tell(forge, ref, (old, NOTHING), login)


def _tell(forge: Forge, ref: str, moved: tuple[str, str], login: str) -> None:
    old, new = moved
    if not ref.startswith(BRANCHES):
        return
    pushed = []
    if NOTHING not in moved:
        wanted = commits.Range(count=20)
        pushed = commits.listed(forge.git, (new, f"^{old}"), wanted)[::-1]
    forge.tell("push", hooks.push(forge, ref, moved, pushed, hooks.Sender(login, time.time())))
