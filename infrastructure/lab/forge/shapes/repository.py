"""The repository itself."""

from infrastructure.lab.forge import commits
from infrastructure.lab.forge.forge import MAIN, Forge
from infrastructure.lab.forge.people import account_id
from infrastructure.lab.forge.shapes.common import Shape, account, node_id, time

_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_NONE_OF = ("forks", "forks_count", "stargazers_count", "watchers", "watchers_count")


def minimal(forge: Forge) -> Shape:
    """Return the repository as it stands inside other documents."""
    number = account_id(forge.full_name)
    return {
        "id": number,
        "node_id": node_id("Repository", number),
        "name": forge.name,
        "full_name": forge.full_name,
        "private": True,
        "owner": account(forge, forge.owner),
        "html_url": forge.html,
        "description": f"What runs in {forge.world.namespace}",
        "fork": False,
        "url": forge.api,
        **{name: forge.api + path for name, path in _URLS.items()},
    }


def full(forge: Forge, *, may_write: bool) -> Shape:
    """Return the repository as it is told when it is asked for, by who may write or not."""
    pushed_at_s = commits.read(forge.git, forge.head).committer.at_s
    is_open = len(forge.store.newest("issue", state="open"))
    return {
        **minimal(forge),
        **dict.fromkeys(_NONE_OF, 0),
        "network_count": 0,
        "subscribers_count": 0,
        "open_issues": is_open,
        "open_issues_count": is_open,
        "size": 100,
        "default_branch": MAIN,
        "visibility": "private",
        "archived": False,
        "disabled": False,
        **{f"has_{what}": False for what in ("downloads", "pages", "projects", "wiki")},
        "has_issues": True,
        "has_discussions": False,
        "homepage": None,
        "language": "Python",
        "license": None,
        "mirror_url": None,
        "clone_url": f"{forge.html}.git",
        "git_url": f"git://{forge.url.partition('://')[2]}/{forge.full_name}.git",
        "ssh_url": f"git@{forge.url.partition('://')[2]}:{forge.full_name}.git",
        "svn_url": forge.html,
        "created_at": time(pushed_at_s - 40 * 86_400),
        "updated_at": time(pushed_at_s),
        "pushed_at": time(pushed_at_s),
        "permissions": {"admin": False, "push": may_write, "pull": True},
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": False,
        "delete_branch_on_merge": False,
    }
