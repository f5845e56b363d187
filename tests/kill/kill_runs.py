"""Kill the platform at every border, again and again, and count what did not survive it.

`python tests/kill/kill_runs.py` plays KILL_RUNS incidents under the schedule of KILL_SEED, several
side by side; KILL_ONLY=POINT:CROSSING plays one. The last line is the result.
"""

import math
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import kill_judge
from kill_borders import Order
from kill_judge import Verdict
from kill_points import named
from kill_recording import Points, Recorder
from kill_settings import APPROVER
from kill_stage import Stage, stage
from kill_story import Course, Kind, Story
from typing_extensions import override

RUNS, SEED, LANES = 300, 1, 2
SECOND_KILL, WHOLLY = 0.2, 0.05
RESUME_MAX_S = 5.0
FEW = 100
"""So few deaths have no 99th percentile, only a longest one: of them 90 % are to be this quick."""
_RARE = (Kind.IN_VAIN, Kind.LATE, Kind.DROPPED, Kind.DROPPED, Kind.REJECTED, Kind.PAIR, Kind.PAIR)
_KINDS = (Kind.HEALS,) * 13 + _RARE


@dataclass(frozen=True)
class Plan:
    """One run: how its incident goes, and where it is killed."""

    number: int
    kind: Kind
    point: str
    crossing: int
    second: tuple[str, int] | None = None
    is_for_all: bool = False
    """Whether the process dies too that would have the program back at once."""

    @property
    def orders(self) -> tuple[Order, Order | None]:
        """Return where to die, and where again."""
        run = f"r{self.number}"
        first = Order(run, self.point, self.crossing, is_for_all=self.is_for_all)
        return first, Order(f"{run}b", *self.second) if self.second else None

    @override
    def __str__(self) -> str:
        wholly = " wholly" if self.is_for_all else ""
        again = f", then {self.second[0]}:{self.second[1]}" if self.second else ""
        return f"run {self.number} ({self.kind}) {self.point}:{self.crossing}{wholly}{again}"


@dataclass
class Tally:
    """The runs so far."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    verdicts: list[tuple[Plan, Course, Verdict]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, plan: Plan, course: Course, verdict: Verdict) -> None:
        """Count a run and say what went wrong with it."""
        with self.lock:
            self.verdicts.append((plan, course, verdict))
        waits = ", ".join(f"{each:.1f} s" for each in course.resumed_after_s)
        died = "+".join(course.deaths) or "nobody died"
        say(f"{plan}: {course.look.status}, {died}{f', resumed after {waits}' if waits else ''}")
        for name in ("lost", "twice", "stuck", "wrong"):
            for sentence in getattr(verdict, name):
                say(f"  {name.upper()}: {sentence} ({course.look.incident_id})")

    def count(self, name: str) -> int:
        """Return how many runs were lost, done twice, stuck or wrong."""
        return sum(bool(getattr(verdict, name)) for _, _, verdict in self.verdicts)

    @property
    def waits_s(self) -> list[float]:
        """Return how long each death held its incident up."""
        return sorted(each for _, course, _ in self.verdicts for each in course.resumed_after_s)

    @property
    def is_good(self) -> bool:
        """Return whether everything came through, and soon enough."""
        waits = self.waits_s
        share = 0.99 if len(waits) >= FEW else 0.9
        is_quick = not waits or percentile(waits, share) < RESUME_MAX_S
        return bool(self.verdicts) and is_quick and all(v.is_good for *_, v in self.verdicts)

    @override
    def __str__(self) -> str:
        deaths = sum(len(course.deaths) for _, course, _ in self.verdicts)
        points = len({plan.point for plan, course, _ in self.verdicts if course.deaths})
        waits = self.waits_s or [0.0]
        return (
            f"kill: {len(self.verdicts)} runs, {deaths} kills, {points} points, "
            f"{self.count('lost')} lost, {self.count('twice')} twice, {self.count('stuck')} stuck, "
            f"{self.count('wrong')} wrong, resume p50 {statistics.median(waits):.1f} s "
            f"p99 {percentile(waits, 0.99):.1f} s"
        )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that so large a share of sorted values does not exceed."""
    return values[math.ceil(share * len(values)) - 1]


def schedule(points: Points, runs: int, seed: int) -> Iterator[Plan]:
    """Yield the runs of a seed: every point comes up before one comes up again."""
    chance = random.Random(seed)
    decks: dict[Kind, list[str]] = {}
    for number in range(1, runs + 1):
        kind = chance.choice(_KINDS)
        known = points[kind]
        deck = decks.setdefault(kind, [])
        if not deck:
            deck += chance.sample(sorted(known), len(known))
        point = deck.pop()
        second = None
        if chance.random() < SECOND_KILL:
            again = chance.choice(sorted(known))
            second = (again, chance.randint(1, known[again]))
        crossing, is_for_all = chance.randint(1, known[point]), chance.random() < WHOLLY
        yield Plan(number, kind, point, crossing, second, is_for_all)


def play(opened: Stage, plan: Plan, tally: Tally) -> None:
    """Play one run and judge it."""
    opened.await_all()
    first, second = plan.orders
    opened.order(first)
    story = Story(opened, plan.kind.namespace(str(plan.number)), plan.kind)
    course = story.play(second)
    opened.countermand()
    deeds = opened.target.deeds_in(course.namespace)
    with opened.connect() as connection:
        verdict = kill_judge.judge(kill_judge.gather(course, deeds, connection))
    verdict.wrong += opened.unasked
    opened.unasked.clear()
    tally.add(plan, course, verdict)
    story.calm()


@dataclass
class Waiting:
    """The runs that are still to be played, handed out one after the other."""

    plans: Iterator[Plan]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Plan | None:
        """Return the next run, None when none is left."""
        with self.lock:
            return next(self.plans, None)

    def stop(self) -> None:
        """Hand out nothing more."""
        with self.lock:
            self.plans = iter(())


def play_all(stages: Sequence[Stage], waiting: Waiting, tally: Tally) -> None:
    """Play the runs side by side; Ctrl-C or SIGTERM end it after those that are under way."""

    def lane(opened: Stage) -> None:
        while (plan := waiting.take()) is not None:
            play(opened, plan, tally)

    with ThreadPoolExecutor(len(stages)) as lanes:
        under_way = [lanes.submit(lane, opened) for opened in stages]
        try:
            wait(under_way)
        except KeyboardInterrupt:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # once is enough
            waiting.stop()
    for each in under_way:
        each.result()


def audit(opened: Stage) -> str:
    """Return what the platform's own walk over all chains finds broken."""
    headers = {"authorization": f"Bearer {opened.settings.tokens[APPROVER]}"}
    url = f"{opened.settings.api_url}/api/v1/audit/verify"
    said = httpx.get(url, headers=headers, timeout=60, trust_env=False).json()
    return "" if said["ok"] else str(said["broken"])


def renewals(opened: Stage) -> int:
    """Return how many grants had ended before they could be used."""
    query = "SELECT count(*) FROM events WHERE kind = 'grant_renewed'"
    with opened.connect() as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def run(runs: int, seed: int, lanes: int, only: str = "") -> Tally:
    """Play the runs of a seed in so many lanes and return how they went."""
    home = Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))
    home.chmod(0o755)
    tally = Tally()
    with ExitStack() as stack:
        # In every second lane two workers share the work: one dies, the other takes over. There,
        # what both do in turn is crossed twice as often: nothing is recorded in these.
        single = _only(only) if only else None
        recorder = Recorder([single.kind] if single else Kind)
        stages = []
        for n in sorted(range(lanes), key=lambda n: n % 2):
            workers = 2 if n % 2 else 1
            stages.append(stack.enter_context(stage(home / f"lane-{n}", workers=workers)))
            if workers == 1:
                recorder.add(stages[-1])
        points = recorder.points()
        everywhere = named(points)
        say(f"{len(everywhere)} points, {sum(map(len, points.values()))} with the kind of incident")
        wanted = [single] if single else schedule(points, runs, seed)
        plans = iter(
            sorted(wanted, key=lambda plan: plan.kind is not Kind.IN_VAIN)
        )  # they take long
        play_all(stages, Waiting(plans), tally)
        broken = [found for opened in stages if (found := audit(opened))]
        say(f"{sum(map(renewals, stages))} grants renewed")
    for found in broken:
        say(f"WRONG: {found}")
    if tally.is_good and not broken:
        shutil.rmtree(home, ignore_errors=True)
    else:
        say(f"what the programs said is in {home}")
    return tally


def _only(told: str) -> Plan:
    """Return the run that `[KIND/]POINT:CROSSING` names."""
    kind, _, rest = told.rpartition("/")
    point, _, crossing = rest.rpartition(":")
    if not point or not crossing.isdigit():
        raise SystemExit("KILL_ONLY reads POINT:CROSSING, such as worker:ask[write]:after:1")
    return Plan(1, Kind(kind or "heals"), point, int(crossing))


def main() -> int:
    """Read what is asked for from the environment, do it, and say how it went."""
    asked = {name: os.environ.get(f"KILL_{name}", "") for name in ("RUNS", "SEED", "LANES", "ONLY")}
    only = asked["ONLY"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it in order
    begun = time.monotonic()
    tally = run(
        int(asked["RUNS"] or RUNS),
        int(asked["SEED"] or SEED),
        1 if only else int(asked["LANES"] or LANES),
        only,
    )
    deaths = Counter(name for _, course, _ in tally.verdicts for name in course.deaths)
    ends = Counter(course.look.status for _, course, _ in tally.verdicts)
    say(f"died: {dict(deaths)}; ended: {dict(ends)}; {time.monotonic() - begun:.0f} s")
    say(str(tally))
    return 0 if tally.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
