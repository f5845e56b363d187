"""Which lines of a diff stand next to what: a frame of a stack, a line of a log, a setting that was rolled out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.changes import commits, flags, hunks, templates, terms
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.builds import TIE_S
from sre_agent.diagnosis.changes.flags import FlagCharge
from sre_agent.diagnosis.changes.hunks import Hunk
from sre_agent.diagnosis.changes.judgement import Charge, Judgement
from sre_agent.diagnosis.changes.releases import releases
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.logs import exceptions
from sre_agent.diagnosis.logs.exceptions import Frame
from sre_agent.domain.attribution import Explained, Explanation
from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.observations.kubernetes import TemplateChange
from sre_agent.domain.telemetry import LogLine
from sre_agent.domain.timeline import Change

TOLD_MAX = 4
ROWS_BEFORE, ROWS_AFTER = 4, 7
"""So much of a hunk is quoted around the place that is meant."""
ROW_CHARS = 160
SAID_CHARS = 300
LINES_READ = 200
"""So many lines that complain are set against a diff."""
_SAID = re.compile(r'"(?:msg|message|error|err|exception)"\s*:\s*"((?:[^"\\]|\\.)+)"')
_ON_IT, _BY_NAME, _NEAR, _IN_FILE, _IN_WORDS = range(5)
"""How closely a place explains something, the closest first."""


@dataclass(frozen=True)
class _Place:
    """A row of a hunk, and what it stands next to."""

    rank: int
    away: int
    what: Explained
    said: str
    hunk: Hunk
    row: int
    source: EvidenceId


@dataclass(frozen=True)
class _Setting:
    """A difference of a workload's template that a rollout brought."""

    change: TemplateChange
    source: EvidenceId


def explain(
    case: Case, scene: Scene, verdict: Judgement, change: Change, source: EvidenceId
) -> tuple[Explanation, ...]:
    """Return the places of a change's diff with what they explain, the closest first.

    Args:
        case: what is known.
        scene: what fails.
        verdict: who did it, a commit or a flag.
        change: what did it.
        source: the evidence in which its diff stands.
    """
    found = hunks.read(change.diff)
    lines = [line for line in scene.told.lines if line.source != NO_EVIDENCE][:LINES_READ]
    places = [
        *_frames(found, scene, lines),
        *_named(found, scene, lines, change.diff),
        *_rolled_out(found, _settings(case, verdict.culprit)),
        *_asked_for(found, scene, verdict.flag),
    ]
    places = places or list(_in_words(found, scene, lines))
    ordered = sorted(places, key=lambda item: (item.rank, item.away, item.said, item.row))
    told: dict[tuple[Explained, str], _Place] = {}
    for place in ordered:
        told.setdefault((place.what, place.said), place)
    return tuple(_explanation(place, source) for place in list(told.values())[:TOLD_MAX])


def _explanation(place: _Place, source: EvidenceId) -> Explanation:
    rows = place.hunk.lines
    first = max(0, place.row - ROWS_BEFORE)
    quoted = rows[first : place.row + ROWS_AFTER + 1]
    meant = rows[place.row]
    ids = dict.fromkeys(id_ for id_ in (source, place.source) if id_ != NO_EVIDENCE)
    return Explanation(
        what=place.what,
        said=_plain(place.said)[:SAID_CHARS],
        path=place.hunk.path,
        line=meant.after,
        hunk="\n".join(f"{row.sign}{row.text}"[:ROW_CHARS] for row in quoted),
        evidence_ids=tuple(ids),
    )


def _plain(row: str) -> str:
    """Return what a row says; of a structured record what is wrong, without all that it knows besides."""
    found = _SAID.findall(row) if row.lstrip().startswith("{") else []
    return ": ".join(dict.fromkeys(found)) or row.strip()


def _frames(found: Sequence[Hunk], scene: Scene, lines: Sequence[LogLine]) -> Iterator[_Place]:
    """Yield where frames of stacks stand in the files that the change touches."""
    for line in lines:
        raised = exceptions.cause(line.text)
        for frame in exceptions.read(line.text).frames:
            stands_in = scene.stack_places.get(frame.path, frozenset())
            place = _nearest([hunk for hunk in found if hunk.path in stands_in], frame)
            if place:
                rank, away, hunk, row = place
                where = f"{frame.file}:{frame.line}" if frame.line else frame.file
                inside = f" in {frame.function}" if frame.function else ""
                why = f"{raised.name}: {raised.message} at " if raised else ""
                said = f"{why}{where}{inside}"
                yield _Place(rank, away, Explained.STACK_FRAME, said, hunk, row, line.source)


def _nearest(found: Sequence[Hunk], frame: Frame) -> tuple[int, int, Hunk, int] | None:
    """Return the row that a frame stands on or next to, with how closely and how far away."""
    places = [(*_row(hunk, frame.line), hunk) for hunk in found]
    rank, away, row, hunk = min(places, key=lambda item: item[:2], default=(0, 0, 0, None))
    return (rank, away, hunk, row) if hunk else None


def _row(hunk: Hunk, number: int) -> tuple[int, int, int]:
    """Return how closely and how far from a change a line of the file stands, and in which row."""
    changed = [row for row, line in enumerate(hunk.lines) if line.is_changed] or [0]
    at = next((row for row, line in enumerate(hunk.lines) if line.after == number > 0), None)
    if at is None:
        known = [line.after for line in hunk.lines if line.after]
        away = min((abs(each - number) for each in known), default=0) if number else 0
        return _IN_FILE, away, changed[0]
    nearest = min(changed, key=lambda row: abs(row - at))
    return (_ON_IT if hunk.lines[at].is_changed else _NEAR), abs(nearest - at), at


def _named(
    found: Sequence[Hunk], scene: Scene, lines: Sequence[LogLine], diff: str
) -> Iterator[_Place]:
    """Yield the rows that take away or bring what a complaint calls by its name."""
    patch = patches.read(diff)
    for sign, names in (("-", patch.names_gone), ("+", patch.names_new)):
        for name in sorted(name for name in names if commits.is_named(name, scene)):
            word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
            said = next(
                (
                    (row.strip(), line.source)
                    for line in lines
                    for row in _rows(line.text)
                    if word.search(row)
                ),
                None,
            )
            place = next(
                (
                    (hunk, row)
                    for hunk in found
                    for row, line in enumerate(hunk.lines)
                    if line.sign == sign and word.search(line.text)
                ),
                None,
            )
            if said and place:
                yield _Place(_BY_NAME, 0, Explained.LOG_LINE, said[0], *place, said[1])


def _rows(text: str) -> Sequence[str]:
    """Return the rows of a message, what was raised before where it was, and records as they are last."""
    return sorted(
        text.splitlines(), key=lambda row: (row.startswith("{"), bool(exceptions.read(row).frames))
    )


def _settings(case: Case, culprit: Charge | None) -> Iterator[_Setting]:
    """Yield what was different in the template that brought the change."""
    deploy = culprit.arrival.deploy if culprit and culprit.arrival else None
    for ref in sorted({*case.workloads, *case.histories}, key=str) if deploy else ():
        if deploy and ref.name == deploy.service:
            for release in releases(case, ref):
                if abs(release.started_at.timestamp() - deploy.at_s) <= TIE_S:
                    for change in templates.settings(release):
                        yield _Setting(change, release.evidence_ids[-1])


def _rolled_out(found: Sequence[Hunk], settings: Iterator[_Setting]) -> Iterator[_Place]:
    """Yield the rows that set what the cluster shows to be set since."""
    for setting in settings:
        change = setting.change
        key = re.split(r"[.\[\]]+", change.path.rstrip("]"))[-1]
        meant = [(change.after, "+"), (change.before, "-"), (key, "+"), (key, "-")]
        place = next(
            (
                (hunk, row)
                for text, sign in meant
                if text
                for hunk in found
                for row, line in enumerate(hunk.lines)
                if line.sign == sign
                and re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w-])", line.text)
            ),
            None,
        )
        if place:
            said = f"{change.path}: {change.before or 'none'} → {change.after or 'none'}"
            yield _Place(_BY_NAME, 1, Explained.SETTING, said, *place, setting.source)


def _asked_for(found: Sequence[Hunk], scene: Scene, charge: FlagCharge | None) -> Iterator[_Place]:
    """Yield the row that sets a flag for which the code that fails asks."""
    asked = flags.asked_at(scene, charge.flag) if charge else None
    place = next(
        (
            (hunk, row)
            for hunk in found
            for row, line in enumerate(hunk.lines)
            if charge and line.sign == "+" and charge.flag.flag in line.text
        ),
        None,
    )
    if asked and charge and place:
        said = f"{asked.place} asks for {charge.flag.flag}"
        yield _Place(_BY_NAME, 0, Explained.STACK_FRAME, said, *place, asked.source)


def _in_words(found: Sequence[Hunk], scene: Scene, lines: Sequence[LogLine]) -> Iterator[_Place]:
    """Yield the changed row that shares most words with a complaint, where any does."""
    places = [
        (sum(scene.words.get(word, 0.0) for word in set(terms.words(line.text))), hunk, row)
        for hunk in found
        for row, line in enumerate(hunk.lines)
        if line.is_changed
    ]
    weight, hunk, row = max(places, key=lambda item: item[0], default=(0.0, None, 0))
    if hunk is None or weight <= 0:
        return
    shared = set(terms.words(hunk.lines[row].text))
    told = max(lines, key=lambda line: len(shared & set(terms.words(line.text))), default=None)
    if told and shared & set(terms.words(told.text)):
        said = max(told.text.splitlines(), key=lambda text: len(shared & set(terms.words(text))))
        yield _Place(_IN_WORDS, 0, Explained.LOG_LINE, said.strip(), hunk, row, told.source)
