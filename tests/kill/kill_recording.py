"""What an incident of each kind crosses when nobody is killed: the points to be killed at."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from kill_points import crossed_since
from kill_stage import Stage
from kill_story import Kind, Story

Points = Mapping[Kind, Mapping[str, int]]


class Recorder:
    """Records kinds on stages side by side, on each as soon as it is up; the longest kind goes first."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = sorted(kinds, key=lambda kind: kind is not Kind.IN_VAIN)
        self._left = SimpleQueue[Kind]()
        for kind in self._kinds:
            self._left.put(kind)
        self._lanes = ThreadPoolExecutor()
        self._found: list[Future[dict[Kind, Mapping[str, int]]]] = []

    def add(self, opened: Stage) -> None:
        """Record on one more stage."""
        self._found.append(self._lanes.submit(self._on, opened))

    def _on(self, opened: Stage) -> dict[Kind, Mapping[str, int]]:
        found: dict[Kind, Mapping[str, int]] = {}
        while True:
            try:
                kind = self._left.get_nowait()
            except Empty:
                return found
            found[kind] = record(opened, kind)

    def points(self) -> Points:
        """Wait for everything and return the points of each kind."""
        with self._lanes:
            found = {kind: seen for each in self._found for kind, seen in each.result().items()}
        return {kind: found[kind] for kind in Kind if kind in found}


def record(opened: Stage, kind: Kind) -> Mapping[str, int]:
    """Return the points that a run of a kind crosses when nobody is killed, with how often."""
    begun = opened.crossings.stat().st_size if opened.crossings.exists() else 0
    story = Story(opened, kind.namespace(f"quiet-{kind}"), kind)
    course = story.play()
    if not course.look.is_over:
        raise SystemExit(f"undisturbed, an incident that {kind} stands at {course.look.status}")
    found = crossed_since(opened.crossings, begun)
    story.calm()
    return found
