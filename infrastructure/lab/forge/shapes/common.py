"""What appears inside many documents: accounts, times, node ids."""

import base64
import datetime as dt
from typing import Any

from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.people import account_id

Shape = dict[str, Any]

_ACCOUNT_URLS = {
    "events_url": "/events{/privacy}",
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "organizations_url": "/orgs",
    "received_events_url": "/received_events",
    "repos_url": "/repos",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
}


def time(at_s: float) -> str:
    """Write a time: `2026-11-22T16:00:00Z`."""
    return dt.datetime.fromtimestamp(int(at_s), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: object) -> str:
    """Return the opaque name of a thing."""
    return base64.b64encode(f"0:{kind}{number}".encode()).decode()


def account(forge: Forge, login: str) -> Shape:
    """Return a user, a bot or the organization."""
    url = f"{forge.url}/api/v3/users/{login}"
    kind = "Organization" if login == forge.owner else "Bot" if "[bot]" in login else "User"
    return {
        "login": login,
        "id": account_id(login),
        "node_id": node_id(kind, account_id(login)),
        "avatar_url": f"{forge.url}/avatars/{account_id(login)}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{forge.url}/{login}",
        **{name: url + path for name, path in _ACCOUNT_URLS.items()},
        "type": kind,
        "site_admin": False,
    }


def account_of_email(forge: Forge, email: str) -> Shape | None:
    """Return the account to which a commit's address belongs, or None."""
    found = next((person for person in forge.people if person.email == email), None)
    return None if found is None else account(forge, found.login)
