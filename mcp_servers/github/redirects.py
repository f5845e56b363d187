"""GitHub's redirects, none of which is followed: a repository is called otherwise by now, or another server answers.

On the way there what stands beside the path would be lost (a tree comes without what is in its folders,
a list without its bounds), and what was to be written would be told as written.
"""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import shown

_MAX_REASON_CHARS = 500
_NAMED = re.compile(r"/repos/([^/]+/[^/]+)")
_PLACE = re.compile(r"/repositories/\d{1,20}(?![^/])|/repos/([\w.-]{1,100}/[\w.-]{1,100})(?![^/])")
_HOST = re.compile(r"[\w.-]{1,253}", re.ASCII)


def is_one(status: int) -> bool:
    """Return whether an answer leads elsewhere and tells nothing itself."""
    return 300 <= status < 400


def refusal(verb: str, url: str, status: int, location: str) -> RefusedError:
    """Return what is said of a redirect: what moved, where to as far as that may be shown, what to set.

    Args:
        verb: how something was asked for.
        url: where, with scheme and host.
        status: what GitHub answered.
        location: where the answer leads; empty where it does not say.
    """
    asked, there = urlsplit(url), _there(url, location)
    why = (
        _other_server(asked, there)
        or _other_name(asked, there)
        or "what was asked for is at another address: look whether GITHUB_URL is right"
    )
    told = f"{why}. GitHub answered {verb} {asked.path} with {status}, which is not followed"
    return RefusedError("moved", shown(told, _MAX_REASON_CHARS))


def _there(url: str, location: str) -> SplitResult | None:
    """Return where a redirect leads, or None where it does not say so in a way that can be read."""
    try:
        return urlsplit(urljoin(url, location)) if location else None
    except ValueError:
        return None


def _other_server(asked: SplitResult, there: SplitResult | None) -> str:
    if there is None or (there.scheme, there.netloc) == (asked.scheme, asked.netloc):
        return ""
    # Neither who is named before the host nor what comes after it, which may let somebody in.
    host = there.hostname or ""
    named = f"{there.scheme}://{host}" if _HOST.fullmatch(host) else "an address that is none"
    return f"GitHub's API leads to {named}: look whether GITHUB_URL is right"


def _other_name(asked: SplitResult, there: SplitResult | None) -> str:
    named = _NAMED.search(asked.path)
    place = _PLACE.search(there.path) if there is not None else None
    is_same = place is not None and named is not None and place[1] == named[1]
    if named is None or is_same or (there is not None and place is None):
        return ""
    to = f" (to {place[0]})" if place else ""
    return (
        f"{named[1]} was renamed or moved{to}: write into GITHUB_REPOSITORIES what it is called now"
    )
