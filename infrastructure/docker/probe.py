"""The health check inside our images: `probe.py URL`, or `probe.py FILE SECONDS` for a sign of life."""

import http.client
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_S = 4.0


def main(arguments: list[str]) -> str | None:
    """Return None when all is well, else what is not; whoever exits with a text exits with 1."""
    match arguments:
        case [url]:
            return _answer(url)
        case [file, patience_s]:
            return _age(Path(file), float(patience_s))
        case _:
            return __doc__


def _answer(url: str) -> str | None:
    place = urlsplit(url)
    # Asked directly: what the container was told of a proxy is for the world outside.
    connection = http.client.HTTPConnection(place.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", place.path)
        answer = connection.getresponse()
        body = answer.read(300).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{url}: {type(error).__name__} {error}"
    finally:
        connection.close()
    return None if answer.status == http.client.OK else f"{url}: {answer.status} {body}"


def _age(file: Path, patience_s: float) -> str | None:
    try:
        age_s = time.time() - file.stat().st_mtime  # noqa: TID251 - files are dated by this clock
    except OSError as error:
        return f"{file}: {error.strerror}"
    return None if age_s < patience_s else f"{file}: no sign of life for {age_s:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
