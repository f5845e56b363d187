"""Logs whose entries are well-formed and say what no platform would: judged or refused, and never more."""

import copy
import random
from collections.abc import Iterable
from typing import Any

import pytest
from attack_counts import Attack
from replayed import RULES
from run_scene import make_scene

from backend.evals import incident_logs
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventKind
from sre_agent.replay import playing, recording

pytestmark = pytest.mark.attack("hostile recording")

VALUES: tuple[Any, ...] = (
    None,
    -1,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "\ud800",
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59-23:59",
    "$(kubectl delete ns prod)",
    [],
    {},
    [[[[]]]],
    {"kind": "Deployment", "namespace": "../..", "name": "x" * 5000},
    True,
)
ROUNDS = 40
MOVES = {EventKind.GRANT_MINTED, EventKind.ACTION_STARTED, EventKind.REPORT_WRITTEN}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything within a payload."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [place for key, item in inner for place in ((*path, key), *places(item, (*path, key)))]


def put(payload: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    at: Any = payload
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value


def spoiled(log: list[Event], rng: random.Random) -> list[Event]:
    """Return the log with some values in some entries replaced."""
    found = copy.deepcopy(log)
    for _ in range(rng.randint(1, 4)):
        event = rng.choice(found)
        if there := places(event.payload):
            put(event.payload, rng.choice(there), copy.deepcopy(rng.choice(VALUES)))
    return found


async def test_a_spoiled_log_is_played_or_refused_and_moves_nothing(attack: Attack) -> None:
    scene = make_scene()
    await scene.start()
    rng = random.Random(7)
    played = 0
    told: list[str] = []

    for number in range(ROUNDS):
        log = spoiled(scene.events, rng)
        attack.throws(f"spoiled log {number}")
        try:
            checked = incident_logs.checked(log)
            found = await playing.play(recording.read(checked.events), RULES)
        except PermanentError as refused:
            told.append(str(refused))
            continue
        played += 1
        assert checked.broken or log == scene.events
        assert not MOVES & {event.kind for event in found.events}

    assert 0 < played < ROUNDS
    assert max(map(len, told)) < 5000
    assert "write" not in scene.modes()


async def test_a_run_that_waits_for_ever_ends(attack: Attack) -> None:
    scene = make_scene()
    await scene.start()
    planned = next(event for event in scene.events if event.kind is EventKind.PLAN_PROPOSED)
    dismissal = {
        "dismissal": {
            "object": {"kind": "Deployment", "namespace": "a", "name": "b"},
            "fault_class": "out_of_memory",
        }
    }
    last = scene.events[-1].seq
    endless = [
        event.model_copy(update={"seq": last + 2 * number + place})
        for number in range(100)
        for place, event in enumerate(
            (
                planned,
                planned.model_copy(
                    update={"kind": EventKind.CAUSE_DISMISSED, "payload": dismissal}
                ),
            ),
            start=1,
        )
    ]
    attack.throws("a hundred dismissals")

    with pytest.raises(recording.UnfitLogError, match="more than 20 causes were dismissed"):
        await playing.play(recording.read([*scene.events, *endless]), RULES)
