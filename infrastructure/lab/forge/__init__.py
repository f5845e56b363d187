"""The lab's forge: the part of GitHub's REST API that an incident responder needs, over a real git repository."""
