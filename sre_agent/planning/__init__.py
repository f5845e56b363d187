"""From a diagnosis to a plan, from fresh data to a verdict, from the log to a report. Pure."""
