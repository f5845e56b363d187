"""The check of a commit: its code compiles, and its manifests can be read."""

import queue
import threading
import time
from dataclasses import dataclass
from typing import Any, Final

import yaml

from infrastructure.lab.forge import objects
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.git import Git
from infrastructure.lab.forge.shapes import hooks, runs
from infrastructure.lab.forge.sources import DEPLOY, FLAGS
from infrastructure.lab.forge.store import Document

KIND: Final = "run"
AGAIN: Final = "rerun"
"""Said among ourselves when a check is to be done once more."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file."""

    path: str
    line: int
    message: str


def faults(git: Git, sha: str) -> list[Fault]:
    """Return what is wrong with the files of a commit."""
    found = []
    for path, data in objects.files(git, sha).items():
        try:
            examine(path, data.decode())
        except SyntaxError as error:
            found.append(Fault(path, error.lineno or 1, str(error.msg)))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            found.append(Fault(path, line, str(error.problem)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            found.append(Fault(path, 1, f"{type(error).__name__}: {error}"))
    return found


def examine(path: str, text: str) -> None:
    """Read a file as whoever uses it does.

    Raises:
        SyntaxError, YAMLError, ValueError, TypeError, KeyError, AttributeError: when it is none.
    """
    if path.endswith(".py"):
        compile(text, path, "exec", dont_inherit=True)
    elif path == FLAGS:
        for switches in yaml.load(text, Loader=yaml.CSafeLoader).values():
            if not all(isinstance(each, bool) for each in switches.values()):
                raise ValueError("a flag is true or false")
    elif path.startswith(f"{DEPLOY}/") and path.endswith(".yaml"):
        for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
            if not document["kind"] or not document["metadata"]["name"]:
                raise ValueError("a manifest has a kind and a name")


def ask_again(forge: Forge, run: Document) -> None:
    """Have a commit checked once more, under the same number."""
    facts = {"attempt": run["attempt"] + 1, "conclusion": None, "done_s": None}
    forge.store.change(KIND, run["number"], **facts, started_s=time.time())
    forge.tell(AGAIN, {"number": run["number"]})


class Checks:
    """Checks commits one after the other, beside the answering of requests."""

    def __init__(self, forge: Forge, pace_s: float = 0.0) -> None:
        """Take the forge, and how long each check takes at least, in seconds."""
        self._forge, self._pace_s = forge, pace_s
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="checks", daemon=True)

    def start(self) -> None:
        """Check from now on, first what an earlier life of the forge left undone."""
        for run in reversed(self._forge.store.newest(KIND)):
            if run["conclusion"] is None:
                self._waiting.put(run["number"])
        self._forge.listeners.append(self._hear)
        self._thread.start()

    def stop(self) -> None:
        """End after the check under way."""
        self._waiting.put(None)
        self._thread.join(10)

    def _hear(self, event: str, payload: dict[str, Any]) -> None:
        if event == AGAIN:
            self._waiting.put(payload["number"])
        elif event == "push" and not payload["deleted"]:
            branch = payload["ref"].removeprefix("refs/heads/")
            self._begin(payload["after"], branch, payload["sender"]["login"])

    def _begin(self, sha: str, branch: str, login: str) -> None:
        run = {
            "sha": sha,
            "branch": branch,
            "login": login,
            "attempt": 1,
            "started_s": time.time(),
            "done_s": None,
            "conclusion": None,
            "faults": [],
        }
        self._waiting.put(self._forge.store.add(KIND, run)["number"])

    def _work(self) -> None:
        while (number := self._waiting.get()) is not None:
            run = self._forge.store.get(KIND, number)
            if run is None:
                continue
            time.sleep(self._pace_s)
            found = faults(self._forge.git, run["sha"])
            self._forge.store.change(
                KIND,
                number,
                conclusion="failure" if found else "success",
                faults=[vars(each) for each in found],
                done_s=time.time(),
            )
            self._tell(number)

    def _tell(self, number: int) -> None:
        run = self._forge.store.get(KIND, number) or {}
        told = {"action": "completed", "workflow_run": runs.workflow_run(self._forge, run)}
        self._forge.tell("workflow_run", {**told, **hooks.about(self._forge, run["login"])})
