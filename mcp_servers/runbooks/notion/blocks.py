"""A page's blocks as Markdown, children below their parents."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_servers.runbooks.markdown import STEP_BLOCK
from mcp_servers.runbooks.notion.rich_text import markdown, plain

Json = dict[str, Any]
Children = Callable[[str], AsyncIterator[Json]]
"""Yields the blocks below the one with an id."""

MAX_DEPTH = 6
MAX_BLOCKS = 1000
MAX_LISTS = 40
"""So many blocks are looked into: each takes a question, and an answer has to come in time."""

_INDENT = "  "
_STRUCTURE = frozenset({"column_list", "column", "synced_block", "toggle", "table"})
"""Blocks whose children stand at their own level."""

_CLOSE = frozenset({"table_row", "bulleted_list_item", "numbered_list_item", "to_do"})
_SILENT = frozenset({"breadcrumb", "table_of_contents", "divider"})


@dataclass
class Page:
    """The Markdown of one page as it is put together."""

    children: Children
    parts: list[tuple[str, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    count: int = 0
    lists: int = 0

    async def read(self, block_id: str, depth: int = 0) -> None:
        """Add the blocks below one, and all below those."""
        number = 0
        async for block in self.children(block_id):
            if self.count >= MAX_BLOCKS:
                self.left_out[f"blocks beyond the first {MAX_BLOCKS}"] = 1
                return
            self.count += 1
            kind = str(block.get("type"))
            number = number + 1 if kind == "numbered_list_item" else 0
            self._add(kind, block.get(kind) or {}, depth, number)
            if block.get("has_children") and kind not in _PAGES:
                await self._below(str(block["id"]), kind, depth)

    async def _below(self, block_id: str, kind: str, depth: int) -> None:
        if depth >= MAX_DEPTH or self.lists >= MAX_LISTS:
            self._miss(f"blocks whose children are below level {MAX_DEPTH} or after {MAX_LISTS}")
            return
        self.lists += 1
        is_same_level = kind in _STRUCTURE or kind.startswith("heading_")
        await self.read(block_id, depth if is_same_level else depth + 1)

    def _add(self, kind: str, body: Json, depth: int, number: int) -> None:
        if kind in _SILENT:
            return
        render = _RENDERERS.get(kind)
        if render is None and kind not in _STRUCTURE:
            self._miss(f"blocks of type {kind[:40]}")
            return
        text = render(body) if render else ""
        if kind == "numbered_list_item":
            text = f"{number}. {text}"
        # Code and headings keep the margin: indented, they would no longer be what they are.
        margin = "" if kind == "code" or kind.startswith("heading_") else _INDENT * depth
        if text:
            self.parts.append((kind, "\n".join(f"{margin}{line}" for line in text.split("\n"))))

    def _miss(self, what: str) -> None:
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def markdown(self) -> str:
        """Return what was read, items of a list and rows of a table close together."""
        text, before = "", ""
        for kind, part in self.parts:
            gap = "\n" if kind in _CLOSE and before in _CLOSE else "\n\n"
            text += f"{gap if text else ''}{part}"
            if kind == "table_row" and before != kind:
                text += f"\n|{' --- |' * (part.count(' | ') + 1)}"
            before = kind
        return text

    def told(self) -> tuple[str, ...]:
        """Return what was left out, each with how often."""
        return tuple(f"{what} left out ({count})" for what, count in sorted(self.left_out.items()))


def _code(body: Json) -> str:
    """Return a fenced block; captioned or begun with the mark of a typed step, it is one."""
    text = plain(body.get("rich_text"))
    caption = plain(body.get("caption")).strip()
    first, _, rest = text.partition("\n")
    is_step = caption == STEP_BLOCK or first.strip().lstrip("# ").strip() == STEP_BLOCK
    info = STEP_BLOCK if is_step else str(body.get("language") or "").replace("plain text", "")
    inside = rest if is_step and caption != STEP_BLOCK else text
    fence = "```"
    while fence in inside:
        fence += "`"
    return f"{fence}{info}\n{inside}\n{fence}"


def _text(body: Json) -> str:
    return markdown(body.get("rich_text"))


def _row(body: Json) -> str:
    cells = (markdown(cell).replace("|", "\\|").replace("\n", " ") for cell in body["cells"])
    return f"| {' | '.join(cells)} |"


def _link(body: Json) -> str:
    source = body.get("external") or body.get("file") or body
    caption = plain(body.get("caption")) or "link"
    return f"[{caption}]({source.get('url', '')})"


_PAGES = frozenset({"child_page", "child_database"})
"""Pages of their own: named, not followed."""

_RENDERERS: Mapping[str, Callable[[Json], str]] = {
    "paragraph": _text,
    "toggle": _text,
    "heading_1": lambda body: f"# {_text(body)}",
    "heading_2": lambda body: f"## {_text(body)}",
    "heading_3": lambda body: f"### {_text(body)}",
    "bulleted_list_item": lambda body: f"- {_text(body)}",
    "numbered_list_item": _text,
    "to_do": lambda body: f"- [{'x' if body.get('checked') else ' '}] {_text(body)}",
    "quote": lambda body: "> " + _text(body).replace("\n", "\n> "),
    "callout": lambda body: "> " + _text(body).replace("\n", "\n> "),
    "code": _code,
    "table_row": _row,
    "equation": lambda body: f"`{body.get('expression', '')}`",
    **dict.fromkeys(("bookmark", "embed", "link_preview", "image", "file", "pdf", "video"), _link),
    **dict.fromkeys(_PAGES, lambda body: f"(page: {body.get('title', '')})"),
}
