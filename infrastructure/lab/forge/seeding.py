"""The first history of the shop's repository: some weeks of work by several people."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infrastructure.lab.forge import sources
from infrastructure.lab.forge.git import TAGS, Git, create
from infrastructure.lab.forge.people import Person, team
from infrastructure.lab.world import Variant, World

HOUR_S = 3600


@dataclass(frozen=True)
class Step:
    """One commit of the first history: who, how many hours ago, and the files it sets."""

    author: Person
    hours_ago: float
    message: str
    files: Mapping[str, str]
    is_reviewed: bool = False
    """Whether it came by a pull request."""


def seed(path: Path, world: World, now_s: float) -> tuple[Git, list[Step]]:
    """Make the repository of a world; return it and its history, oldest first.

    Args:
        path: a folder that is not there.
        world: how everything is called.
        now_s: seconds since the epoch.
    """
    git = create(path)
    steps = list(history(world))
    git.run("fast-import", "--quiet", given=_stream(steps, world.tag(Variant.STEADY), now_s))
    return git, steps


def history(world: World) -> Iterator[Step]:
    """Tell how the files came to be what they are."""
    final, people = sources.all_files(world), team(world.seed)
    lead, library_owner = people[0], people[1]
    shared = {path: text for path, text in final.items() if path.startswith(sources.LIBRARY)}
    untraced = {
        path: text for path, text in shared.items() if not path.endswith(("procfs.py", "flags.py"))
    }
    yield Step(library_owner, 24 * 40, "Serve HTTP with metrics and JSON logs", untraced)
    for number, name in enumerate(world.services.values()):
        files = _young(sources.service(name))
        files |= {f"{sources.SERVICES}/__init__.py": final[f"{sources.SERVICES}/__init__.py"]}
        author = people[(number + 1) % len(people)]
        yield Step(author, 24 * (36 - 2 * number), f"Add {name}", files)
    deploy = {path: text for path, text in final.items() if path.startswith(sources.DEPLOY)}
    poor = {path: text.replace("memory: 64Mi", "memory: 48Mi") for path, text in deploy.items()}
    yield Step(lead, 24 * 25, "Declare how everything runs", poor)
    yield Step(lead, 24 * 24, "Say who answers for what", _only(final, ".github/CODEOWNERS"))
    yield Step(library_owner, 24 * 17, "Tell what the process uses", _only(shared, "procfs.py"))
    yield Step(lead, 24 * 12, "Describe the repository", _only(final, "README.md"))
    for number, name in enumerate(world.services.values()):
        author = people[(number + 1) % len(people)]
        files = _only(final, sources.pricing_path(name))
        when = 24 * (9 - number) + 3
        yield Step(author, when, f"{name}: take orders in yen", files, is_reviewed=True)
    rich = {path: deploy[path] for path in deploy if deploy[path] != poor[path]}
    message = "Raise the memory limit to 64Mi\n\nWhat is remembered of orders takes 24 MiB."
    yield Step(people[2], 75, message, rich, is_reviewed=True)
    flagged = {**_only(shared, "flags.py"), **_only(final, sources.FLAGS)}
    yield Step(people[3], 28, "Add feature flags, all off", flagged, is_reviewed=True)


def _young(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a service as they were before it knew of yen."""
    return {path: re.sub(r', "JPY": [\d.]+', "", text) for path, text in files.items()}


def _only(files: Mapping[str, str], *ends: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.endswith(ends)}


def _stream(steps: list[Step], tag: str, now_s: float) -> bytes:
    """Write the steps as `git fast-import` reads them."""
    parts = []
    for number, step in enumerate(steps, start=1):
        who = (
            f"{step.author.name} <{step.author.email}> {int(now_s - step.hours_ago * HOUR_S)} +0000"
        )
        subject, _, rest = step.message.partition("\n")
        numbered = f"{subject} (#{request_number(steps, step)})" if step.is_reviewed else subject
        parts += ["commit refs/heads/main", f"mark :{number}", f"author {who}"]
        parts += [f"committer {who}", _data(f"{numbered}\n{rest}".rstrip("\n") + "\n")]
        parts += [f"from :{number - 1}"] if number > 1 else []
        parts += [f"M 100644 inline {path}\n{_data(text)}" for path, text in step.files.items()]
    parts += [f"reset {TAGS}{tag}", f"from :{len(steps)}", ""]
    return "\n".join(parts).encode()


def request_number(steps: list[Step], step: Step) -> int:
    """Return the number of the pull request by which a step came."""
    return [each for each in steps if each.is_reviewed].index(step) + 1


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}"
