"""Changes that cannot break a running service: words for people, tests, pipelines, measuring, space."""

import re
from functools import lru_cache

from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.patch import READ_KEPT, Patch
from sre_agent.domain.changes import Commit

_DOCUMENTS = re.compile(
    r"(?:^|/)(?:docs?|documentation|runbooks?)/|\.(?:md|rst|adoc|txt|png|svg)$|"
    r"(?:^|/)(?:CODEOWNERS|LICENSE|CHANGELOG|README|AUTHORS|NOTICE|\.gitignore|\.editorconfig)",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testdata|spec|__tests__|fixtures|e2e|mocks?)/|_test\.\w+$|\.(?:test|spec)\.\w+$|"
    r"(?:^|/)test_\w+\.py$|(?:Test|IT|Spec)\.(?:java|kt|scala)$"
)
_PIPELINES = re.compile(
    r"(?:^|/)\.(?:github|circleci|gitlab|buildkite)|(?:^|/)(?:Jenkinsfile|Makefile|\.golangci|\.eslintrc|"
    r"\.prettierrc|\.pre-commit|dependabot|renovate)|(?:^|/)(?:ci|hack|scripts?|tools?)/"
)
_LOOKS = re.compile(
    r"\.(?:css|scss|less|sass)$|theme\.\w+$|(?:^|/)(?:dashboards?|grafana|storybook)/"
)
_ELSEWHERE = re.compile(
    r"(?:^|[/_.-])(?:staging|stage|sandbox|dev|develop|preprod|qa|uat|local|example)(?=[/_.-])",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"prometheus|metrics?\b|histogram|counter|gauge|observe\(|\.inc\(|statsd|logger|\blog\b|logging|log\.|"
    r"logrus|zap\.|slog|console\.|print|trace|tracer|span|otel|telemetry|attribute|buckets?|\bName:|\bHelp:|"
    r"time\.now|time\.since|start\b",
    re.IGNORECASE,
)
_MANIFEST = re.compile(
    r"(?:^|/)(?:go\.(?:mod|sum)|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements\S*\.txt|"
    r"poetry\.lock|uv\.lock|pyproject\.toml|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|pom\.xml|build\.gradle\S*)$"
)
_OWN_VERSION = re.compile(r"^[\"'`]?v?\d+\.\d+\.\d+[\w.-]*[\"'`]?$")
_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(?:\.(\d+))?")
_PLACES = (
    ("only documents", _DOCUMENTS),
    ("only tests", _TESTS),
    ("only the pipeline", _PIPELINES),
    ("only looks", _LOOKS),
    ("only another environment", _ELSEWHERE),
)
_STRUCTURE = re.compile(r"^[\s{}()\[\],;]*$")


def reason(commit: Commit) -> str | None:
    """Return why a commit cannot have broken anything, or None where it can have."""
    for what, pattern in _PLACES:
        if commit.paths and all(
            pattern.search(path) and not _MANIFEST.search(path) for path in commit.paths
        ):
            return f"it touches {what}"
    return _harmless(patches.read(commit.diff)) if commit.diff else None


def _harmless(patch: Patch) -> str | None:
    if not patch.removed and not patch.added:
        return "it touches only comments"
    if patch.is_without_effect:
        return "it changes nothing but order and space"
    if only_measures(patch):
        return "it only measures or logs"
    if patch.gone and all(_OWN_VERSION.match(token) for token in {*patch.gone, *patch.new}):
        return "it only names another version"
    return None


def only_measures(patch: Patch) -> bool:
    """Return whether all that is added measures or logs, and nothing else is taken away."""
    changed = [line for line in (*patch.added, *patch.removed) if not _STRUCTURE.match(line)]
    return bool(changed) and all(_MEASURES.search(line) for line in changed)


def is_small_bump(commit: Commit) -> bool:
    """Return whether a commit only takes newer patch versions of dependencies."""
    return is_bump(commit) and not _greater(commit)


def is_bump(commit: Commit) -> bool:
    """Return whether a commit only takes other versions of dependencies."""
    return _are_manifests(commit.paths)


@lru_cache(maxsize=READ_KEPT)
def _are_manifests(paths: tuple[str, ...]) -> bool:
    return bool(paths) and all(_MANIFEST.search(path) for path in paths)


def _greater(commit: Commit) -> bool:
    """Return whether a first or second number of a version differs, or the diff is not known."""
    patch = patches.read(commit.diff)
    before = [_VERSION.search(line) for line in patch.removed]
    after = [_VERSION.search(line) for line in patch.added]
    pairs = [(old, new) for old, new in zip(before, after, strict=False) if old and new]
    return any(old.groups()[:2] != new.groups()[:2] for old, new in pairs)
