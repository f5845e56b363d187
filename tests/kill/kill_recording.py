"""What an incident of each kind crosses when nobody is killed: the points to be killed at."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from kill_points import crossed_since
from kill_stage import Stage
from kill_story import Kind, Story

Points = Mapping[Kind, Mapping[str, int]]


def record_all(stages: Sequence[Stage], kinds: Sequence[Kind]) -> Points:
    """Return the points of each kind, recorded on several stages side by side."""

    def on(number: int) -> list[tuple[Kind, Mapping[str, int]]]:
        return [(kind, record(stages[number], kind)) for kind in kinds[number :: len(stages)]]

    with ThreadPoolExecutor(len(stages)) as lanes:
        found = dict(pair for pairs in lanes.map(on, range(len(stages))) for pair in pairs)
    return {kind: found[kind] for kind in kinds}


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
