"""The graph: nodes, edges, compile.

    START -> coordinator -> dispatch -> { the five specialists } -> dispatch ... -> verify
          -> review -> report

A request that asks nothing about the repository goes from dispatch to the report.

Every specialist is a node of its own name, so that the drawn graph shows the team.
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.role import SPECIALISTS
from graphs.context import Context
from graphs.coordinator import coordinator
from graphs.dispatch import NEXT, dispatch, route
from graphs.rechecking import verify
from graphs.report import report
from graphs.review import review
from graphs.specialist import build_specialist
from graphs.state import State

Workflow = CompiledStateGraph[State, Context, State, State]


def build(checkpointer: BaseCheckpointSaver[str] | None = None) -> Workflow:
    """The compiled graph; with a checkpointer it can be interrupted and resumed."""
    graph = StateGraph(State, Context)
    graph.add_node("coordinator", coordinator)
    graph.add_node("dispatch", dispatch)
    for role in SPECIALISTS:
        graph.add_node(role.value, build_specialist())
        graph.add_edge(role.value, "dispatch")
    graph.add_node("verify", verify)
    graph.add_edge("verify", "review")
    graph.add_node("review", review)
    graph.add_node("report", report)
    graph.add_edge(START, "coordinator")
    graph.add_edge("coordinator", "dispatch")
    graph.add_conditional_edges("dispatch", route, NEXT)
    graph.add_edge("report", END)
    return graph.compile(checkpointer=checkpointer, name="cadre")


def draw() -> str:
    """The graph as Mermaid."""
    return graph.get_graph().draw_mermaid()


graph = build()
"""The graph without a checkpointer, as `langgraph.json` names it: a server brings its own."""
