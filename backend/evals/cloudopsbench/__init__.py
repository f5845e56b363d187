"""Cloud-OpsBench: frozen answers of a cluster's tools; which object has which fault."""

from backend.evals.cloudopsbench.run import CloudOpsBench

__all__ = ["CloudOpsBench"]
