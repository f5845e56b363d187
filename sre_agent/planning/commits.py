"""What it takes to take the commit back that brought a trouble: which change, where, on which branch."""

import hashlib
import re
from datetime import datetime

from sre_agent.domain.causes import Cause
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, NoPlan

SERVER = "github"
"""Which server's actions take commits back."""

NOT_TRIED = "no program may do that here"
"""What is said of a revert that was not even rehearsed: policy or settings keep programs from it."""

_BRANCH = "sre-agent/revert"
"""Where the branches are that are made here."""
_SHA = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[\w.-]{1,100}")
_SHORT = 12


def with_commit(cause: Cause, incident: Incident, onset_at: datetime) -> Cause:
    """Return the cause with what a revert is called by, where a commit that can be named brought it.

    A commit or repository that is not written as one is none: both come from what was seen.

    Args:
        cause: what the trouble came from.
        incident: whose run the branch is of.
        onset_at: when the trouble began, where the cause itself does not say.
    """
    commit, repository = (str(cause.facts.get(name) or "") for name in ("commit", "repository"))
    if not _SHA.fullmatch(commit) or not _REPOSITORY.fullmatch(repository):
        named = {"commit": None, "repository": None} if commit or repository else {}
        return cause.model_copy(update={"facts": {**cause.facts, **named}}) if named else cause
    owner, _, name = repository.partition("/")
    pull = cause.facts.get("pull_request")
    number = pull if isinstance(pull, int) and not isinstance(pull, bool) and pull > 0 else 0
    known: dict[str, str | int] = {
        "onset_at": str(cause.facts.get("onset_at") or onset_at.isoformat()),
        "repository_owner": owner,
        "repository_name": name,
        "commit_short": commit[:_SHORT],
        "revert_sha": "" if number else commit,
        "revert_pull": number,
        "revert_base": str(cause.facts.get("branch") or ""),
        "revert_branch": _branch(commit, incident),
        "revert_obstacle": NOT_TRIED,
    }
    return cause.model_copy(update={"facts": {**cause.facts, **known}})


def already_back(action: Action, code: str) -> NoPlan | None:
    """Return why nothing is planned where a forge says that nothing is left to be taken back; else None.

    What is gone cannot be what fails, unless its revert is not live yet. A rollback would bring back
    whatever came with the revert, and perhaps the commit itself.
    """
    if (action.call.server, code) != (SERVER, "nothing_to_revert"):
        return None
    named = action.call.arguments
    change = f"pull request #{named['pull_request']}" if named.get("pull_request") else ""
    change = change or f"commit {str(named.get('sha', ''))[:_SHORT]}"
    place = f"{action.target.namespace}/{action.target.name}"
    return NoPlan(
        reason=f"nothing of {change} is left in {place}, which the evidence blames",
        recommendation=(
            "Look whether what took it back is deployed. Where it is, something else fails: look for "
            "another cause, and take nothing of it back"
        ),
        object=action.target,
    )


def _branch(commit: str, incident: Incident) -> str:
    """Return a branch of this run's own: what an earlier one left is neither met nor touched."""
    run = hashlib.sha256(f"{incident.id}\0{incident.run}".encode()).hexdigest()[:6]
    return f"{_BRANCH}-{commit[:_SHORT]}-{run}"
