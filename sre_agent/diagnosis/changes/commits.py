"""What speaks for a commit and against it, in log-odds: when, where, in which words, by what means."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from sre_agent.diagnosis.changes import (
    environments,
    gone_files,
    harmless,
    innocence,
    mechanisms,
    reach,
    stacks,
    taken_back,
    terms,
)
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.environments import Where
from sre_agent.diagnosis.changes.innocence import Innocence
from sre_agent.diagnosis.changes.reach import Arrival
from sre_agent.diagnosis.changes.reason import Reason
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.changes.symptoms import IN_WORDS, Symptom
from sre_agent.diagnosis.incident.durations import say
from sre_agent.domain.changes import Commit

SPECIFIC: Mapping[Symptom, float] = {Symptom.SLOW: 0.6, Symptom.ADDRESS: 0.5, Symptom.QUEUE: 0.5}
"""Ways to fail that nearly any reason leads to, and how much they count."""
FITS = 2.5
"""Log-odds of a change that leads to just what fails."""
UNFIT = -2.0
"""The same of one that leads to nothing of it; what fits in part lies between."""
FITS_IN_WORDS = 1.0
"""The same of one that only speaks of it and changes nothing that is seen."""
MAYBE_ELSEWHERE = -0.7
"""The same of one that was deployed, but perhaps to another environment."""
MAYBE_OF_ELSEWHERE = -4.0
"""The same of one that sets what another environment has, where nobody knows which one this is."""
AT_ONCE = 2.2
"""The same of one that the trouble followed at once."""
LONG_AGO = -1.0
"""The same of one that was there long before."""
AFTER = -3.0
"""The same of one that can have been first only if the onset was seen as early as it can be."""
NOT_IN_IT = -5.0
"""The same of one that was not in what ran."""
SHORT_SHA = 7
"""Characters of a hash by which people call a commit."""
HARMLESS = "innocence.harmless"
"""Speaks of a commit that is proven to do no harm."""
UNREAD = "content.unread"
"""Says neither for nor against a commit: it went live, and its diff is not known, or not whole."""
TELLING_FIT = 0.25
"""What fits less says nothing of a change for which the code that fails, or its names, speak."""
_MISSED = re.compile(
    r"\bnot (?:defined|found|exist|a function|a member|recogni[sz]ed|known|set|initiali[sz]ed|bound)|undefined|unknown|unresolved|"
    r"\bno (?:such|attribute|member|method|module|property|field|column|value)|\bhas no\b|does(?: not|n't) (?:exist|have)|"
    r"missing|required|unexpected|before (?:initiali[sz]ation|assignment)|cannot find|is not associated|"
    r"keyerror|nameerror|attributeerror|unboundlocal|nosuch",
    re.IGNORECASE,
)
"""How programs say that what they were asked for is not there, or is there and should not be."""
TELLING_WORDS = 4
MOST_BY_WORDS = 2.5
"""Log-odds; beyond these, shared words say no more."""


def reasons(
    scene: Scene, commit: Commit, arrival: Arrival | None, rarity: Mapping[str, float]
) -> Iterator[Reason]:
    """Yield what speaks for a commit and against it."""
    older = (reach.rolled_back if arrival else reach.running_without)(scene, commit)
    if older:  # however well it fits: it was not there, or not any more
        ran = f"{older.service} {'had gone back to' if arrival else 'ran'}"
        build = f"a build of {older.sha[:SHORT_SHA]}" if older.sha else older.version
        yield Reason("time.not_in_it", NOT_IN_IT, f"{ran} {build}, which does not hold it")
        return
    yield from _came(scene, commit, arrival)
    undone = taken_back.before_onset(scene, commit)
    if undone:  # whatever still speaks for it, this began when it was gone
        gap = timedelta(seconds=scene.onset_s - undone.deploy.at_s)
        text = f"it was taken back, and that went live {say(gap)} before the onset"
        yield Reason("place.taken_back", -5.0, text)
        return
    same = harmless.leaves_code(commit)
    if same:  # whatever fails, and in whichever file: it fails as it was
        yield Reason(HARMLESS, -5.0, same)
        return
    yield from stacks.reasons(scene, commit)
    yield from _words(scene, commit, rarity)
    exact = (*_named(scene, commit), *stacks.stood_on(scene, commit))
    yield from exact
    yield from _mechanism(scene, commit, is_named=bool(exact))
    innocent = tuple(_innocence(scene, commit, is_named=bool(exact)))
    yield from innocent
    is_unread = not harmless.is_read(commit) and all(each.rule != HARMLESS for each in innocent)
    if arrival and is_unread:
        what = "not all that it changes was told" if commit.diff else "nobody saw what it changes"
        yield Reason(UNREAD, 0.0, what)


def _came(scene: Scene, commit: Commit, arrival: Arrival | None) -> Iterator[Reason]:
    """Speak of when a commit went live, by what, and where."""
    yield from when(scene, arrival.deploy.at_s if arrival else None)
    if arrival and not arrival.is_own:
        by = "a newer version of its module" if arrival.is_through_module else "a later deploy"
        yield Reason(
            "time.brought", 0.0 if arrival.is_through_module else -1.0, f"it went live with {by}"
        )
    if arrival and not arrival.deploy.is_surely_here:
        place = arrival.deploy.environment or "an environment that nobody names"
        yield Reason("place.unsure", MAYBE_ELSEWHERE, f"it went to {place}, which may not be here")
    if commit.sha in scene.told.gone:
        yield Reason("place.gone", -3.0, "its branch has it no more")
    yield from _place(scene, commit, arrival)


def when(scene: Scene, live_s: float | None) -> Iterator[Reason]:
    """Speak of the time between a change and the onset: the shorter, the likelier.

    What went live after the onset as it was seen may have been first all the same, the later the less.
    """
    if live_s is None:
        yield Reason("time.not_deployed", -2.0, "nothing shows that it went live")
        return
    gap = timedelta(seconds=scene.onset_s - live_s)
    if gap < timedelta(0):
        share = min(1.0, -gap.total_seconds() / max(1.0, scene.latest_s - scene.onset_s))
        weight = AT_ONCE + (AFTER - AT_ONCE) * share
        yield Reason(
            "time.after", weight, f"it went live {say(gap)} after the onset as it was seen"
        )
        return
    weight = max(LONG_AGO, AT_ONCE - 0.7 * math.log2(1.0 + gap / timedelta(minutes=8)))
    yield Reason("time.gap", weight, f"it went live {say(gap)} before the onset")


def _place(scene: Scene, commit: Commit, arrival: Arrival | None) -> Iterator[Reason]:
    services = {arrival.deploy.service} if arrival else set()
    services |= {name for name in scene.failing if reach.is_of(scene, name, commit)}
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


def _words(scene: Scene, commit: Commit, rarity: Mapping[str, float]) -> Iterator[Reason]:
    """Speak of the words that complaints and change share, the telling ones more."""
    patch = patches.read(commit.diff)
    changed = set(terms.words(" ".join([*patch.gone, *patch.new])))
    mentioned = set(terms.words(text_of(commit))) - changed
    weight, shared = common(
        scene, {**dict.fromkeys(mentioned, 0.5), **dict.fromkeys(changed, 1.0)}, rarity
    )
    if shared:
        yield Reason("words.shared", weight, f"complaints and change speak of {', '.join(shared)}")


def _named(scene: Scene, commit: Commit) -> Iterator[Reason]:
    """Speak of things in the code, and files, that complaints call by the names that are gone, or new."""
    patch = patches.read(commit.diff)
    gone = patch.names_gone | gone_files.names(commit.diff)
    for rule, weight, names, only, does in (
        ("words.taken_away", 3.0, gone, None, "takes away"),
        ("words.raised", 2.5, patch.names_raised, None, "raises"),
        ("words.missed", 2.5, patch.names_new, _MISSED, "writes"),
        ("words.brought", 2.5, patch.names_brought, None, "brings"),
    ):
        named = sorted(name for name in names if is_named(name, scene, only))
        if named:
            told = "miss" if only else "name"
            yield Reason(rule, weight, f"complaints {told} {named[0]!r}, which it {does}")
            return


def common(
    scene: Scene, said: Mapping[str, float], rarity: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Return how much words have in common with the complaints, and those that tell most as they are written.

    Args:
        scene: what fails; the names of what fails are no telling words.
        said: the words, each with how much it counts.
        rarity: how telling words are, 1 where it is not known.
    """
    scores = {
        word: scene.words[word] * said[word] * rarity.get(word, 1.0) ** 0.5
        for word in sorted(said.keys() & scene.words.keys())
    }
    best = sorted(scores, key=lambda word: (-scores[word], word))[:TELLING_WORDS]
    spelt = tuple(scene.spelling.get(word, word) for word in best)
    return min(MOST_BY_WORDS, sum(scores[word] for word in best)), spelt


def is_named(name: str, scene: Scene, only: re.Pattern[str] | None = None) -> bool:
    """Return whether complaints speak of a thing in the code by its name: quoted, or no plain word.

    Args:
        name: the bare name.
        scene: what fails.
        only: what else the line of the complaint has to say.
    """
    if len(name) < terms.SHORTEST - 1 or name in scene.failing or name not in scene.said:
        return False
    is_plain = name.isalpha() and (name.islower() or name.istitle() or name.isupper())
    word = re.escape(name)
    pattern = re.compile(rf"['\"`]{word}['\"`]" if is_plain else rf"(?<![\w]){word}(?![\w])")
    lines = (line for item in scene.complaints for line in item.text.splitlines() or [item.text])
    return any(pattern.search(line) and (only is None or only.search(line)) for line in lines)


def _mechanism(scene: Scene, commit: Commit, *, is_named: bool) -> Iterator[Reason]:
    """Speak of what the change can break and how that would show.

    That nothing in it does is known only of one that was told whole.
    """
    if not commit.diff:
        return
    patch = patches.read(commit.diff)
    fit, what, symptom, is_structural = _best_fit(scene, commit.diff)
    is_read = harmless.is_read(commit)
    is_same = is_read and patch.is_rearranged and not is_structural and not is_named
    if fit > 0.0:
        highest = FITS_IN_WORDS if is_same else FITS
        lowest = 0.0 if is_named or is_same else UNFIT
        weight = lowest + (highest - lowest) * fit
        shown = IN_WORDS[symptom]
        if weight > 0.0 and (fit >= TELLING_FIT or not is_named):
            yield Reason("mechanism.fits", weight, f"{what}, which would show as {shown}")
        elif weight < 0.0 and is_read:
            text = f"at most this leads to what fails, and seldom does: {what}"
            yield Reason("mechanism.seldom", weight, text)
    elif not is_named and is_read:
        yield Reason("mechanism.none", UNFIT, "nothing in it leads to what fails")
    if is_same:
        yield Reason("mechanism.rearranged", -2.0, "it says the same in other words")


def _best_fit(scene: Scene, diff: str) -> tuple[float, str, Symptom, bool]:
    """Return how well what a diff can break fits what fails (0 to 1), and what that is."""
    symptoms = scene.symptoms
    scored = [
        (
            leads * symptoms.get(name, 0.0) * SPECIFIC.get(name, 1.0),
            found.name,
            name,
            found.is_structural,
        )
        for found in mechanisms.harms(diff)
        for name, leads in found.leads_to.items()
    ]
    return max(scored, default=(0.0, "", Symptom.SLOW, False))


def _innocence(scene: Scene, commit: Commit, *, is_named: bool) -> Iterator[Reason]:
    """Speak of what cannot do harm; what fails neither names it nor stands in it."""
    is_meant = is_named or stacks.is_named(scene, commit)
    why = None if is_meant else _why_innocent(scene, commit)
    if why and why.only_logs and Symptom.DISK in scene.symptoms:
        return  # lines that are logged fill disks
    if why and why.is_proven:
        yield Reason(HARMLESS, -5.0, why.statement)
        return
    if why:
        weight = MAYBE_OF_ELSEWHERE if why.is_by_environment else -1.5
        yield Reason("innocence.likely", weight, why.statement)
    if innocence.is_bump(commit) and any(reach.brings(commit, it) for it in scene.told.commits):
        yield Reason(
            "innocence.vehicle", -3.0, "it only brings the change that another commit made"
        )
    elif innocence.is_small_bump(commit):
        yield Reason("innocence.small_bump", -2.5, "it only takes patch versions of dependencies")


def _why_innocent(scene: Scene, commit: Commit) -> Innocence | None:
    """Return why a commit breaks nothing here: what it touches elsewhere counts where it is known not to be here."""
    why = innocence.judge(commit)
    if why is None or not why.is_by_environment:
        return why
    place = environments.where_files(commit.paths, scene.told.environment)
    if place is Where.HERE:
        return None
    return replace(why, is_proven=why.is_proven and place is Where.ELSEWHERE)


def text_of(commit: Commit) -> str:
    """Return all that a commit says."""
    return " ".join((commit.message, *commit.paths, commit.diff))
