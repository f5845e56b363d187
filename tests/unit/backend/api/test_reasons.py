"""Where a reason has to be given, blanks are none."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from backend.api.braking import NewFreeze
from backend.api.shapes import Reject
from backend.api.steering import Ask
from backend.api.switching import Reason

ASKED = {"tool": "scale_workload", "arguments": {}}
FROZEN = {"name": "a", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("model", "rest"), [(Reject, {}), (Reason, {}), (Ask, ASKED), (NewFreeze, FROZEN)]
)
def test_blanks_are_no_reason(model: type[BaseModel], rest: dict[str, Any]) -> None:
    assert (
        model.model_validate({**rest, "reason": " it is late\n"}).model_dump()["reason"]
        == "it is late"
    )
    with pytest.raises(ValidationError, match="reason"):
        model.model_validate({**rest, "reason": " \t\n"})
