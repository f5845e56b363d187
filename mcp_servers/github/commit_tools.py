"""The tools that tell of commits and pull requests."""

from dataclasses import dataclass
from typing import Literal

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer
from mcp_servers.common.toolset import Tool
from mcp_servers.github import answers, showing, told
from mcp_servers.github.repository import Repositories, Repository, require_path, require_ref
from mcp_servers.github.told import ChangedFile, Commit, Comparison, Pull

MAX_ROWS = 200
MAX_FILES_READ = 300


@dataclass(frozen=True, slots=True)
class CommitTools:
    """Looks at the history of the repositories."""

    repositories: Repositories

    async def list_commits(
        self,
        repository: str = "",
        since: str = "",
        until: str = "",
        path: str = "",
        ref: str = "",
        limit: int = 30,
    ) -> Answer:
        """List commits, the newest first: of a branch or tag (`ref`), between two times, of one file or folder."""
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        chosen = self.repositories.of(repository)
        query = {
            "sha": require_ref(ref) if ref else "",
            "path": require_path(path) if path.strip("/") else "",
            "since": showing.moment("since", since),
            "until": showing.moment("until", until),
        }
        page = await chosen.api.page(chosen.path("commits"), query, limit)
        found = tuple(showing.commit(each) for each in told.read_all(Commit, page.rows))
        data = answers.CommitList(
            repository=chosen.full_name, rate_limit=chosen.api.rate, commits=found
        )
        return Answer(data, showing.more(page.is_all, len(found), "commits"))

    async def get_commit(self, sha: str, repository: str = "") -> Answer:
        """Return one commit with its diff against its first parent, bounded and without secrets."""
        chosen = self.repositories.of(repository)
        found = await chosen.commit(sha)
        files, left_out = showing.files(found.files)
        data = answers.CommitDetail(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            commit=showing.commit(found),
            additions=found.stats.additions,
            deletions=found.stats.deletions,
            files=files,
            has_all_files=len(files) == len(found.files) < showing.MAX_FILES_OF_COMMIT,
        )
        return Answer(data, left_out)

    async def compare(self, base: str, head: str, repository: str = "") -> Answer:
        """Return what one branch, tag or commit (`head`) has that another (`base`) has not: commits and diff."""
        chosen = self.repositories.of(repository)
        path = chosen.path("compare", f"{require_ref(base)}...{require_ref(head)}")
        found = told.read(Comparison, await chosen.api.get(path))
        files, left_out = showing.files(found.files)
        commits, older = limits.first(tuple(reversed(found.commits)), MAX_ROWS, "commits")
        missing = found.total_commits - len(found.commits)
        more = (f"{missing} of {found.total_commits} commits left out",) if missing > 0 else ()
        data = answers.ComparisonDetail(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            base=base,
            head=head,
            status=found.status,
            ahead_by=found.ahead_by,
            behind_by=found.behind_by,
            merge_base=found.merge_base_commit.sha,
            commits=tuple(showing.commit(each) for each in commits),
            files=files,
        )
        return Answer(data, (*older, *more, *left_out))

    async def list_pull_requests(
        self,
        repository: str = "",
        state: Literal["open", "closed", "all"] = "closed",
        base: str = "",
        limit: int = 30,
    ) -> Answer:
        """List pull requests, the last touched first; merged ones are among the closed."""
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        chosen = self.repositories.of(repository)
        query = {
            "state": state,
            "base": require_ref(base) if base else "",
            "sort": "updated",
            "direction": "desc",
        }
        page = await chosen.api.page(chosen.path("pulls"), query, limit)
        found = tuple(showing.pull(each) for each in told.read_all(Pull, page.rows))
        data = answers.PullList(
            repository=chosen.full_name, rate_limit=chosen.api.rate, pull_requests=found
        )
        return Answer(data, showing.more(page.is_all, len(found), "pull requests"))

    async def get_pull_request(self, number: int, repository: str = "") -> Answer:
        """Return one pull request with its commits and its diff, bounded and without secrets."""
        limits.require_range("number", number, low=1, high=2**31)
        chosen = self.repositories.of(repository)
        found = await chosen.pull(number)
        commits = await chosen.api.page(chosen.path("pulls", number, "commits"), {}, MAX_ROWS)
        files, left_out = await _files(chosen, number)
        data = answers.PullDetail(
            repository=chosen.full_name,
            rate_limit=chosen.api.rate,
            pull_request=showing.pull(found),
            body=showing.lines(found.body or "", 4000),
            merged_by=showing.login(found.merged_by),
            commits=tuple(showing.commit(each) for each in told.read_all(Commit, commits.rows)),
            files=files,
        )
        more = showing.more(commits.is_all, len(commits.rows), "commits")
        return Answer(data, (*more, *left_out))

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a reading session."""
        functions = (
            self.list_commits,
            self.get_commit,
            self.compare,
            self.list_pull_requests,
            self.get_pull_request,
        )
        return tuple(Tool(function) for function in functions)


async def _files(
    chosen: Repository, number: int
) -> tuple[tuple[answers.FileDiff, ...], tuple[str, ...]]:
    page = await chosen.api.page(chosen.path("pulls", number, "files"), {}, MAX_FILES_READ)
    files, left_out = showing.files(told.read_all(ChangedFile, page.rows))
    return files, (*left_out, *showing.more(page.is_all, len(page.rows), "files"))
