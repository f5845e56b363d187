"""What to think of the evidence: from typed facts to ranked causes, without I/O, clock or model.

Two ways lead to a Diagnosis. `snapshots` judges a cluster as it stands; `engine` judges an
incident from all its evidence, a snapshot included. A map:

- incident: its evidence, sorted: the case, the situation, the topology, the objects of the cluster.
- Who is proposed: kubernetes (a package for each layer), changes (commits, flags, reasons outside) and
  proposing (releases, saturation, leaks, certificates); hypothesis is what they return.
- weighing: what speaks for and against, one suspect by one, or among the others (`weighing.snapshots`);
  weights has all numbers.
- concluding: the order of the causes, the conclusion or the doubt, and its words; calibration makes
  weights probabilities.
- asking: who was not looked at, what tells causes apart, which runbook.
- Signals by themselves: metrics, logs, traces, alert_streams; they know no cluster.
"""

from sre_agent.diagnosis.engine import diagnose

__all__ = ["diagnose"]
