"""`sre-agent diagnose`: the diagnosis engine by itself, on a cluster or on saved answers of one."""
