"""The command line: `sre-agent ...`."""
