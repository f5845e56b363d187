"""How far language models are allowed to go in an incident, and how far they went."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from backend.db.model_use import ModelUse


class ModelBudget(BaseModel):
    """How much of MAX_TOKENS_PER_INCIDENT language models took of an incident; no limit is null."""

    tokens: int = Field(
        description="Read, written, or set aside for questions that are not answered."
    )
    tokens_max: int | None

    @classmethod
    def of(cls, used: Sequence[ModelUse], limit: int) -> "ModelBudget":
        """Return it for what each model took, and a limit that is none where it is 0."""
        parts = (item.input_tokens + item.output_tokens + item.tokens_set_aside for item in used)
        return cls(tokens=sum(parts), tokens_max=limit or None)
