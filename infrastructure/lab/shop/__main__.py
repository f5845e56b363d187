"""Run one shop service: `python -I -S <this folder>`, told by the environment what to be."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this folder on the path; in isolated mode nothing else leads to the package.
    sys.path[0] = str(Path(__file__).resolve().parents[3])

    from infrastructure.lab.shop import program, releases

    sys.exit(program.main(releases.worker))
