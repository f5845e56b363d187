"""Reading the fitted numbers that make probabilities of evidence, by the kind of diagnosis."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import RootModel, ValidationError

from sre_agent.domain import yaml_text
from sre_agent.domain.calibration import Calibration
from sre_agent.domain.errors import PermanentError

FILE = "calibration.yaml"


class InvalidCalibrationError(PermanentError):
    """The fitted numbers cannot be read."""


class Calibrations(RootModel[dict[str, Calibration]]):
    """The file as a whole."""


@cache
def shipped() -> Mapping[str, Calibration]:
    """Return the numbers that are part of this code; they are read once.

    Raises:
        InvalidCalibrationError: naming what is wrong with the file.
    """
    return parse((resources.files("sre_agent.config") / FILE).read_text("utf-8"))


def parse(text: str) -> Mapping[str, Calibration]:
    """Return the numbers of a YAML text.

    Raises:
        InvalidCalibrationError: naming what is wrong with it.
    """
    try:
        return Calibrations.model_validate(yaml_text.read(text)).root
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidCalibrationError(f"{FILE}: {error}") from error
