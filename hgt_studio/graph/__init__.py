"""From a table of edges to a `KnowledgeGraph`: reading, filtering, reverse edges, and other formats."""

from hgt_studio.graph.assemble import assemble_graph
from hgt_studio.graph.edge_table import to_pandas
from hgt_studio.graph.filters import filter_graph
from hgt_studio.graph.hetero import from_hetero_data, to_hetero_data
from hgt_studio.graph.knowledge_graph import EdgeList, KnowledgeGraph, ReadReport
from hgt_studio.graph.read import load_graph
from hgt_studio.graph.reverse import add_reverse_edges
from hgt_studio.graph.table_preview import TablePreview, preview_table

__all__ = [
    "EdgeList",
    "KnowledgeGraph",
    "ReadReport",
    "TablePreview",
    "add_reverse_edges",
    "assemble_graph",
    "filter_graph",
    "from_hetero_data",
    "load_graph",
    "preview_table",
    "to_hetero_data",
    "to_pandas",
]
