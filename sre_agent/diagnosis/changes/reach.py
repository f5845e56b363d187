"""Which running services a commit is in, since when, and by which deploy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.changes import innocence, lasting
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.builds import TIE_S, is_same
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit, Deploy
from sre_agent.domain.ids import EvidenceId

GONE_S = 120.0
"""What a rollback replaces runs no longer than this beside what comes back."""
_MODULE = re.compile(r"[\w.@-]+(?:/[\w.@-]+)+")
_MANIFEST = re.compile(r"(?:^|/)(?P<name>[\w-]+)\.ya?ml$")
_SPLIT = re.compile(r"[^a-z0-9]+")
_FILLER = frozenset({"service", "svc", "server", "app", "api", "the", "worker", "backend"})


@dataclass(frozen=True)
class Arrival:
    """How a commit came to a service: by a deploy of its own, or within another commit's."""

    deploy: Deploy
    is_own: bool
    is_through_module: bool = False


def arrivals(scene: Scene, commit: Commit) -> tuple[Arrival, ...]:
    """Return the deploys that brought a commit, those of its own first, each once."""
    found = [
        Arrival(deploy, is_own=True)
        for deploy in scene.told.deploys
        if deploy.sha and is_same(deploy.sha, commit.sha)
    ]
    for other in scene.told.commits:
        if other.sha != commit.sha and brings(other, commit):
            found += [
                Arrival(deploy, is_own=False, is_through_module=True)
                for deploy in scene.told.deploys
                if is_same(deploy.sha, other.sha) and deploy.at_s >= commit.at_s
            ]
    if not found:
        found = [
            Arrival(deploy, is_own=False)
            for deploy in scene.told.deploys
            if deploy.at_s >= commit.at_s
            and is_of(scene, deploy.service, commit)
            and not _lacks(scene, deploy, commit)
        ]
    return tuple(
        sorted(found, key=lambda item: (not item.is_own, item.deploy.at_s, item.deploy.service))
    )


def running_without(scene: Scene, commit: Commit) -> Deploy | None:
    """Return what shows that a commit was not in what ran when the trouble began, or None.

    That is the last deploy before the onset of what failed first, and of all else that a commit is
    in for all that is known: of each it has to be known from which commit it was built.
    """
    around = {*scene.failing, *scene.callees.get(scene.first, ())} - {scene.first}
    services = (scene.first, *(name for name in sorted(around) if is_of(scene, name, commit)))
    found = [_running(scene, service) for service in services]
    if not all(found) or not all(_lacks(scene, each, commit) for ran in found for each in ran):
        return None
    return next((each for each in found[0] if each.sha), None)


def rolled_back(scene: Scene, commit: Commit) -> Deploy | None:
    """Return what shows that a commit was gone again when the trouble began, or None.

    That is an older build, live in what failed first and in all that the commit came to or is in, so
    long before the onset that nothing else ran, and nothing after it that may hold the commit. The
    cluster itself has to show it; of what it does not see, GitHub tells. Whoever may post changes could
    else excuse any commit. Settings and stored data do not come back with a program.
    """
    last = _went_back(scene, scene.first, commit)
    if last is None or not lasting.is_in_program_alone(commit):
        return None
    around = {*scene.failing, *scene.callees.get(scene.first, ())}
    services = {name for name in around if is_of(scene, name, commit)}
    services |= {item.deploy.service for item in arrivals(scene, commit)}
    is_gone = all(_went_back(scene, name, commit) for name in services - {scene.first})
    return last if is_gone else None


def _went_back(scene: Scene, service: str, commit: Commit) -> Deploy | None:
    """Return the last deploy of a service before the onset where that and all since are without a commit."""
    own = [
        deploy
        for deploy in scene.told.deploys
        if deploy.service == service and deploy.at_s <= scene.latest_s
    ]
    older = [deploy for deploy in own if _is_older(scene, deploy, commit)]
    early = (deploy for deploy in older if deploy.at_s + GONE_S <= scene.onset_s)
    last = max(early, key=lambda item: item.at_s, default=None)
    if last is None:
        return None
    since = [deploy for deploy in own if deploy.at_s >= last.at_s - TIE_S]
    is_shown = any(each.is_seen for each in since if _is_one_rollout(each, last))
    if not is_shown and any(deploy.is_seen for deploy in own):
        return None
    return last if all(_is_without(scene, each, commit, older) for each in since) else None


def _is_older(scene: Scene, deploy: Deploy, commit: Commit) -> bool:
    """Return whether what was deployed was built before a commit, by the cluster or the repository itself."""
    if not deploy.is_surely_here:
        return False
    if deploy.built_by_s is not None and deploy.built_by_s + TIE_S < commit.at_s:
        return True
    return deploy.is_vouched and scene.builds.was_before(deploy.sha, commit)


def _is_without(scene: Scene, deploy: Deploy, commit: Commit, older: Sequence[Deploy]) -> bool:
    """Return whether a deploy brought nothing of a commit, by itself or by what tells of the same rollout."""
    if deploy in older:
        return True
    near = [each for each in older if _is_one_rollout(each, deploy)]
    is_before = scene.builds.was_before(deploy.sha, commit)
    if deploy.is_seen:
        return (is_before or not deploy.sha) and any(not each.is_seen for each in near)
    is_shown = any(each.is_seen for each in near)
    return is_before or (is_shown and not scene.builds.holds(deploy.sha, commit))


def _is_one_rollout(one: Deploy, other: Deploy) -> bool:
    return abs(one.at_s - other.at_s) <= TIE_S


def _running(scene: Scene, service: str) -> Sequence[Deploy]:
    """Return the deploys of a service that may have been live when the trouble began, if any is surely here."""
    own = [
        deploy
        for deploy in scene.told.deploys
        if deploy.service == service and deploy.at_s <= scene.latest_s
    ]
    here = (each.at_s for each in own if each.is_surely_here and each.at_s <= scene.onset_s)
    last_s = max(here, default=None)
    return [] if last_s is None else [each for each in own if each.at_s >= last_s - TIE_S]


def _lacks(scene: Scene, deploy: Deploy, commit: Commit) -> bool:
    """Return whether what was deployed lacks a commit for sure, by all records of that rollout."""
    shas = {deploy.sha} if deploy.sha else _told_besides(scene, deploy)
    return bool(shas) and all(scene.builds.lacks(sha, commit) for sha in shas)


def _told_besides(scene: Scene, deploy: Deploy) -> set[str]:
    """Return the commits that other records of a rollout name."""
    return {
        other.sha
        for other in scene.told.deploys
        if other.sha and other.service == deploy.service and _is_one_rollout(other, deploy)
    }


def brings(bump: Commit, commit: Commit) -> bool:
    """Return whether a commit takes a new version of the module that another one changes."""
    if not innocence.is_bump(bump) or bump.at_s < commit.at_s or innocence.is_bump(commit):
        return False
    modules = {name for line in patches.read(bump.diff).added for name in _MODULE.findall(line)}
    return any(_holds(module, path) for module in modules for path in commit.paths)


def before_onset(scene: Scene, found: Iterable[Arrival]) -> Sequence[Arrival]:
    """Return the arrivals that were there when the trouble began, as finely as that is known."""
    return [item for item in found if item.deploy.at_s <= scene.latest_s]


def _holds(module: str, path: str) -> bool:
    """Return whether a file lies in a module: its last two folders lead the file's path somewhere."""
    tail = [part for part in module.split("/") if not re.fullmatch(r"v\d+", part)][-2:]
    folders = path.split("/")[:-1]
    return len(tail) > 1 and any(folders[at : at + 2] == tail for at in range(len(folders)))


def _is_of(service: str, paths: Iterable[str]) -> bool:
    """Return whether a path names a service, with or without what services are called besides.

    A folder does, or a manifest.
    """
    name = _bare(service)
    return bool(name) and any(
        name == _bare(part) for path in paths for part in (*path.split("/")[:-1], *_manifest(path))
    )


def _manifest(path: str) -> Sequence[str]:
    found = _MANIFEST.search(path)
    return [found["name"]] if found else []


def is_of(scene: Scene, service: str, commit: Commit) -> bool:
    """Return whether a commit touches what a service is built from: as somebody said, else by its name.

    Where somebody named its folders no others are its own; who has a whole repository may have more elsewhere.
    """
    source = scene.told.sources.get(service)
    is_held = source is not None and source.holds(commit.repository, commit.paths)
    if is_held or (source and source.paths and not source.is_all):
        return is_held
    return _is_of(service, commit.paths)


def said_by(scene: Scene, services: Iterable[str], commit: Commit) -> tuple[EvidenceId, ...]:
    """Return the evidence that says of services that what a commit touches is theirs."""
    known = (scene.told.sources.get(name) for name in sorted(services))
    ids = (
        id_
        for source in known
        if source and source.holds(commit.repository, commit.paths)
        for id_ in source.evidence_ids
    )
    return tuple(dict.fromkeys(ids))


def _bare(name: str) -> str:
    parts = [part for part in _SPLIT.split(name.lower()) if part and not part.isdigit()]
    kept = [part for part in parts if part not in _FILLER] or parts
    joined = "".join(kept)
    for filler in ("service", "svc"):
        if joined.endswith(filler) and joined != filler:
            joined = joined.removesuffix(filler)
    return joined
