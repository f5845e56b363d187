"""A small world of five services under random names, seen through the tools' answers.

The entry calls the core; the core calls pay and stock; pay calls the store.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.ids import ClusterId, IncidentId, OrgId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import KubeEvent, Pod
from sre_agent.testing import evidence as build
from sre_agent.testing.clock import START

ROLES = ("entry", "core", "pay", "stock", "store")
CALLS = {"entry": ("core",), "core": ("pay", "stock"), "pay": ("store",)}
PODS = 2
BORN_BEFORE = timedelta(days=30)
_HASH_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


@dataclass
class Release:
    """A revision of a service: since when, and what is wrong with it.

    `version` is the number under which its template was released first: a revision that brings an
    earlier template back has an older version than number.
    """

    number: int
    at: datetime
    template_hash: str
    error_ratio: float = 0.0
    slow_s: float = 0.0
    version: int = 1


@dataclass
class ServiceState:
    """One service: its releases, oldest first, how many old pods still run, and its own troubles."""

    name: str
    releases: list[Release]
    old_pods: int = 0
    ailing_since: datetime | None = None
    ailing_ratio: float = 0.0
    pods: tuple[Pod, ...] | None = None
    events: list[KubeEvent] = field(default_factory=list)


class World:
    """The five services at one moment; break it, then ask it what the tools would say."""

    def __init__(self, seed: int = 1, now: datetime = START) -> None:
        self._random = random.Random(seed)  # noqa: S311 - names, not secrets
        self.now = now
        self.namespace = self._word()
        born = now - BORN_BEFORE
        self.services = {
            role: ServiceState(self._word(), [Release(1, born, self._hash())]) for role in ROLES
        }

    def ref(self, role: str) -> ObjectRef:
        """Return the deployment of a role."""
        return ObjectRef.deployment(self.namespace, self.services[role].name)

    def release(
        self,
        role: str,
        ago_s: float,
        *,
        error_ratio: float = 0.0,
        slow_s: float = 0.0,
        old_pods: int = 0,
    ) -> None:
        """Release a new revision of a service so many seconds ago, with so many old pods left."""
        state = self.services[role]
        number = len(state.releases) + 1
        at = self.now - timedelta(seconds=ago_s)
        release = Release(number, at, self._hash(), error_ratio, slow_s, version=number)
        state.releases.append(release)
        state.old_pods = old_pods

    def undo(self, role: str, ago_s: float, *, old_pods: int = 0, error_ratio: float = 0.0) -> None:
        """Bring the template before the newest one back, so many seconds ago."""
        state = self.services[role]
        back = replace(
            state.releases[-2],
            number=len(state.releases) + 1,
            at=self.now - timedelta(seconds=ago_s),
            error_ratio=error_ratio,
        )
        state.releases.append(back)
        state.old_pods = old_pods

    def ail(self, role: str, ago_s: float, error_ratio: float) -> None:
        """Let a service fail by itself since so many seconds ago, with no change to blame."""
        state = self.services[role]
        state.ailing_since = self.now - timedelta(seconds=ago_s)
        state.ailing_ratio = error_ratio

    def incident(self, role: str, *, ago_s: float = 60, **labels: str) -> Incident:
        """Return an incident of a service whose alert began so many seconds ago."""
        started_at = self.now - timedelta(seconds=ago_s)
        name = self.services[role].name
        alert = Alert(
            source="alertmanager",
            fingerprint="f1",
            status=AlertStatus.FIRING,
            name="HighErrorRatio",
            severity=Severity.CRITICAL,
            labels={"namespace": self.namespace, "service": name, **labels},
            annotations={},
            starts_at=started_at,
            ends_at=None,
            generator_url="",
            group_key="g1",
        )
        return Incident(
            id=IncidentId("inc-1"),
            org_id=OrgId("org-1"),
            cluster_id=ClusterId("cluster-1"),
            namespace=self.namespace,
            service=name,
            title="High error ratio",
            severity=Severity.CRITICAL,
            status=IncidentStatus.INVESTIGATING,
            started_at=started_at,
            opened_at=started_at + timedelta(seconds=1),
            alerts=(alert,),
        )

    def pods(self, role: str) -> tuple[Pod, ...]:
        """Return the pods of a service: those set by hand, else of the newest and the old release."""
        state = self.services[role]
        if state.pods is not None:
            return state.pods
        new, old = state.releases[-1], state.releases[-2 if len(state.releases) > 1 else -1]
        made = [old] * state.old_pods + [new] * (PODS - state.old_pods)
        return tuple(
            build.pod(
                f"{state.name}-{item.template_hash}-{'bcdfg'[number] * 5}",
                item.at,
                template_hash=item.template_hash,
                container=build.running(state.name, item.at, image=self.image(role, item.version)),
            )
            for number, item in enumerate(made)
        )

    def image(self, role: str, version: int) -> str:
        """Return the image of a version."""
        return f"registry.example/{self.services[role].name}:v{version}"

    def errors(self, role: str, template_hash: str = "") -> Callable[[datetime], float]:
        """Return the error ratio that callers see: of one revision's pods, or of the service."""
        callees = [self.errors(callee) for callee in CALLS.get(role, ())]

        def ratio(at: datetime) -> float:
            good = 1.0 - self._own_errors(role, template_hash, at)
            for callee in callees:
                good *= 1.0 - callee(at)
            return 1.0 - good

        return ratio

    def latency_s(self, role: str, template_hash: str = "") -> Callable[[datetime], float]:
        """Return the p99 latency that callers see: of one revision's pods, or of the service."""
        callees = [self.latency_s(callee) for callee in CALLS.get(role, ())]

        def seconds(at: datetime) -> float:
            slow = [item.slow_s for item in self._serving(role, template_hash, at)]
            return 0.02 + max(slow) + sum(callee(at) for callee in callees)

        return seconds

    def _own_errors(self, role: str, template_hash: str, at: datetime) -> float:
        state = self.services[role]
        serving = self._serving(role, template_hash, at)
        ratio = sum(item.error_ratio for item in serving) / len(serving)
        is_ailing = state.ailing_since is not None and at >= state.ailing_since
        return max(ratio, state.ailing_ratio if is_ailing else 0.0)

    def _serving(self, role: str, template_hash: str, at: datetime) -> list[Release]:
        """Return the release behind each pod at a moment, of one revision's pods where asked."""
        state = self.services[role]
        if template_hash:
            return [item for item in state.releases if item.template_hash == template_hash]
        there = [item for item in state.releases if item.at <= at] or state.releases[:1]
        if state.old_pods and there[-1] is state.releases[-1] and len(there) > 1:
            return [there[-2]] * state.old_pods + [there[-1]] * (PODS - state.old_pods)
        return [there[-1]]

    def _word(self) -> str:
        pick = self._random.choice
        return "".join(pick("bdfgklmnprstvz") + pick("aeiou") for _ in range(3))

    def _hash(self) -> str:
        return "".join(self._random.choice(_HASH_ALPHABET) for _ in range(9))
