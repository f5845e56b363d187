"""The limits of what models may take, and whether one more question is within all of them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.settings.model_bounds import ModelBoundSettings
from sre_agent.llm.leash import Estimate

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What was spent or set aside: tokens, millionths of a dollar, seconds."""

    tokens: int = 0
    micro_usd: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a limit is about, how its settings end, and what was taken within it."""

    words: str
    suffix: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which setting does not allow a question, by its name, and the sentence that says so."""

    limit: str
    told: str


@dataclass(frozen=True)
class Budgets:
    """The limits as the settings have them, by the setting's name; none: no limit."""

    limits: dict[str, float]

    @classmethod
    def of(cls, settings: ModelBoundSettings) -> "Budgets":
        """Return what the settings say; 0 is no limit."""
        names = ModelBoundSettings.model_fields.keys()
        own = [name for name in names if name.startswith("max_")]
        return cls({name: value for name in own if (value := float(getattr(settings, name))) > 0})

    def refusal(self, scopes: tuple[Scope, ...], asked: Estimate, model: str) -> Refusal | None:
        """Return which limit does not allow the question, or None."""
        refusals = (found for scope in scopes for found in self._refusals(scope, asked, model))
        return next(refusals, None)

    def _refusals(self, scope: Scope, asked: Estimate, model: str) -> Iterator[Refusal]:
        measures = (
            ("max_tokens", scope.taken.tokens, asked.tokens, "tokens", 1),
            ("max_usd", scope.taken.micro_usd, asked.micro_usd, "dollars", MICRO),
            ("max_model_seconds", scope.taken.seconds, asked.seconds, "seconds", 1),
        )
        for prefix, taken, wanted, unit, parts in measures:
            name = f"{prefix}_per_{scope.suffix}"
            limit = self.limits.get(name)
            if limit is None:
                continue
            setting = name.upper()
            if wanted is None:
                told = f"{setting} is set, and nobody knows the price of {model}"
                yield Refusal(setting, told)
            elif taken + wanted > limit * parts:
                told = (
                    f"{setting}: {_told(taken / parts)} of {_told(limit)} {unit} {scope.words} "
                    f"are spent or set aside, and a question may take {_told(wanted / parts)}"
                )
                yield Refusal(setting, told)


def _told(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.4g}"
