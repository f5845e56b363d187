"""The data that ships with the brain: allow-list, catalogue of faults, playbooks, policies."""
