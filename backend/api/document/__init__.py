"""The OpenAPI document: made from the routes themselves, so that it cannot say anything else."""

from backend.api.document.describe import TITLE, describe, install

__all__ = ["TITLE", "describe", "install"]
