"""Reading `kubectl describe`: lines made a tree by how far they are indented."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_NOTHING = frozenset({"<none>", "<unset>", "<nil>", "<unknown>"})


@dataclass(slots=True)
class Block:
    """A line and the lines that are indented under it."""

    text: str
    blocks: "list[Block]" = field(default_factory=list)
    _by_key: "dict[str, Block] | None" = None

    @property
    def key(self) -> str:
        """Return what stands before the colon, the whole line where there is none."""
        return _split(self.text)[0]

    @property
    def value(self) -> str:
        """Return what stands after the colon; `<none>` and its like are empty."""
        value = _split(self.text)[1]
        return "" if value in _NOTHING else value

    def find(self, key: str) -> "Block":
        """Return the first block with a key, an empty one where there is none."""
        if self._by_key is None:
            # The last to be put in stays, so the first line has to come last.
            self._by_key = {
                block.text.partition(": ")[0].removesuffix(":"): block
                for block in reversed(self.blocks)
            }
        return self._by_key.get(key, _EMPTY)

    def get(self, key: str) -> str:
        """Return the value of a key, empty where it is not told."""
        return self.find(key).value

    def has(self, key: str) -> bool:
        """Return whether a key is told of, whatever it says."""
        return self.find(key) is not _EMPTY

    def lines(self) -> Iterator[str]:
        """Yield the value and what continues it on the lines below, each as it is written."""
        if self.value:
            yield self.value
        for block in self.blocks:
            yield block.text

    def values(self) -> dict[str, str]:
        """Return the keys and values of the lines below."""
        return {
            key: "" if value in _NOTHING else value
            for key, value in (_split(block.text) for block in self.blocks)
        }

    def annotations(self) -> dict[str, str]:
        """Return annotations, one `key: value` a line, the first of them beside the heading."""
        return dict(_split(line) for line in self.lines())

    def labels(self) -> dict[str, str]:
        """Return labels, one `key=value` a line."""
        found = dict[str, str]()
        for line in self.lines():
            key, equals, value = line.partition("=")
            if equals:
                found[key] = value
        return found


_EMPTY = Block("")


def _split(text: str) -> tuple[str, str]:
    """Part a line at the first colon that ends a word: a value may have colons of its own."""
    at = text.find(": ")
    if at >= 0:
        return text[:at], text[at + 1 :].strip()
    if text.endswith(":"):
        return text[:-1], ""
    return text, ""


def outline(text: str) -> Block:
    """Return the tree of a description; empty lines are left out."""
    root = Block("")
    stack = [(-1, root)]
    for line in text.split("\n"):
        body = line.lstrip()
        if not body:
            continue
        indent = len(line) - len(body)
        while stack[-1][0] >= indent:
            stack.pop()
        block = Block(body.rstrip())
        stack[-1][1].blocks.append(block)
        stack.append((indent, block))
    return root


def top_lines(text: str) -> dict[str, str]:
    """Return the keys and values of the lines that are not indented: cheaper than a tree."""
    found = dict[str, str]()
    for line in text.split("\n"):
        if line and line[0] != " ":
            key, value = _split(line.rstrip())
            found.setdefault(key, "" if value in _NOTHING else value)
    return found


def descriptions(text: str) -> Iterator[str]:
    """Yield each object's description where several were described at once."""
    start = 0
    while (at := text.find("\n\n\nName:", start)) >= 0:
        yield text[start : at + 1]
        start = at + 3
    yield text[start:]
