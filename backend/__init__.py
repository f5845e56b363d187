"""The face and the memory of the platform."""

VERSION = "0.1.0"
"""The release; an image holds the code without the package's metadata."""
