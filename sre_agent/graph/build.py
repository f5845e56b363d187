"""The graph as a table: every node, and the edges that no node chooses for itself."""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from sre_agent.graph.context import RunContext
from sre_agent.graph.nodes import (
    approve,
    conclude,
    execute,
    gate,
    investigate,
    plan,
    reflect,
    revert,
    supervise,
    verify,
)
from sre_agent.graph.run_state import RunState

Graph = CompiledStateGraph[RunState, RunContext, RunState, RunState]


def build(checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    """Return the compiled graph; a run's thread is its incident."""
    graph = StateGraph(RunState, RunContext)
    graph.add_node("supervise", supervise.supervise, destinations=("investigate", END))
    graph.add_node("investigate", investigate.investigate)
    graph.add_node("reflect", reflect.reflect, destinations=("investigate", "plan"))
    graph.add_node("plan", plan.propose)
    graph.add_node("gate", gate.gate)
    graph.add_node("approve", approve.approve)
    graph.add_node("execute", execute.execute)
    graph.add_node("verify", verify.verify)
    graph.add_node("revert", revert.revert)
    graph.add_node("conclude", conclude.conclude)

    graph.add_edge(START, "supervise")
    graph.add_edge("investigate", "reflect")
    graph.add_edge("conclude", END)
    return graph.compile(checkpointer=checkpointer)
