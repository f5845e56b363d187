"""The document as the text that is kept in the repository."""

import json

from backend.api.routes import new_app


def written() -> str:
    """Return the document of all routes as JSON, the same each time."""
    return json.dumps(new_app().openapi(), indent=2, ensure_ascii=False) + "\n"
