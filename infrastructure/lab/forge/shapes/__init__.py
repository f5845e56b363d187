"""Documents in the shapes of GitHub's REST API."""
