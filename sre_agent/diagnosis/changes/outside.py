"""Reasons that no commit gave: what lies outside, who asks more than before, what expired."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sre_agent.diagnosis.changes import terms
from sre_agent.diagnosis.changes.onsets import Onset
from sre_agent.diagnosis.changes.scene import ASIDE, MAIN, SECOND, TOGETHER_S, Scene
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.domain.changes import StatusNotice
from sre_agent.domain.faults import FaultClass

_NAMES_FAIL = re.compile(
    r"no such host|enotfound|servfail|nxdomain|name resolution|getaddrinfo|eai_again|zero addresses|"
    r"server misbehaving|name or service not known",
    re.IGNORECASE,
)
_EXPIRED = re.compile(
    r"certificate (?:has |is )?expired|expired certificate|x509: certificate|certificate verify failed|"
    r"not ?after|cert(?:ificate)?[_ ]expir|CERT_HAS_EXPIRED",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"(?:licen[sc]e|api[- ]?key|credentials?|password|subscription|lease|secret)\b.{0,20}(?:expired|revoked|ended)",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\bretr(?:y|ies|ied)|\battempts?\b", re.IGNORECASE)
"""Who asks again and again makes the crowd."""
_CROWD = re.compile(
    r"\bddos|\bbots?\b|crawler|scraper|flash sale|campaign|bulk import|flood of", re.IGNORECASE
)
_HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|io|net|org|dev|co|cloud|app)\b", re.IGNORECASE)
_PROVIDER = re.compile(
    r"third[- ]?party|\bprovider|\bvendor|\bpartner|external (?:api|service)|upstream provider|status page|"
    r"stripe|twilio|sendgrid|paypal|adyen|auth0|okta|cloudflare|openai|datadog|fastly|braintree|mailgun|s3\b|dynamodb",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\b(?:5\d\d|429)\b|time(?:d)?[ -]?out|unavailable|refused|reset|degraded|outage|deadline|quota|rate.?limit",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(record|message|msg|event|offset|row|document|doc|payload|entity|object|batch|order|tenant|customer|key)"
    r"(?:[_ ]?id)?[=: ]+\"?([\w-]*\d[\w-]*)",
    re.IGNORECASE,
)
_HARDWARE = re.compile(
    r"\bnode\b.{0,40}(?:not ?ready|lost|failure|down)|availability zone|\baz\b|packet loss|"
    r"network partition|no route to host|network is unreachable|read-only transaction|link flap|hardware|kernel panic|evicted|preempt|spot (?:instance|interrupt)|i/o error|"
    r"read-only file ?system|clock (?:skew|drift)|\bntp\b|split[- ]brain|failover|leader election|"
    r"hypervisor|node drain|maintenance window|live migration|bgp|throttled by (?:the )?(?:provider|cloud)|insufficient ?capacity",
    re.IGNORECASE,
)
_FULL = re.compile(r"no space left|enospc|disk (?:is )?full|quota exceeded", re.IGNORECASE)
_OURS = re.compile(r"cluster\.local|svc\.|internal\b|\.local\b", re.IGNORECASE)
_OVERASKED = re.compile(r"\b429\b|too many requests|rate.?limit|quota", re.IGNORECASE)
_OUTWARD = re.compile(
    r"outbound|egress|upstream|provider|client|retr|db|quer|origin|downstream", re.IGNORECASE
)
_OF_CODE = (
    Symptom.NULL,
    Symptom.RACE,
    Symptom.SCHEMA,
    Symptom.AUTH,
    Symptom.CERTIFICATE,
    Symptom.CACHE,
    Symptom.START,
)
"""Ways to fail that no number of requests leads to."""
SURGE = 2.0
"""So many times the usual traffic is a surge."""
NOTICE_S = 1800.0
"""A notice is written at most this long before or after its outage is felt."""
MANY = 3
"""So many services do not begin to fail at once of themselves."""


class Origin(StrEnum):
    """Where a reason lies that is no change of ours, and so who has to do something about it."""

    BELOW = "below"
    """What we stand on: providers, names, machines, networks, disks."""
    CERTIFICATE = "certificate"
    ACCESS = "access"
    """Keys, licences and passwords that ended."""
    DEMAND = "demand"
    DATA = "data"
    """A record that nobody can digest."""


@dataclass(frozen=True)
class Outside:
    """A reason that is no change of ours, its weight in log-odds, and where it lies."""

    fault_class: FaultClass
    weight: float
    statement: str
    origin: Origin


def reasons(scene: Scene) -> tuple[Outside, ...]:
    """Return the reasons outside that the evidence speaks of, the weightiest first."""
    looks: tuple[Callable[[Scene], Iterator[Outside]], ...] = (
        _notices,
        _names,
        _certificates,
        _providers,
        _surge,
        _one_record,
        _hardware,
    )
    found = [reason for look in looks for reason in look(scene)]
    return tuple(sorted(found, key=lambda item: (-item.weight, item.fault_class, item.statement)))


def _said(scene: Scene, pattern: re.Pattern[str], least: float = SECOND) -> Sequence[str]:
    return [
        item.text for item in scene.complaints if item.weight >= least and pattern.search(item.text)
    ]


def _notices(scene: Scene) -> Iterator[Outside]:
    for notice in scene.told.notices:
        is_well = re.search(
            r"operational|resolved|maintenance complete|healthy|\bok\b",
            notice.status,
            re.IGNORECASE,
        )
        if is_well or abs(notice.at_s - scene.onset_s) > NOTICE_S:
            continue
        weight = 3.0 if _is_about(notice, scene) else 1.5
        text = f"{notice.component} was reported {notice.status} at that time"
        yield Outside(FaultClass.EXTERNAL_SERVICE_FAILURE, weight, text, Origin.BELOW)
        return


def _is_about(notice: StatusNotice, scene: Scene) -> bool:
    told = set(terms.words(f"{notice.component} {notice.text}"))
    return any(told & set(terms.words(item.text)) for item in scene.complaints)


def _names(scene: Scene) -> Iterator[Outside]:
    found = [item for item in scene.complaints if _NAMES_FAIL.search(item.text)]
    services = {item.service for item in found}
    if found:
        weight = 3.0 if len(services) > 1 else 1.5
        text = f"names do not resolve any more for {', '.join(sorted(services))}"
        yield Outside(FaultClass.DNS_FAILURE, weight, text, Origin.BELOW)


def _certificates(scene: Scene) -> Iterator[Outside]:
    if _said(scene, _EXPIRED):
        text = "a certificate expired"
        yield Outside(FaultClass.CERTIFICATE_EXPIRY, 3.5, text, Origin.CERTIFICATE)
    ended = _said(scene, _ENDED)
    if ended:
        text = f"what gave access has ended: {ended[0][:120]}"
        yield Outside(FaultClass.EXTERNAL_SERVICE_FAILURE, 3.0, text, Origin.ACCESS)


def _providers(scene: Scene) -> Iterator[Outside]:
    said = [text for text in _said(scene, _REFUSES) if not _OURS.search(text)]
    named = [text for text in said if _HOST.search(text) or _PROVIDER.search(text)]
    if named:
        is_main = any(item.weight >= MAIN for item in scene.complaints if item.text in named)
        text = f"what fails is a service of others: {named[0][:120]}"
        weight = 3.0 if is_main else 1.5
        if all(_OVERASKED.search(item) for item in named) and _asks_more(scene):
            weight = 0.5
        yield Outside(FaultClass.EXTERNAL_SERVICE_FAILURE, weight, text, Origin.BELOW)


def _asks_more(scene: Scene) -> bool:
    """Return whether we call others more often than before, so that their refusal is our doing."""
    return any(
        item.is_rise
        and _OUTWARD.search(item.key.metric)
        and kind_of(item.key.metric) is Kind.TRAFFIC
        for item in scene.shifts.values()
    )


def _surge(scene: Scene) -> Iterator[Outside]:
    """Speak of those who ask more than before, at a door that nobody within calls."""
    called = {name for callees in scene.callees.values() for name in callees}
    is_of_code = any(scene.symptoms.get(name, 0.0) >= SECOND for name in _OF_CODE)
    for onset in scene.shifts.values():
        is_traffic = _is_asked_more(onset) and onset.key.entity not in called
        is_first = onset.at_s <= scene.onset_s + TOGETHER_S
        if is_traffic and is_first and onset.after > SURGE * max(onset.before, 1e-9):
            times = onset.after / max(onset.before, 1e-9)
            text = f"{onset.key.metric} of {onset.key.entity} rose to {times:.1f} times the usual"
            weight = 1.0 if is_of_code or _said(scene, _AGAIN, ASIDE) else 2.5
            weight += 1.0 if _said(scene, _CROWD) else 0.0
            yield Outside(FaultClass.TRAFFIC_SURGE, weight, text, Origin.DEMAND)
            return


def _is_asked_more(onset: Onset) -> bool:
    metric = onset.key.metric
    return onset.is_rise and kind_of(metric) is Kind.TRAFFIC and not _OUTWARD.search(metric)


def _one_record(scene: Scene) -> Iterator[Outside]:
    """Speak of data where every complaint is about one and the same record, over and over."""
    named = [dict(_SAME.findall(item.text)) for item in scene.complaints if item.at_s is not None]
    named = [ids for ids in named if ids]
    if len(named) < MANY:
        return
    shared = set(named[0].items()).intersection(*(set(ids.items()) for ids in named[1:]))
    if shared:
        what, name = min(shared)
        text = f"every complaint is about the same {what}, {name}, tried again and again"
        yield Outside(FaultClass.EXTERNAL_SERVICE_FAILURE, 3.5, text, Origin.DATA)


def _hardware(scene: Scene) -> Iterator[Outside]:
    said = _said(scene, _HARDWARE)
    if said:
        text = f"what runs below fails: {said[0][:120]}"
        yield Outside(FaultClass.NODE_NETWORK_UNAVAILABLE, 3.0, text, Origin.BELOW)
    full = _said(scene, _FULL)
    if full:
        text = f"a disk is full: {full[0][:120]}"
        yield Outside(FaultClass.VOLUME_FULL, 2.0, text, Origin.BELOW)
