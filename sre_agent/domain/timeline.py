"""What was changed in and around an organization's systems: one entry of the timeline of changes."""

import hashlib
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sre_agent.domain.ids import ClusterId
from sre_agent.domain.model import Value

OURSELVES = "sre-agent"
"""Who changed what the platform itself did."""


class ChangeKind(StrEnum):
    """What was changed, or what brought the change."""

    DEPLOY = "deploy"
    """A version of a service that went live, as whoever deploys tells it."""
    ROLLOUT = "rollout"
    """A revision of a workload, as its cluster tells it."""
    COMMIT = "commit"
    PULL_REQUEST = "pull_request"
    RELEASE = "release"
    WORKFLOW = "workflow"
    """A run of a pipeline that ended."""
    FLAG = "flag"
    CONFIG = "config"
    SECRET = "secret"  # noqa: S105 - the kind of object
    SCALING = "scaling"
    NODE = "node"
    QUOTA = "quota"


class ChangeSource(StrEnum):
    """Who told of a change."""

    CLUSTER = "cluster"
    """The cluster itself, as an investigation saw it."""
    GITHUB = "github"
    WEBHOOK = "webhook"
    """A system that posts to us."""


class Change(Value):
    """One thing that was changed: what, where, when, by whom, and who says so.

    `key` tells it apart from all others of its source and cluster. `cluster_id` is empty where no
    single cluster is meant, as of a commit. `at` is when it took effect, `told_at` when we heard of
    it. `object` is written `Kind/namespace/name`. `before` and `after` are what stood there, as far
    as that was told and is no secret. `state` is how it ended, in its source's word; empty means
    that it took effect. `paths` are the files of a commit, `diff` its unified diff; `has_all_paths` and `has_whole_diff` say
    whether these were told whole, as far as they were told.
    """

    key: str
    source: ChangeSource
    kind: ChangeKind
    summary: str
    at: datetime
    told_at: datetime
    cluster_id: ClusterId = ClusterId("")
    namespace: str = ""
    services: tuple[str, ...] = ()
    repository: str = ""
    actor: str = ""
    link: str = ""
    commit: str = ""
    image: str = ""
    version: str = ""
    environment: str = ""
    object: str = ""
    before: str = ""
    after: str = ""
    state: str = ""
    message: str = ""
    paths: tuple[str, ...] = ()
    diff: str = ""
    has_all_paths: bool = True
    has_whole_diff: bool = True

    @property
    def id(self) -> str:
        """Return what names it within its organization: of the same change always the same."""
        named = "\0".join((self.cluster_id, self.source, self.key))
        return f"chg-{hashlib.sha256(named.encode()).hexdigest()[:32]}"

    @property
    def is_in_effect(self) -> bool:
        """Return whether it took effect, as far as its source says how it ended."""
        return self.state in _IN_EFFECT


_IN_EFFECT = frozenset({"", "success", "merged", "published", "active"})


class ChangeWindow(Value):
    """Which changes are asked for: those in effect from `since` to `until`, both included.

    Of the kinds named, or of any; at most `limit`, the newest.
    """

    since: datetime
    until: datetime
    kinds: tuple[ChangeKind, ...] = ()
    limit: int = Field(default=100, ge=1, le=1000)
