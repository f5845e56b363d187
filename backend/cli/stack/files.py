"""Files that hold secrets: readable by their owner alone, whatever was there before."""

from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Replace a file's content, closed to everyone else before the first byte is in it."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
