"""Changes that cannot break a running service, as their paths or all of their lines prove, and those that hardly can."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sre_agent.diagnosis.changes import harmless, pipelines
from sre_agent.diagnosis.changes import patch as patches
from sre_agent.diagnosis.changes.patch import READ_KEPT
from sre_agent.domain.changes import Commit

_DOCUMENTS = re.compile(
    r"^[^/]+\.(?:md|rst|adoc)$|"
    r"(?:^|/)(?:docs?|documentation|adrs?|runbooks?)/(?:.*/)?[^/]+\.(?:md|rst|adoc|png|svg|txt|html|pdf|puml|drawio)$|"
    r"(?:^|/)(?:CODEOWNERS|LICEN[CS]E|CHANGELOG|README|AUTHORS|NOTICE|CONTRIBUTING)(?:\.(?:txt|html|md|rst|adoc))?$|"
    r"(?:^|/)\.(?:gitignore|editorconfig)$",
    re.IGNORECASE,
)
"""Texts where people keep theirs; one elsewhere may be what a service shows."""
_SERVED = re.compile(
    r"(?:^|/)(?:content|posts?|pages|blog|public|static|assets|www|website|sites?|src)/",
    re.IGNORECASE,
)
"""Folders whose texts and pictures services show."""
_READ_BY_PROGRAMS = re.compile(
    r"(?:^|/)(?:prompts?|templates?|emails?|locales?|i18n|resources)/", re.IGNORECASE
)
"""Folders whose texts programs read."""
_TESTS = re.compile(
    r"(?:(?:^|/)(?:tests|testdata|__tests__)|^test)/(?:.*/)?[^/]+\.(?:py|go|rs|java|kt|scala|cs|rb|php|[cm]?[jt]sx?|snap)$|"
    r"(?:^|/)src/(?:test|androidTest|integrationTest)/|"
    r"_test\.(?:go|rb|exs|dart)$|_spec\.rb$|\.(?:test|spec)\.[cm]?[jt]sx?$|(?:^|/)(?:test_\w+|conftest)\.py$"
)
_LOOKS = re.compile(
    r"\.css$|(?:^|/)\.storybook/|\.stories\.[jt]sx?$|"
    r"(?:^|/)(?:grafana|monitoring|observability|provisioning)/(?:.*/)?dashboards?/(?:.*/)?[^/]+\.json$"
)
"""Other styles are compiled, which may fail; a folder of dashboards alone may be the service of this name."""
_SETTINGS = r"\.(?:ya?ml|json|toml|ini|env|properties|conf|tf|tfvars)$"
_OTHERS = r"(?:staging|stage|stg|sandbox|dev|develop|development|preprod|qa|uat)"
_ELSEWHERE = re.compile(
    rf"(?:^|/){_OTHERS}/(?:.*/)?[^/]+{_SETTINGS}|(?:^|[/._-]){_OTHERS}{_SETTINGS}|"
    rf"(?:^|[/._-])(?:local|example|sample){_SETTINGS}|(?:^|/)\.env\.(?:{_OTHERS}|local|example|sample)$",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"(?:^|/)(?:ci|hack|scripts?)/|(?:^|/)(?:Makefile|Jenkinsfile)$|(?:^|/)(?:e2e|mocks?|fixtures|test|storybook)/|"
    r"_test\.py$|(?:Test|Tests|IT)\.(?:java|kt|scala)$|(?:^|/)themes?\.[jt]sx?$|(?:^|/)\.github/|"
    r"(?:^|/)(?:tests|testdata|__tests__)/|(?:^|/)dashboards/[^/]*\.json$|(?:^|/)\.gitattributes$|"
    r"\.(?:md|rst|adoc|png|svg|scss|less|sass)$"
)
"""Most such files no service reads; some do."""
_MANIFEST = re.compile(
    r"(?:^|/)(?:go\.(?:mod|sum)|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements\S*\.txt|"
    r"poetry\.lock|uv\.lock|pyproject\.toml|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|pom\.xml|build\.gradle\S*)$"
)
_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(?:\.(\d+))?")
_DOCUMENT, _PIPELINE, _LOOK = "documents", "the pipeline", "looks"
_ELSEWHERE_TOLD = "another environment"
_PLACES = (
    (_DOCUMENT, _DOCUMENTS),
    ("tests", _TESTS),
    (_PIPELINE, pipelines.PATHS),
    (_LOOK, _LOOKS),
    (_ELSEWHERE_TOLD, _ELSEWHERE),
)


@dataclass(frozen=True)
class Innocence:
    """Why a commit breaks nothing: as its paths or lines prove, or as is likely by what they look like."""

    statement: str
    is_proven: bool

    @property
    def only_logs(self) -> bool:
        """Return whether it does no harm because it logs, or measures, and nothing else."""
        return harmless.LOGS.removeprefix("it ") in self.statement

    @property
    def is_by_environment(self) -> bool:
        """Return whether it does no harm because what it touches is of another environment."""
        return _ELSEWHERE_TOLD in self.statement


def judge(commit: Commit) -> Innocence | None:
    """Return why a commit breaks nothing that runs, or None where it can."""
    where = _only_in(commit.paths) if commit.has_all_paths else ""
    if where:
        return Innocence(f"it touches only {where}", _is_sure(commit, where))
    if is_bump(commit):
        return None
    found = harmless.judge(commit)
    if found:
        return Innocence(*found)
    is_seldom_read = all(_place(path) or _MAYBE.search(path) for path in commit.paths)
    if commit.paths and commit.has_all_paths and is_seldom_read:
        return Innocence("it touches only what services seldom read", is_proven=False)
    return None


def reason(commit: Commit) -> str | None:
    """Return why a commit cannot have broken anything, or None where it can have."""
    found = judge(commit)
    return found.statement if found and found.is_proven else None


def _is_sure(commit: Commit, where: str) -> bool:
    """Return whether nothing that runs reads what a commit touches, by what it does to it."""
    if _PIPELINE in where and not pipelines.is_harmless(commit):
        return False
    return _LOOK not in where or harmless.is_in_place(commit)  # what is gone a page may ask for


@lru_cache(maxsize=READ_KEPT)
def _only_in(paths: tuple[str, ...]) -> str:
    """Return what a commit touches if all of that is for people and other places; else nothing."""
    places = [_place(path) for path in paths]
    return " and ".join(dict.fromkeys(places)) if all(places) else ""


def _place(path: str) -> str:
    if _MANIFEST.search(path) or _READ_BY_PROGRAMS.search(path):
        return ""
    found = next((what for what, pattern in _PLACES if pattern.search(path)), "")
    return "" if found == _DOCUMENT and _SERVED.search(path) else found


def is_small_bump(commit: Commit) -> bool:
    """Return whether a commit only takes newer patch versions of dependencies, as its diff shows."""
    return is_bump(commit) and harmless.is_read(commit) and _is_small(commit)


def is_bump(commit: Commit) -> bool:
    """Return whether a commit only takes other versions of dependencies."""
    return commit.has_all_paths and _are_manifests(commit.paths)


@lru_cache(maxsize=READ_KEPT)
def _are_manifests(paths: tuple[str, ...]) -> bool:
    return bool(paths) and all(_MANIFEST.search(path) for path in paths)


def _is_small(commit: Commit) -> bool:
    """Return whether each version is another one, none by more than its last number."""
    patch = patches.read(commit.diff)
    before, after = _versions(patch.removed), _versions(patch.added)
    return bool(before) and before == after


def _versions(lines: Sequence[str]) -> list[tuple[str | None, ...]]:
    """Return the first two numbers of the version that each line names."""
    found = (_VERSION.search(line) for line in lines)
    return [version.groups()[:2] for version in found if version]
