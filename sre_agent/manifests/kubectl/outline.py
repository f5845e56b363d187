"""Reading `kubectl describe`: lines made a tree by how far they are indented."""

from collections.abc import Iterator, Sequence

_NOTHING = frozenset({"<none>", "<unset>", "<nil>", "<unknown>"})


def _split(text: str) -> tuple[str, str]:
    """Part a line at the first colon that ends a word: a value may have colons of its own."""
    at = text.find(": ")
    if at >= 0:
        return text[:at], text[at + 1 :].strip()
    if text.endswith(":"):
        return text[:-1], ""
    return text, ""


class Block:
    """A line and the lines that are indented under it.

    `key` is what stands before the colon, the whole line where there is none; `value` what stands
    after it, empty for `<none>` and its like. A plain class, since there are thousands of them.
    """

    __slots__ = ("_by_key", "blocks", "key", "text", "value")

    def __init__(self, text: str) -> None:
        """Part a line at the first colon that ends a word: a value may have colons of its own."""
        self.text = text
        self.blocks: Sequence[Block] = ()
        self._by_key: dict[str, Block] | None = None
        self.key, self.value = _split(text)
        if self.value in _NOTHING:
            self.value = ""

    def find(self, key: str) -> "Block":
        """Return the first block with a key, an empty one where there is none."""
        if self._by_key is None:
            # The last to be put in stays, so the first line has to come last.
            self._by_key = {block.key: block for block in reversed(self.blocks)}
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
        return {block.key: block.value for block in self.blocks}

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


def outline(text: str) -> Block:
    """Return the tree of a description; empty lines are left out."""
    root = Block("")
    levels: list[tuple[int, list[Block]]] = [(-1, [root])]
    for line in text.split("\n"):
        body = line.lstrip()
        if not body:
            continue
        indent = len(line) - len(body)
        while indent < levels[-1][0]:
            levels.pop()
        above, siblings = levels[-1]
        if indent > above:
            parent = siblings[-1]
            siblings = parent.blocks = [*parent.blocks]
            levels.append((indent, siblings))
        siblings.append(Block(body.rstrip()))
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
