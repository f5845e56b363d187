"""comment_on_pull_request and create_issue: words with a mark in them that nobody sees."""

from dataclasses import dataclass
from functools import partial

from typing_extensions import override

from mcp_servers.common import canonical
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant
from mcp_servers.github import told, trailers, turns
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import Comment, Issue
from mcp_servers.github.writing import Deed, Doing, Done, Sight

MAX_LOOKED_THROUGH = 300
"""How many comments or issues are looked through for a mark."""


@dataclass(frozen=True, slots=True)
class CommentDeed(Deed):
    """A comment on a pull request."""

    number: int
    body: str
    reader: Repository
    writer: Repository

    @override
    async def look_back(self, grant: Grant) -> Done | Doing | None:
        for comment in await self._comments():
            if trailers.hidden_in(comment.body) == grant.jti:
                return _commented(self.number, comment)
        return None

    @override
    async def look(self) -> Sight:
        about = await self.reader.about()
        pull = await self.reader.pull(self.number)
        state = {"repository": str(about.id), "number": self.number, "into": pull.base.ref}
        is_there = any(trailers.without(each.body) == self.body for each in await self._comments())
        return Sight(
            uid=str(about.id),
            state_sha256=canonical.sha256(state),
            result_sha256=canonical.sha256({**state, "body": self.body}),
            changes=() if is_there else (f"pull request #{self.number} gets a comment",),
            do=self._do,
            warnings=() if pull.state == "open" else (f"#{self.number} is closed",),
        )

    async def _comments(self) -> tuple[Comment, ...]:
        path = self.reader.path("issues", self.number, "comments")
        page = await self.reader.api.page(path, {}, MAX_LOOKED_THROUGH)
        if not page.is_all:
            raise RefusedError("too_large", f"#{self.number} has too many comments to look through")
        return told.read_all(Comment, page.rows)

    async def _do(self, grant: Grant) -> Done:
        return await turns.once(self.writer, grant, self.look_back, self._say)

    async def _say(self, grant: Grant) -> Done:
        path = self.writer.path("issues", self.number, "comments")
        made = await self.writer.api.post(path, {"body": trailers.hidden(self.body, grant.jti)})
        return _commented(self.number, told.read(Comment, made))


@dataclass(frozen=True, slots=True)
class IssueDeed(Deed):
    """A new issue."""

    title: str
    body: str
    labels: tuple[str, ...]
    reader: Repository
    writer: Repository

    @override
    async def look_back(self, grant: Grant) -> Done | Doing | None:
        for issue in await self._issues("all"):
            if trailers.hidden_in(issue.body) == grant.jti:
                return _opened(issue)
        return None

    @override
    async def look(self) -> Sight:
        about = await self.reader.about()
        if about.archived:
            raise RefusedError("forbidden", f"{about.full_name} is archived")
        is_there = any(self._is_same(each) for each in await self._issues("open"))
        result: dict[str, object] = {
            "title": self.title,
            "body": self.body,
            "labels": list(self.labels),
        }
        return Sight(
            uid=str(about.id),
            state_sha256=canonical.sha256({"repository": str(about.id)}),
            result_sha256=canonical.sha256(result),
            changes=() if is_there else (f"an issue is opened: {self.title}",),
            do=partial(self._do, result),
        )

    async def _issues(self, state: str) -> tuple[Issue, ...]:
        """Return the newest issues that bear the labels; a grant lives no longer than they are new."""
        query = {"state": state, "labels": ",".join(self.labels)}
        page = await self.reader.api.page(self.reader.path("issues"), query, MAX_LOOKED_THROUGH)
        return told.read_all(Issue, page.rows)

    def _is_same(self, issue: Issue) -> bool:
        return (issue.title, trailers.without(issue.body)) == (self.title, self.body)

    async def _do(self, result: dict[str, object], grant: Grant) -> Done:
        return await turns.once(self.writer, grant, self.look_back, partial(self._say, result))

    async def _say(self, result: dict[str, object], grant: Grant) -> Done:
        body = {**result, "body": trailers.hidden(self.body, grant.jti)}
        return _opened(
            told.read(Issue, await self.writer.api.post(self.writer.path("issues"), body))
        )


def _commented(number: int, comment: Comment) -> Done:
    at = comment.created_at.isoformat().replace("+00:00", "Z")
    return Done(detail=f"commented on pull request #{number}", url=comment.html_url, at=at)


def _opened(issue: Issue) -> Done:
    return Done(detail=f"opened issue #{issue.number}", url=issue.html_url)
