"""LangGraph and nothing else: the state, the nodes, and the table that wires them."""
