"""Changes of pipelines after which they build what they built: services run what comes out of them."""

import re

from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.evaluated import is_meant
from sre_agent.diagnosis.changes.languages import of_file
from sre_agent.diagnosis.changes.sides import Sides, read
from sre_agent.domain.changes import Commit

PATHS = re.compile(
    r"(?:^|/)\.github/(?!workflows/[^/]*(?:deploy|release|publish|rollout|\bcd\b))|(?:^|/)\.(?:circleci|buildkite)/|"
    r"(?:^|/)\.gitlab-ci\.ya?ml$|(?:^|/)\.(?:golangci|eslintrc|prettierrc|pre-commit-config)(?:\.\w+)?$|"
    r"(?:^|/)(?:dependabot|renovate)\.(?:ya?ml|json5?)$"
)
"""Files that pipelines read, and the tools that look over code."""
_DEPLOYS = re.compile(
    r"deploy|kubectl|helm|argo|terraform|rollout|release|publish|promot|image|replica|\benv(?:ironment)?\b|--set\b",
    re.IGNORECASE,
)
"""What a pipeline does to services that run."""
_BUILDS_NOTHING = re.compile(
    r"(?:^|/)\.github/(?:ISSUE_TEMPLATE/|(?:CODEOWNERS|FUNDING\.yml|labeler\.yml|stale\.yml)$|[^/]+\.md$)|"
    r"(?:^|/)\.(?:golangci|eslintrc|prettierrc|pre-commit-config)(?:\.\w+)?$|"
    r"(?:^|/)(?:dependabot|renovate)\.(?:ya?ml|json5?)$",
    re.IGNORECASE,
)
_BUILDS_THE_SAME = re.compile(
    r"\s+- name:.*|name:.*|\s*(?:- )?uses:\s*[\w./-]{0,80}\bcache[\w./@-]*|"
    r"\s*(?:timeout-minutes|retention-days|max-parallel|fail-fast):\s*[\w.]+|"
    r"\s*(?:- )?(?:run:\s*)?(?:go (?:test|vet)|pytest|ruff|mypy|eslint|golangci-lint|npm test)(?:\s[\w./:= -]*)?"
)
"""Lines that call a step something, keep what was loaded, bound how long it takes, or look code over."""


def is_harmless(commit: Commit) -> bool:
    """Return whether pipelines build and deploy the same after a commit, as all of its lines prove.

    What platform, version of a language or argument they build with runs in every service.
    """
    if _DEPLOYS.search(commit.diff):
        return False
    if all(_BUILDS_NOTHING.search(path) or not PATHS.search(path) for path in commit.paths):
        return True
    hunks = read(commit.diff, commit.paths) if commit.has_whole_diff else None
    return bool(hunks) and all(map(_builds_the_same, hunks or ()))


def _builds_the_same(hunk: Sides) -> bool:
    if _BUILDS_NOTHING.search(hunk.path) or not PATHS.search(hunk.path):
        return True
    patch = patches.read("\n".join(hunk.rows))
    lines = (*patch.removed, *patch.added)
    # Without such lines only comments changed, which may stand within a command that goes on.
    return not is_meant(hunk, of_file(hunk.path)) and all(map(_BUILDS_THE_SAME.fullmatch, lines))
