"""From a question to what it asks for, by rules: the same words always mean the same."""

import re
from dataclasses import dataclass
from datetime import datetime

from sre_agent.ask import naming
from sre_agent.ask.asking import EXAMPLES, Asked, Known, Slots, Topic
from sre_agent.ask.naming import Names

_ORDER = re.compile(
    r"^\W*(?:(?:please|now|just|hey|ok|can you|could you|would you|will you|go and|go ahead and|i want you to|you must)[\s,]+)*"
    r"(?:restart|roll\s?back|scale|approve|reject|delete|remove|kill|drain|cordon|uncordon|halt|unhalt|deploy|revert"
    r"|fix|repair|apply|execute|run|resolve|close|pause|resume|cancel|merge|split|assign|acknowledge|dismiss|disable"
    r"|enable|stop|start|patch|set|evict|grant|freeze|unfreeze|undo|change|update|write|create|add|drop|forget)\b",
    re.IGNORECASE,
)
_RULES: tuple[tuple[Topic, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for topic, words in (
        (
            Topic.SIMILAR,
            r"similar|alike|(?:is|are|anything|incidents?) like|seen .{0,60}before|happened before",
        ),
        (
            Topic.DEEDS,
            r"who (?:has )?(?:approved|rejected|decided|restarted|rolled|scaled|did|changed)|approved|was (?:it )?done|been done|did (?:we|you|they|the platform) do|actions?|audit",
        ),
        (Topic.OWNER, r"owns?|owners?|owned|which team|whose|responsible|looks after"),
        (
            Topic.RUNBOOK,
            r"runbooks?|playbooks?|what (?:should|do|can) (?:i|we) do|how do (?:i|we) fix",
        ),
        (Topic.BUDGET, r"budgets?|slos?|burn(?:s|ing|t)?|objectives?"),
        (Topic.EVIDENCE, r"evidence|proof|facts?|log lines?|logs|metrics|why do you think"),
        (
            Topic.CHANGES,
            r"changed?|changes|deploy(?:s|ed|ments?)?|rollouts?|rolled out|releases?|released|new versions?",
        ),
        (
            Topic.WAITING,
            r"waits?|waiting|blocked|stuck|pending|held up|needs? (?:an? |my )?approvals?|to approve",
        ),
        (
            Topic.STATUS,
            r"which incidents|what incidents|list incidents|open incidents|incidents (?:are )?open|any incidents|how many incidents|what is (?:open|wrong|broken|going on|happening|up|on fire)|what's (?:open|wrong|broken|going on|happening|up|on fire)|everything|all (?:ok|fine|good|well)",
        ),
        (
            Topic.INCIDENT,
            r"causes?|why (?:is|did|does|was|are)|reason|plan|stands?|state|what happened",
        ),
        (
            Topic.STATUS,
            r"status|incidents?|health|healthy|down|failing|broken|how is|how are|alerts?|firing",
        ),
    )
)
_PRONOUN = re.compile(r"\b(?:it|its|this|that|this one|the incident|there)\b", re.IGNORECASE)
_NEEDS_INCIDENT = frozenset({Topic.SIMILAR, Topic.EVIDENCE})
_TOLD_PLACES = 12

READS_ONLY = (
    "I only read: nothing is changed from here. People act in the war room or by `sre-agent approve`, "
    "`reject`, `act`, `pause`, `halt` and the like."
)


@dataclass(frozen=True)
class Understood:
    """What a question asks for; or, where it is not clear, what to say in return."""

    asked: Asked | None = None
    reply: str = ""
    is_order: bool = False


def recognize(text: str, known: Known, now: datetime, before: Asked | None = None) -> Understood:
    """Return what a question asks for. `before` is what was spoken of last, which `it` may mean."""
    if _ORDER.search(text):
        return Understood(reply=READS_ONLY, is_order=True)
    names = naming.find(text, known)
    topic = _topic(text, names)
    if topic is None:
        return Understood(reply=cannot())
    slots = _slots(text, names, now, before)
    unclear = _unclear(names, known) or _missing(topic, slots, known)
    if unclear:
        return Understood(reply=unclear)
    if topic is Topic.INCIDENT and not (slots.incident or slots.place.told):
        topic = Topic.STATUS  # of all that are open
    return Understood(asked=Asked(topic=topic, slots=slots))


def _topic(text: str, names: Names) -> Topic | None:
    found = next((topic for topic, words in _RULES if words.search(text)), None)
    if names.incidents and found in {None, Topic.STATUS}:
        return Topic.INCIDENT
    return found


def _unclear(names: Names, known: Known) -> str:
    """Return what is said where a name means several things, or nothing."""
    if len(names.incidents) > 1:
        return f"One incident at a time: {' or '.join(names.incidents[:5])}?"
    if len(names.places) > 1:
        told = " or ".join(place.told for place in names.places[:_TOLD_PLACES])
        return f"Which one: {told}?"
    return _nobody(names.unknown, known) if names.unknown else ""


def _missing(topic: Topic, slots: Slots, known: Known) -> str:
    """Return what is said where a question leaves out of what it is."""
    if topic is Topic.OWNER and not slots.place.service:
        return f"Of which service? {_places(known)}"
    if topic in _NEEDS_INCIDENT and not (slots.incident or slots.place.told):
        return "Of which incident? Name it (inc-…) or its service."
    return ""


def cannot() -> str:
    """Return what is said to a question that rules cannot answer."""
    listed = "".join(f"\n- {example}" for example in EXAMPLES)
    return f"I cannot answer that without a language model. I can answer:{listed}"


def _slots(text: str, names: Names, now: datetime, before: Asked | None) -> Slots:
    incident = names.incidents[0] if names.incidents else ""
    place = names.places[0] if names.places else None
    if before is not None and not incident and place is None and _PRONOUN.search(text):
        incident, place = before.slots.incident, before.slots.place
    return Slots(
        incident=incident,
        **({"place": place} if place else {}),
        since_s=naming.since_s(text, now),
        slo=names.slo,
        evidence=names.evidence,
        words=naming.other_words(text),
    )


def _nobody(name: str, known: Known) -> str:
    return f"I know no service, namespace or objective {name!r}. {_places(known)}"


def _places(known: Known) -> str:
    told = ", ".join(place.told for place in known.places[:_TOLD_PLACES])
    more = len(known.places) - _TOLD_PLACES
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"I know {told}{rest}."
        if told
        else "I know no service yet: no incident and no objective names one."
    )
