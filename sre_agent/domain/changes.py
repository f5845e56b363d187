"""What people change, and what others report: commits, deploys, flags, objects, notices of outages.

All times are seconds since the epoch.
"""

from dataclasses import dataclass

from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A change of the code: what it says, which files it touches, and how (a unified diff or nothing).

    `has_all_paths` and `has_whole_diff` say whether these were told whole, as far as they were told.
    """

    sha: str
    at_s: float
    message: str
    paths: tuple[str, ...] = ()
    diff: str = ""
    has_all_paths: bool = True
    has_whole_diff: bool = True
    author: str = ""
    repository: str = ""
    source: EvidenceId = NO_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """A version of a service that went live; `sha` names the commit it was built from.

    `environment` is where, as it was told, of one of which nobody knows whether it is where the incident is.
    `is_seen` says that the cluster itself shows it, `is_vouched` that the image or the repository tells its
    commit, and not who may post changes. `built_by_s` is when a program that came back first ran.
    """

    service: str
    at_s: float
    sha: str = ""
    version: str = ""
    environment: str = ""
    is_surely_here: bool = True
    is_seen: bool = False
    is_vouched: bool = False
    built_by_s: float | None = None
    source: EvidenceId = NO_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange:
    """A feature flag that was switched, such as `off->on`."""

    flag: str
    at_s: float
    change: str = ""
    service: str = ""
    source: EvidenceId = NO_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSeen:
    """Lines of a file of a repository, the first of them by its number, as they are now."""

    path: str
    first_line: int
    rows: tuple[str, ...]
    source: EvidenceId = NO_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusNotice:
    """What somebody says of a component that is not ours to repair: a provider, DNS, the network."""

    component: str
    at_s: float
    status: str
    text: str = ""
    source: EvidenceId = NO_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """An object of a cluster that was made (`is_new`) or written to; what it said before is not known."""

    ref: ObjectRef
    at_s: float
    is_new: bool
    source: EvidenceId = NO_EVIDENCE
