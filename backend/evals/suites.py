"""Every set there is an adapter for."""

from collections.abc import Mapping

from backend.evals.cloudopsbench import CloudOpsBench
from backend.evals.loghub2k import Loghub
from backend.evals.nab import Nab
from backend.evals.nezha_tt import NezhaTrainTicket
from backend.evals.petshop import PetShop
from backend.evals.rcaeval import RcaEval
from backend.evals.rootcausebench import RootCauseBench
from backend.evals.sockshop1 import SockShop1
from backend.evals.suite import Suite
from backend.evals.tvdiag import Tvdiag

_ALL: tuple[Suite, ...] = (
    # One per line, in the order in which they are run.
    CloudOpsBench(),
    NezhaTrainTicket(),
    Tvdiag("gaia"),
    Tvdiag("sockshop"),
    Tvdiag("hotel"),
    PetShop(),
    RootCauseBench(),
    Loghub(),
    SockShop1(),
    Nab(),
    RcaEval(),
)
SUITES: Mapping[str, Suite] = {suite.name: suite for suite in _ALL}
"""The sets by name, in the order in which they are run."""

FOLDERS: Mapping[str, str] = {
    "tvdiag_gaia": "tvdiag",
    "tvdiag_sockshop": "tvdiag",
    "tvdiag_hotel": "tvdiag",
}
"""The folder of a set in the folder of all sets, where it is not called like the set."""
