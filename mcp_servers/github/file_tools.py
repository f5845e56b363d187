"""The tools that look at files: their text, who wrote which line, where something is, who owns it."""

import asyncio
import re
from dataclasses import dataclass

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.common.text import shown
from mcp_servers.common.toolset import Tool
from mcp_servers.github import answers, blaming, code_owners, showing, told
from mcp_servers.github.repository import (
    Repositories,
    Repository,
    decoded,
    require_path,
    require_ref,
)
from mcp_servers.github.told import FileContent, Hit

MAX_LINE = 10_000_000
MAX_LINES = 1000
MAX_TEXT_CHARS = 60_000
MAX_PATHS = 100
MAX_RULES = 500
MAX_HITS = 50

_ELSEWHERE = re.compile(r"\b(?:repo|org|user|owner|enterprise)\s*:", re.IGNORECASE)
_MAX_QUERY_CHARS = 200


@dataclass(frozen=True, slots=True)
class FileTools:
    """Looks into the files of the repositories."""

    repositories: Repositories

    async def get_file(
        self,
        path: str,
        repository: str = "",
        ref: str = "",
        first_line: int = 1,
        lines: int = 400,
    ) -> Answer:
        """Return lines of a file as it is at a branch, tag or commit; secrets are blotted out."""
        limits.require_range("first_line", first_line, low=1, high=MAX_LINE)
        limits.require_range("lines", lines, low=1, high=MAX_LINES)
        chosen = self.repositories.of(repository)
        found, content = await _content(chosen, path, ref)
        if b"\0" in content:
            raise NoDataError(f"{path} is binary")
        text = content.decode(errors="replace")
        kept, count = await asyncio.to_thread(showing.some_lines, text, first_line, lines, path)
        whole = "\n".join(kept)
        data = answers.FileText(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            path=path,
            ref=ref,
            sha=found.sha,
            first_line=first_line,
            lines=count,
            text=limits.cut(whole, MAX_TEXT_CHARS),
        )
        missing, beyond = count - len(kept), len(whole) - MAX_TEXT_CHARS
        fewer = (f"{missing} of {count} lines left out",) if missing else ()
        shorter = (f"{beyond} characters of the lines left out",) if beyond > 0 else ()
        return Answer(data, (*fewer, *shorter))

    async def blame(
        self,
        path: str,
        repository: str = "",
        ref: str = "",
        first_line: int = 1,
        last_line: int = 0,
    ) -> Answer:
        """Tell which commit and author left each line of a file as it is; last_line=0 means to the end."""
        limits.require_range("first_line", first_line, low=1, high=MAX_LINE)
        if last_line:
            limits.require_range("last_line", last_line, low=first_line, high=MAX_LINE)
        chosen = self.repositories.of(repository)
        ranges = await blaming.ranges(
            chosen, require_path(path), require_ref(ref) if ref else "HEAD"
        )
        wanted = [
            each
            for each in ranges
            if each.last_line >= first_line and (not last_line or each.first_line <= last_line)
        ]
        if not wanted:
            raise NoDataError(
                f"{path} has no line {first_line}: its last is {ranges[-1].last_line}"
            )
        kept, left_out = limits.first(wanted, MAX_LINES, "ranges")
        data = answers.Blame(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            path=path,
            ref=ref,
            ranges=kept,
        )
        return Answer(data, left_out)

    async def search_code(self, query: str, repository: str = "", limit: int = 20) -> Answer:
        """Find files of the default branch that hold words; qualifiers such as path: or language: are GitHub's."""
        limits.require_range("limit", limit, low=1, high=MAX_HITS)
        if not query.strip() or len(query) > _MAX_QUERY_CHARS or _ELSEWHERE.search(query):
            reason = "query holds words and no repo:, org: or user:, in 200 characters at most"
            raise RefusedError("invalid_arguments", reason)
        chosen = self.repositories.of(repository)
        asked = {"q": f"{query} repo:{chosen.full_name}", "per_page": limit}
        found = await chosen.api.get("/search/code", asked)
        items = found.get("items") if isinstance(found, dict) else None
        hits = [
            answers.CodeHit(path=shown(hit.path, 500), sha=hit.sha, url=hit.html_url)
            for hit in told.read_all(Hit, items)
            if hit.repository.full_name.lower() == chosen.full_name.lower()
        ]
        kept, left_out = limits.first(hits, limit, "files")
        data = answers.CodeHits(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            query=query,
            total=int(found.get("total_count") or 0) if isinstance(found, dict) else 0,
            files=kept,
        )
        return Answer(data, left_out)

    async def codeowners(self, paths: str = "", repository: str = "", ref: str = "") -> Answer:
        """Return the rules of CODEOWNERS, and who owns each of some paths (with commas between)."""
        chosen = self.repositories.of(repository)
        wanted = [path.strip().lstrip("/") for path in paths.split(",") if path.strip()]
        if len(wanted) > MAX_PATHS:
            raise RefusedError("invalid_arguments", f"ask for {MAX_PATHS} paths at most")
        file, text = await _owners_file(chosen, ref)
        rules = code_owners.parse(text)
        kept, left_out = limits.first(rules, MAX_RULES, "rules")
        data = answers.CodeOwners(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            file=file,
            rules=tuple(
                answers.OwnersRule(line=each.line, pattern=each.pattern, owners=each.owners)
                for each in kept
            ),
            paths=tuple(_owners(rules, path) for path in wanted),
        )
        return Answer(data, left_out)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a reading session."""
        functions = (self.get_file, self.blame, self.search_code, self.codeowners)
        return tuple(Tool(function) for function in functions)


async def _content(chosen: Repository, path: str, ref: str) -> tuple[FileContent, bytes]:
    """Return a file and its content.

    Raises:
        NoDataError: There is a folder, a submodule, or a file too large to be told.
    """
    where = chosen.path("contents", *require_path(path).split("/"))
    answer = await chosen.api.get(where, {"ref": require_ref(ref) if ref else ""})
    if isinstance(answer, list):
        raise NoDataError(f"{path} is a folder")
    found = told.read(FileContent, answer)
    if found.type != "file":
        raise NoDataError(f"{path} is a {found.type}")
    if found.encoding != "base64":
        raise NoDataError(f"{path} is too large to be told: {found.size} bytes")
    return found, decoded(found.content, found.encoding)


async def _owners_file(chosen: Repository, ref: str) -> tuple[str, str]:
    for place in code_owners.PLACES:
        try:
            _, content = await _content(chosen, place, ref)
        except NoDataError:
            continue
        except RefusedError as err:
            if err.code != "not_found":
                raise
            continue
        if len(content) > code_owners.MAX_BYTES:
            raise NoDataError(f"{place} is too large to count for anything")
        return place, content.decode(errors="replace")
    raise NoDataError("the repository has no CODEOWNERS")


def _owners(rules: tuple[code_owners.Rule, ...], path: str) -> answers.Owners:
    rule = code_owners.owning(rules, path)
    return answers.Owners(
        path=shown(path, 500),
        owners=rule.owners if rule else (),
        pattern=rule.pattern if rule else "",
        line=rule.line if rule else 0,
    )
