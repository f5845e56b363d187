"""The typed picture of a cluster that the analyzers read: plain values, whoever read them.

Times are UTC, memory and storage are bytes, CPU is cores. What an answer does not tell is None or
empty; what it tells to be absent is told by `Snapshot.complete`.
"""
