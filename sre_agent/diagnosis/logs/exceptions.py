"""Stack traces folded to one message, and read: the chain of exceptions and the places in the code."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CONTINUES = re.compile(
    r"^(?:\s+\S|Caused by:|\.\.\. \d+ (?:more|common)|Traceback \(|\tat |goroutine \d+ \[|"
    r"created by |During handling of the above|The above exception|$)"
)
_CLASS = (
    r"(?:[A-Za-z_$][\w$]*[.:]{1,2})*[A-Z][\w$]*(?:Exception|Error|Fault|Failure|Panic|Interrupt)\b"
)
_RAISED = re.compile(
    rf"(?:^|Caused by: |nested exception is |[\s:(\[])({_CLASS})(?::\s*([^\n;\]]*))?"
)
_PANIC = re.compile(r"\b(panic|fatal error)\b:?\s*([^\n]*)", re.IGNORECASE)
_FRAMES = (
    re.compile(r"\bat (?P<function>[\w.$<>/]+)\((?P<file>[\w$.-]+\.\w+)(?::(?P<line>\d+))?\)"),
    re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>\S+))?'),
    re.compile(
        r"\bat (?:(?P<function>[\w.$<>\[\] ]+?) \()?(?P<file>(?:file://)?[\w@/.-]+\.[cm]?[jt]sx?):(?P<line>\d+)"
    ),
    re.compile(
        r"(?P<function>[\w/.()*-]*[\w)]\.[\w.()*]*?)?\(?(?P<file>[\w@/.-]*[\w-]+\."
        r"(?:go|rs|rb|c|cc|cpp|php|ex|scala|kt|swift|cs|py|java|js|ts|sql))(?![\w.])(?::(?P<line>\d+))?"
    ),
)
_PACKAGE = re.compile(r"(?:[^/]*/)*((?:[a-z_][\w$]*\.)+)[A-Z]")
_OF_JAVA = re.compile(r"[\w$.-]+\.(?:java|kt|scala|groovy)")


@dataclass(frozen=True)
class Frame:
    """One place of a stack; `line` is 0 where it is not told, `function` empty."""

    file: str
    function: str = ""
    line: int = 0

    @property
    def path(self) -> str:
        """Return the file with its folders; Java's machine tells them by the package of the class."""
        package = _PACKAGE.match(self.function)
        if package is None or not _OF_JAVA.fullmatch(self.file):
            return self.file
        return f"{package[1].replace('.', '/')}{self.file}"


@dataclass(frozen=True)
class Raised:
    """One exception of a chain: its class and what it says."""

    name: str
    message: str


@dataclass(frozen=True)
class Trace:
    """What a folded stack trace tells: the chain, outermost first, and the frames as written."""

    chain: tuple[Raised, ...]
    frames: tuple[Frame, ...]

    @property
    def cause(self) -> Raised | None:
        """Return the innermost exception: the others only pass it on."""
        return self.chain[-1] if self.chain else None


def fold(lines: Iterable[str]) -> Iterator[str]:
    """Yield messages, the lines of each stack trace joined to the message they belong to."""
    held: list[str] = []
    for line in lines:
        if held and _CONTINUES.match(line):
            held.append(line)
            continue
        if held:
            yield "\n".join(held).rstrip()
        held = [line]
    if held:
        yield "\n".join(held).rstrip()


def read(text: str) -> Trace:
    """Return what a message with its stack trace tells; nothing in it gives an empty trace.

    Looking for frames in a long line of strangers takes long: where only the exception is asked for,
    ask for its cause.
    """
    return Trace(_chain(text), tuple(_frames(text)))


def cause(text: str) -> Raised | None:
    """Return the innermost exception of a message; the time it takes bears text of strangers."""
    chain = _chain(text)
    return chain[-1] if chain else None


def _chain(text: str) -> tuple[Raised, ...]:
    chain = [Raised(found[1], (found[2] or "").strip()) for found in _RAISED.finditer(text)]
    if not chain:
        chain = [Raised(found[1].lower(), found[2].strip()) for found in _PANIC.finditer(text)]
    return tuple(dict.fromkeys(chain))


def _frames(text: str) -> Iterator[Frame]:
    for line in re.split(r"\n| -> |; ", text):
        for pattern in _FRAMES:
            found = pattern.search(line)
            if found:
                parts = found.groupdict()
                yield Frame(
                    parts["file"], (parts["function"] or "").strip("."), int(parts["line"] or 0)
                )
                break
