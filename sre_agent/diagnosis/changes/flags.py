"""What speaks for a feature flag that was switched, and which commit lies behind it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sre_agent.diagnosis.changes import commits, paths, terms
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit, FlagChange
from sre_agent.domain.ids import EvidenceId

RARELY = -1.0
"""Flags are switched all day."""
SILENT = -2.5
"""Nothing that fails speaks of what the flag is for."""
ASKED = 3.5
"""The code that fails stands right below where it asks for the flag."""
ASKED_ABOVE = 8
"""Rows above the one that fails."""
BEHIND = 2
"""So many words of its name a commit shares with a flag that it lies behind."""


@dataclass(frozen=True)
class Asked:
    """A place of the code that asks for a flag, and the evidence in which it stands."""

    place: str
    source: EvidenceId


@dataclass(frozen=True)
class FlagCharge:
    """A flag with all that speaks for and against it."""

    flag: FlagChange
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> float:
        """Return the log-odds of guilt."""
        return sum(reason.weight for reason in self.reasons)


def charges(scene: Scene) -> tuple[FlagCharge, ...]:
    """Return the flags that were switched before the onset, the likeliest first.

    What was switched for several services at once is charged once, by the one that it fits best.
    """
    found = [FlagCharge(flag, tuple(_reasons(scene, flag))) for flag in _in_effect(scene)]
    found.sort(key=lambda item: (-item.score, -item.flag.at_s, item.flag.flag, item.flag.service))
    of_service: dict[tuple[str, str], FlagCharge] = {}
    for item in found:
        of_service.setdefault((item.flag.flag, item.flag.service), item)
    once: dict[FlagChange, FlagCharge] = {}
    for item in of_service.values():
        once.setdefault(replace(item.flag, service=""), item)
    return tuple(once.values())


def _in_effect(scene: Scene) -> Iterator[FlagChange]:
    """Yield the last switch of each flag for each service up to the onset as it was seen.

    What was switched since counts as well as far as it may have been first; who switches a flag off
    because of the trouble excuses nothing.
    """
    before: dict[tuple[str, str], FlagChange] = {}
    for flag in sorted(scene.told.flags, key=lambda item: item.at_s):
        if flag.at_s <= scene.onset_s:
            before[flag.flag, flag.service] = flag
        elif flag.at_s <= scene.latest_s:
            yield flag
    yield from before.values()


def behind(flag: FlagChange, known: Sequence[Commit]) -> Commit | None:
    """Return the last commit before the switch that is about what the flag is for."""
    name = set(terms.words(flag.flag))
    own = set(terms.words(flag.service))
    found = [
        commit
        for commit in known
        if commit.at_s <= flag.at_s
        and (
            flag.flag in commits.text_of(commit)
            or len((name - own) & set(terms.words(commits.text_of(commit)))) >= BEHIND
        )
    ]
    return max(found, key=lambda commit: (commit.at_s, commit.sha), default=None)


def asked_at(scene: Scene, flag: FlagChange) -> Asked | None:
    """Return where on the way of a stack trace the code asks for a flag, or None."""
    name = _joined(flag.flag)
    for code in scene.told.code:
        for frame in scene.frames:
            row = frame.line - code.first_line
            if paths.shared(frame.path, code.path) and 0 <= row < len(code.rows):
                above = code.rows[max(0, row - ASKED_ABOVE) : row + 1]
                if any(name in _joined(text) for text in above):
                    return Asked(f"{code.path}:{frame.line}", code.source)
    return None


def _joined(text: str) -> str:
    """Return a text by its letters and digits alone: names of one thing differ in what joins their words."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _reasons(scene: Scene, flag: FlagChange) -> Iterator[Reason]:
    yield Reason("flag.often", RARELY, "flags are switched all day")
    yield from commits.when(scene, flag.at_s)
    if flag.service == scene.first:
        yield Reason("place.first", 1.2, f"it is for {scene.first}, which failed first")
    elif flag.service and flag.service not in scene.failing:
        yield Reason("place.elsewhere", -1.5, f"it is for {flag.service}, which does not fail")
    asked = asked_at(scene, flag)
    if asked:
        text = f"the code at {asked.place}, where it fails, asks for it"
        yield Reason("flag.asked_for", ASKED, text)
        return
    said = dict.fromkeys(terms.words(flag.flag), 1.0)
    weight, shared = commits.common(scene, said, {})
    if shared:
        text = f"complaints speak of {', '.join(shared)}, as it does"
        yield Reason("words.shared", 1.5 * weight, text)
    else:
        yield Reason("words.none", SILENT, "nothing that fails speaks of what it is for")
