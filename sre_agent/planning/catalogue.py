"""The catalogue of faults: what each class means, and what a person should do about it."""

from pydantic import RootModel

from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.planning.yaml_files import validate


class CatalogueEntry(Value):
    """What a class of fault means and what a person should do about it."""

    title: str
    description: str
    evidence: str
    recommendation: str

    def advise(self, cause: Cause) -> str:
        """Return the recommendation for a cause."""
        detail = str(cause.facts.get("detail") or cause.facts.get("reason") or "see the evidence")
        return self.recommendation.replace("{object}", str(cause.object)).replace(
            "{detail}", detail
        )


def parse_catalogue(name: str, text: str) -> dict[FaultClass, CatalogueEntry]:
    """Return the catalogue of faults; every class has to be in it.

    Raises:
        InvalidPlaybookError: naming what is wrong or missing.
    """
    return validate(name, text, _Catalogue).root


class _Catalogue(RootModel[dict[FaultClass, CatalogueEntry]]):
    """The catalogue file as a whole."""
