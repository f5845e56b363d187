"""Entry point of `python -m infrastructure.lab.cluster`."""

from infrastructure.lab.cluster.main import main

main()
