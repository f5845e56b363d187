"""The points at which a run can be killed, as an undisturbed run crossed them."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from kill_story import Kind


def crossed_since(crossings: Path, begun: int) -> dict[str, int]:
    """Return each point that was noted after so many bytes of the notes, with how often."""
    notes = crossings.read_bytes()[begun:].decode().splitlines()
    return dict(Counter(str(json.loads(line)["point"]) for line in notes))


def named(points: Mapping[Kind, Mapping[str, int]]) -> set[str]:
    """Return the names of all points, whatever the kind of incident."""
    return {point for crossed in points.values() for point in crossed}
