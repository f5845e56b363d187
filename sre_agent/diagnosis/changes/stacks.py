"""What stack traces say of a commit: by the files that they name, and the lines in them."""

from collections.abc import Iterator

from sre_agent.diagnosis.changes import harmless, hunks
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit

NEAR_LINES = 20
"""So far from what a commit changes a frame stands in the same function, more often than not."""


def reasons(scene: Scene, commit: Commit) -> Iterator[Reason]:
    """Speak of the code that the stack traces name.

    Of a file in which it changes other lines alone, that says little: what fails there may be as it was.
    """
    places = scene.stack_places
    touched = {place for place in places.values() if not place.isdisjoint(commit.paths)}
    both = sorted(path.rsplit("/", 1)[-1] for place in touched for path in place)
    if both and _is_near(scene, commit):
        yield Reason(
            "frames.touched", 3.5, f"the stack trace stands in {both[0]}, which it touches"
        )
    elif both:
        text = f"the stack trace stands in {both[0]}, of which it touches other lines"
        yield Reason("frames.same_file", 1.0, text)
    elif scene.frames and commit.paths and commit.has_all_paths:
        yield Reason(
            "frames.elsewhere", -1.0, "the stack traces stand in files that it does not touch"
        )


def _is_near(scene: Scene, commit: Commit) -> bool:
    """Return whether a frame may stand where a commit changes a file: in one function, as far as is told.

    Where the diff or the line of a frame is not known, or another commit moved the lines since, it may.
    """
    found = hunks.read(commit.diff) if harmless.is_read(commit) else ()
    for frame in scene.frames:
        place = scene.stack_places[frame.path]
        meant = [hunk for hunk in found if hunk.path in place]
        if place.isdisjoint(commit.paths):
            continue
        if not meant or not frame.line or _is_moved(scene, commit, place):
            return True
        if any(hunk.is_near(frame.line, NEAR_LINES) for hunk in meant):
            return True
    return False


def _is_moved(scene: Scene, commit: Commit, place: frozenset[str]) -> bool:
    """Return whether another commit touched a file that may have come after one."""
    return any(
        other.sha != commit.sha and other.at_s >= commit.at_s and not place.isdisjoint(other.paths)
        for other in scene.told.commits
    )


def is_named(scene: Scene, commit: Commit) -> bool:
    """Return whether a stack trace names a file that a commit touches."""
    return any(not place.isdisjoint(commit.paths) for place in scene.stack_places.values())


def stood_on(scene: Scene, commit: Commit) -> Iterator[Reason]:
    """Speak of the very line that a change wrote and a stack trace stands on."""
    for hunk in hunks.read(commit.diff) if is_named(scene, commit) else ():
        own = {line.after for line in hunk.lines if line.sign == "+"}
        for frame in scene.frames:
            if frame.line in own and hunk.path in scene.stack_places[frame.path]:
                name = hunk.path.rsplit("/", 1)[-1]
                text = f"the stack trace stands on line {frame.line} of {name}, which it wrote"
                yield Reason("frames.on_it", 1.5, text)
                return
