"""The graph as a table: every node, and the edges that no node chooses for itself."""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from sre_agent.graph import further_looks, second_mind
from sre_agent.graph.context import RunContext
from sre_agent.graph.nodes import (
    approve,
    conclude,
    execute,
    gate,
    investigate,
    plan,
    reflect,
    renew,
    revert,
    supervise,
    verify,
)
from sre_agent.graph.run_state import RunState
from sre_agent.graph.steering import looking, steered

Graph = CompiledStateGraph[RunState, RunContext, RunState, RunState]


def build(checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    """Return the compiled graph; a thread is one run of an incident."""
    graph = StateGraph(RunState, RunContext)
    graph.add_node("supervise", steered(supervise.supervise), destinations=("investigate", END))
    graph.add_node("investigate", looking(investigate.investigate))
    graph.add_node(
        "reflect",
        steered(reflect.reflect),
        destinations=("investigate", "further_looks", "second_mind", "plan"),
    )
    graph.add_node(
        "further_looks",
        steered(further_looks.choose),
        destinations=("investigate", "second_mind", "plan"),
    )
    graph.add_node("second_mind", steered(second_mind.consult))
    graph.add_node("plan", steered(plan.propose))
    graph.add_node("gate", steered(gate.gate))
    graph.add_node("approve", steered(approve.approve))
    graph.add_node("renew", steered(renew.renew))
    graph.add_node("execute", steered(execute.execute, settles=True))
    graph.add_node("verify", steered(verify.verify))
    graph.add_node("revert", steered(revert.revert))
    graph.add_node("conclude", conclude.conclude)

    graph.add_edge(START, "supervise")
    graph.add_edge("investigate", "reflect")
    graph.add_edge("conclude", END)
    return graph.compile(checkpointer=checkpointer)
