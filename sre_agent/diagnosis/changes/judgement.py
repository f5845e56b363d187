"""Which change is the reason, or that none is.

A change explains only what began after it and what it can reach, and what it touches has to fit what
fails. A change that is merely near is a decoy: without a mechanism nobody is blamed, and of a commit
whose content nobody saw no mechanism is known.
"""

import math
from dataclasses import dataclass

from sre_agent.diagnosis.changes import commits, flags, outside, reach, terms
from sre_agent.diagnosis.changes.flags import FlagCharge
from sre_agent.diagnosis.changes.outside import Outside
from sre_agent.diagnosis.changes.reach import Arrival
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.changes import Commit

NOBODY = 3.0
"""What a change has to have for it before anybody is blamed."""
SAID_TWICE = 0.5
"""What a second reason outside adds: often it is the first, told by somebody else."""
FOUNDED = frozenset(
    {
        "mechanism.fits",
        "words.taken_away",
        "words.raised",
        "words.missed",
        "frames.touched",
        "frames.on_it",
        "flag.behind",
    }
)
"""What can convict a commit: what it changes leads to what fails, or what fails names what it changes."""
FOUNDED_TOGETHER = frozenset({"words.brought", "frames.same_file"})
"""So can both of these: what fails stands in a file that it touches, and names what it brought there."""
MAY_FIT = 2.5
"""What a look at a diff that nobody saw may add: so much less sure is any other verdict."""
SWITCHED_ON = 0.8
"""Share of what speaks for a flag that speaks for the commit behind it."""


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

    @property
    def is_founded(self) -> bool:
        """Return whether there is more to it than when and where it went live, and words it shares."""
        rules = {reason.rule for reason in self.reasons}
        return not rules.isdisjoint(FOUNDED) or rules >= FOUNDED_TOGETHER

    @property
    def is_unread(self) -> bool:
        """Return whether it went live and may do harm for all that is known: its diff is not, or in part."""
        return any(reason.rule == commits.UNREAD for reason in self.reasons)


@dataclass(frozen=True)
class Judgement:
    """The changes, the likeliest first, the reasons outside, and whether the first change did it."""

    charges: tuple[Charge, ...]
    flags: tuple[FlagCharge, ...]
    outside: tuple[Outside, ...]

    @property
    def against(self) -> float:
        """Return what speaks for no change at all."""
        weights = [reason.weight for reason in self.outside]
        return NOBODY + sum(weights[:1]) + SAID_TWICE * sum(weights[1:2])

    @property
    def culprit(self) -> Charge | None:
        """Return the commit that did it, or None where none is convicted."""
        best = next((charge for charge in self.charges if charge.is_founded), None)
        return best if best and best.score > max(self.against, self._flag_score) else None

    @property
    def unread(self) -> tuple[Charge, ...]:
        """Return what went live before the onset though nobody saw what it changes, the likeliest first."""
        return tuple(charge for charge in self.charges if charge.is_unread)

    @property
    def flag(self) -> FlagCharge | None:
        """Return the flag that did it, or None where none is convicted."""
        best = self.flags[0] if self.flags else None
        is_convicted = self._flag_score > self.against and self.culprit is None
        return best if is_convicted else None

    @property
    def confidence(self) -> float:
        """Return the probability that the verdict is right, between 0 and 1."""
        found: Charge | FlagCharge | None = self.culprit or self.flag
        verdict = found.score if found else self.against
        scores = [
            charge.score + MAY_FIT * (charge.is_unread and charge is not found)
            for charge in self.charges
        ]
        scores += [charge.score for charge in self.flags]
        return 1.0 / sum(math.exp(score - verdict) for score in [*scores, self.against])

    @property
    def _flag_score(self) -> float:
        return self.flags[0].score if self.flags else -math.inf


def judge(scene: Scene) -> Judgement:
    """Return the case against each change that can be the reason, and the reasons outside."""
    switched = flags.charges(scene)
    rarity = terms.rarity(commits.text_of(commit) for commit in scene.told.commits)
    charges = []
    for commit in scene.told.commits:
        known = reach.arrivals(scene, commit)
        arrival = _last_before_onset(scene, known)
        is_later = commit.at_s > scene.latest_s or bool(known and not arrival)
        if not is_later:
            reasons = (
                *commits.reasons(scene, commit, arrival, rarity),
                *_switched(commit, scene, switched),
            )
            charges.append(Charge(commit, arrival, reasons))
    ordered = sorted(charges, key=lambda item: (-item.score, -item.commit.at_s, item.commit.sha))
    return Judgement(tuple(ordered), switched, outside.reasons(scene))


def _last_before_onset(scene: Scene, known: tuple[Arrival, ...]) -> Arrival | None:
    """Return the last deploy before the onset that brought a commit, one of its own if there is."""
    found = reach.before_onset(scene, known)
    own = [item for item in found if item.is_own] or found
    here = [item for item in own if item.deploy.is_surely_here]
    return max(here or own, key=lambda item: item.deploy.at_s, default=None)


def _switched(commit: Commit, scene: Scene, switched: tuple[FlagCharge, ...]) -> tuple[Reason, ...]:
    """Return what a flag that is charged says of the commit that lies behind it."""
    for charge in switched:
        if charge.score > 0.0 and flags.behind(charge.flag, scene.told.commits) == commit:
            text = f"it lies behind the flag {charge.flag.flag}, which was switched"
            return (Reason("flag.behind", SWITCHED_ON * charge.score, text),)
    return ()
