"""What to think of the evidence: from typed facts to ranked causes, without I/O, clock or model.

Two ways lead to a Diagnosis. `snapshots` judges a cluster as it stands; `engine` judges an
incident from all its evidence, a snapshot included. A map:

- An incident's evidence, sorted: case, situation, topology, neighbourhood, symptom, names, alert_names,
  durations, objects (its snapshot), came_with (the release a snapshot's trouble came with).
- Who is proposed: kubernetes (a package for each layer), bad_release, saturation, memory_leak,
  certificates; changes (commits, flags, reasons outside); hypothesis is what they return.
- What speaks for and against: relation, victim, narrower, precedent, relapse, kinship (one trouble
  under two names), weighing (the same over snapshots), weights (all numbers).
- What is concluded: ranking, calibration, attribution, independence, splitting, calm, repair,
  undecided, unexplained, origin; explaining says it to people.
- What to ask next: questions (who was not looked at), telling_apart (what tells causes apart), reading
  (which runbook).
- Signals by themselves: metrics, logs, traces, alert_streams; they know no cluster.
"""

from sre_agent.diagnosis.engine import diagnose

__all__ = ["diagnose"]
