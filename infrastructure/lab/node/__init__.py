"""The lab's one node: runs pods as processes of this machine."""
