"""Every set there is an adapter for."""

from collections.abc import Mapping

from backend.evals.suite import Suite

SUITES: Mapping[str, Suite] = {}
"""The sets by name, in the order in which they are run."""

FOLDERS: Mapping[str, str] = {
    "tvdiag_gaia": "tvdiag",
    "tvdiag_sockshop": "tvdiag",
    "tvdiag_hotel": "tvdiag",
}
"""The folder of a set in the folder of all sets, where it is not called like the set."""
