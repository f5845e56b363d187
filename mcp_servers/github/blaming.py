"""Who wrote which line last: asked in GitHub's other language, because no other way tells it."""

from datetime import datetime

from pydantic import Field

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import shown
from mcp_servers.github import told
from mcp_servers.github.answers import BlameRange
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import Account, Told

_QUERY = """\
query Blame($owner: String!, $name: String!, $ref: String!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(expression: $ref) {
      ... on Commit {
        blame(path: $path) {
          ranges {
            startingLine
            endingLine
            commit { oid message committedDate author { name user { login } } }
          }
        }
      }
    }
  }
}
"""


class _Author(Told):
    name: str | None = None
    user: Account | None = None


class _Commit(Told):
    oid: str
    message: str
    committed_at: datetime = Field(alias="committedDate")
    author: _Author | None = None


class _Range(Told):
    first_line: int = Field(alias="startingLine")
    last_line: int = Field(alias="endingLine")
    commit: _Commit


async def ranges(repository: Repository, path: str, ref: str) -> tuple[BlameRange, ...]:
    """Return the ranges of lines of a file, in their order.

    Raises:
        RefusedError: `not_found`: there is no such revision, or no such file in it.
    """
    names = {"owner": repository.owner, "name": repository.name, "ref": ref, "path": path}
    answer = await repository.api.graphql(_QUERY, names)
    found = ((answer.get("repository") or {}).get("object") or {}).get("blame")
    if not isinstance(found, dict) or not found.get("ranges"):
        raise RefusedError("not_found", f"there is no {path} at {ref}")
    return tuple(_told(each) for each in told.read_all(_Range, found["ranges"]))


def _told(found: _Range) -> BlameRange:
    author = found.commit.author or _Author()
    name = (author.user.login if author.user else "") or author.name or ""
    return BlameRange(
        first_line=found.first_line,
        last_line=found.last_line,
        sha=found.commit.oid,
        message=shown(found.commit.message.partition("\n")[0], 300),
        author=shown(name, 100),
        committed_at=found.commit.committed_at,
    )
