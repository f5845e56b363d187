"""The memory: tables, migrations, and the few doors through which they change."""
