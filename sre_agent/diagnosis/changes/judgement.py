"""Which change is the reason, or that none is: the case for and against each, in log-odds.

A change explains only what began after it and what it can reach, and what it touches has to fit what
fails. A change that is merely near is a decoy: without a mechanism nobody is blamed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.changes import harm, innocence, outside, reach, terms
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.outside import Outside
from sre_agent.diagnosis.changes.reach import Arrival
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.domain.changes import Commit

NOBODY = 2.0
"""What a change has to have for it before anybody is blamed."""
SAID_OUTSIDE_TWICE = 0.5
"""What a second reason outside adds: often it is the first, told by somebody else."""
SPECIFIC: Mapping[Symptom, float] = {Symptom.SLOW: 0.6, Symptom.ADDRESS: 0.5, Symptom.QUEUE: 0.5}
"""Ways to fail that nearly any reason leads to, and how much they count."""


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a change (above zero) or against it."""

    rule: str
    weight: float
    statement: str


@dataclass(frozen=True)
class Charge:
    """A commit with all that speaks for and against it."""

    commit: Commit
    arrival: Arrival | None
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> float:
        """Return the log-odds of guilt."""
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True)
class Judgement:
    """The changes, the likeliest first, the reasons outside, and whether the first change did it."""

    charges: tuple[Charge, ...]
    outside: tuple[Outside, ...]

    @property
    def against(self) -> float:
        """Return what speaks for no change at all."""
        weights = [reason.weight for reason in self.outside]
        return NOBODY + sum(weights[:1]) + SAID_OUTSIDE_TWICE * sum(weights[1:2])

    @property
    def culprit(self) -> Charge | None:
        """Return the change that did it, or None where none is convicted."""
        best = self.charges[0] if self.charges else None
        return best if best and best.score > self.against else None

    @property
    def confidence(self) -> float:
        """Return the probability that the verdict is right, between 0 and 1."""
        scores = sorted((charge.score for charge in self.charges), reverse=True)
        all_ = sorted([*scores, self.against], reverse=True)
        return 1.0 / sum(math.exp(score - all_[0]) for score in all_)


def judge(scene: Scene) -> Judgement:
    """Return the case against each commit that can be the reason, and the reasons outside."""
    rarity = terms.rarity(_text(commit) for commit in scene.told.commits)
    charges = [
        Charge(commit, arrival, tuple(_reasons(scene, commit, arrival, rarity)))
        for commit in scene.told.commits
        if commit.at_s <= scene.onset_s + reach.TIE_S
        for arrival in [_arrival(scene, commit)]
        if arrival is not None or not reach.arrivals(scene, commit)
    ]
    ordered = sorted(charges, key=lambda item: (-item.score, -item.commit.at_s, item.commit.sha))
    return Judgement(tuple(ordered), outside.reasons(scene))


def _arrival(scene: Scene, commit: Commit) -> Arrival | None:
    """Return the last deploy before the onset that brought a commit, one of its own if there is."""
    found = reach.before_onset(scene, reach.arrivals(scene, commit))
    own = [item for item in found if item.is_own]
    return max(own or found, key=lambda item: item.deploy.at_s, default=None)


def _reasons(
    scene: Scene, commit: Commit, arrival: Arrival | None, rarity: Mapping[str, float]
) -> Iterator[Reason]:
    yield from _time(scene, arrival)
    yield from _place(scene, commit, arrival)
    yield from _frames(scene, commit)
    yield from _words(scene, commit, rarity)
    yield from _mechanism(scene, commit)
    yield from _innocence(scene, commit)


def _time(scene: Scene, arrival: Arrival | None) -> Iterator[Reason]:
    if arrival is None:
        yield Reason("time.not_deployed", -2.0, "nothing shows that it went live")
        return
    minutes = max(0.0, scene.onset_s - arrival.deploy.at_s) / 60.0
    weight = 2.2 - 0.7 * math.log2(1.0 + minutes / 8.0)
    yield Reason("time.gap", max(weight, -1.0), f"it went live {minutes:.0f} min before the onset")
    if not arrival.is_own:
        by = "a newer version of its module" if arrival.is_through_module else "a later deploy"
        weight = 0.0 if arrival.is_through_module else -1.0
        yield Reason("time.brought", weight, f"it went live with {by}")


def _place(scene: Scene, commit: Commit, arrival: Arrival | None) -> Iterator[Reason]:
    services = {arrival.deploy.service} if arrival else set()
    services |= {name for name in scene.failing if reach.is_of(name, commit)}
    if scene.first in services:
        yield Reason("place.first", 1.2, f"it is in {scene.first}, which failed first")
    elif services & set(scene.callees.get(scene.first, ())):
        yield Reason("place.callee", 0.8, "it is in what the failing service calls")
    elif services & set(scene.failing):
        yield Reason("place.failing", 0.2, "it is in a service that fails as well")
    elif arrival and not arrival.is_through_module:
        yield Reason(
            "place.elsewhere", -1.0, f"it is in {arrival.deploy.service}, which does not fail"
        )


def _frames(scene: Scene, commit: Commit) -> Iterator[Reason]:
    """Speak of the code that the stack traces name."""
    files = {frame.file.rsplit("/", 1)[-1] for frame in scene.frames}
    touched = {path.rsplit("/", 1)[-1] for path in commit.paths}
    both = sorted(files & touched)
    if both:
        yield Reason(
            "frames.touched", 3.5, f"the stack trace stands in {both[0]}, which it touches"
        )
    elif files and touched:
        yield Reason(
            "frames.elsewhere", -1.0, "the stack traces stand in files that it does not touch"
        )


def _words(scene: Scene, commit: Commit, rarity: Mapping[str, float]) -> Iterator[Reason]:
    """Speak of the words that complaints and change share, the telling ones more."""
    said: dict[str, float] = {}
    for item in scene.complaints:
        for word in terms.words(item.text):
            said[word] = max(said.get(word, 0.0), item.weight)
    names = {word for name in scene.failing for word in terms.words(name)}
    patch = patches.read(commit.diff)
    changed = set(terms.words(" ".join([*patch.gone, *patch.new])))
    mentioned = set(terms.words(_text(commit)))
    scores = {
        word: said[word] * rarity.get(word, 1.0) ** 0.5 * (1.0 if word in changed else 0.5)
        for word in sorted((changed | mentioned) & set(said) - names)
    }
    best = sorted(scores, key=lambda word: (-scores[word], word))[:4]
    if best:
        weight = min(2.5, sum(scores[word] for word in best))
        yield Reason("words.shared", weight, f"complaints and change speak of {', '.join(best)}")
    literals = [text for text in patch.changed_literals if _is_quoted(text, scene)]
    if literals:
        text = f"complaints name {literals[0]!r}, which it takes away"
        yield Reason("words.taken_away", 3.0, text)


def _is_quoted(literal: str, scene: Scene) -> bool:
    """Return whether complaints name something by quotes: a field, a column, a key."""
    return len(literal) > 1 and any(
        f"{mark}{literal}{mark}" in item.text
        for item in scene.complaints
        for mark in ("'", '"', "`")
    )


def _mechanism(scene: Scene, commit: Commit) -> Iterator[Reason]:
    """Speak of what the change can break and how that would show."""
    symptoms = scene.symptoms
    if not commit.diff:
        return
    patch = patches.read(commit.diff)
    scored = [
        (leads * symptoms.get(name, 0.0) * SPECIFIC.get(name, 1.0), found.name, name)
        for found in harm.harms(patch)
        for name, leads in found.leads_to.items()
    ]
    best = max(scored, default=(0.0, "", Symptom.SLOW))
    if best[0] > 0.0:
        yield Reason("mechanism.fits", 2.5 * best[0], f"{best[1]}, which would show as {best[2]}")
    else:
        yield Reason("mechanism.none", -1.5, "nothing in it leads to what fails")


def _innocence(scene: Scene, commit: Commit) -> Iterator[Reason]:
    why = innocence.reason(commit)
    if why:
        yield Reason("innocence.harmless", -5.0, why)
        return
    others: Sequence[Commit] = scene.told.commits
    if innocence.is_bump(commit) and any(reach.brings(commit, other) for other in others):
        yield Reason(
            "innocence.vehicle", -3.0, "it only brings the change that another commit made"
        )
    elif innocence.is_small_bump(commit):
        yield Reason("innocence.small_bump", -2.5, "it only takes patch versions of dependencies")
    elif commit.diff and patches.read(commit.diff).is_rearranged:
        yield Reason("innocence.rearranged", -2.0, "it says the same in other words")


def _text(commit: Commit) -> str:
    return " ".join((commit.message, *commit.paths, commit.diff))
