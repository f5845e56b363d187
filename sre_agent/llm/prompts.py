"""The prompts: a text file for each role, read anew each time, so that a change needs no restart."""

from importlib import resources
from importlib.resources.abc import Traversable

from sre_agent.domain.errors import PermanentError

MAX_BYTES = 16_384
"""A prompt is paid for with each question."""


class PromptUnreadableError(PermanentError):
    """A prompt is no text that could be sent."""


def shipped() -> Traversable:
    """Return the folder of the built-in prompts."""
    return resources.files("sre_agent.llm") / "prompts"


def load(role: str, folder: Traversable | None = None) -> str:
    """Return the prompt of a role: the folder's, or the built-in one where the folder has none.

    Raises:
        PromptUnreadableError: naming the file, what is wrong with it and what to do.
    """
    if folder is not None and not folder.is_dir():
        raise PromptUnreadableError(
            f"there is no folder {folder}: make it, or unset LLM_PROMPTS_DIR for the built-in prompts"
        )
    name = f"{role}.md"
    file = folder / name if folder and (folder / name).is_file() else shipped() / name
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise PromptUnreadableError(f"the prompt {file} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise PromptUnreadableError(
            f"the prompt {file} cannot be read: {error.strerror}"
        ) from error
    if not text:
        raise PromptUnreadableError(f"the prompt {file} is empty: say what the role has to do")
    if len(raw) > MAX_BYTES:
        raise PromptUnreadableError(
            f"the prompt {file} is longer than {MAX_BYTES} bytes: shorten it"
        )
    return text
