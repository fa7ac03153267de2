"""PrimeKG's published counts (Chandak, Huang & Zitnik 2023): 129,375 nodes, 4,050,249 undirected edges."""

from typing import NamedTuple


class NodeTypeCount(NamedTuple):
    """A node type, the vocabulary its ids come from, and its number of nodes."""

    name: str
    source: str
    num_nodes: int


class RelationCount(NamedTuple):
    """A relation, the node types it joins, its number of undirected edges, and the share of each display name."""

    name: str
    x_type: str
    y_type: str
    num_edges: int
    display: dict[str, float]


NODE_TYPES = (
    NodeTypeCount("gene/protein", "NCBI", 27671),
    NodeTypeCount("drug", "DrugBank", 7957),
    NodeTypeCount("effect/phenotype", "HPO", 15311),
    NodeTypeCount("disease", "MONDO", 17080),
    NodeTypeCount("biological_process", "GO", 28642),
    NodeTypeCount("molecular_function", "GO", 11169),
    NodeTypeCount("cellular_component", "GO", 4176),
    NodeTypeCount("exposure", "CTD", 818),
    NodeTypeCount("pathway", "REACTOME", 2516),
    NodeTypeCount("anatomy", "UBERON", 14035),
)

_TARGETS = {"target": 0.64, "enzyme": 0.21, "transporter": 0.12, "carrier": 0.03}
_ASSOCIATED, _INTERACTS, _PARENT = {"associated with": 1.0}, {"interacts with": 1.0}, {"parent-child": 1.0}

RELATIONS = (
    RelationCount("protein_protein", "gene/protein", "gene/protein", 321075, {"ppi": 1.0}),
    RelationCount("drug_protein", "drug", "gene/protein", 25653, _TARGETS),
    RelationCount("contraindication", "drug", "disease", 30675, {"contraindication": 1.0}),
    RelationCount("indication", "drug", "disease", 9388, {"indication": 1.0}),
    RelationCount("off-label use", "drug", "disease", 2568, {"off-label use": 1.0}),
    RelationCount("drug_drug", "drug", "drug", 1336314, {"synergistic interaction": 1.0}),
    RelationCount("phenotype_protein", "effect/phenotype", "gene/protein", 3330, _ASSOCIATED),
    RelationCount("phenotype_phenotype", "effect/phenotype", "effect/phenotype", 18736, _PARENT),
    RelationCount("disease_phenotype_negative", "disease", "effect/phenotype", 1193, {"phenotype absent": 1.0}),
    RelationCount("disease_phenotype_positive", "disease", "effect/phenotype", 150317, {"phenotype present": 1.0}),
    RelationCount("disease_protein", "disease", "gene/protein", 80411, _ASSOCIATED),
    RelationCount("disease_disease", "disease", "disease", 32194, _PARENT),
    RelationCount("drug_effect", "drug", "effect/phenotype", 64784, {"side effect": 1.0}),
    RelationCount("bioprocess_bioprocess", "biological_process", "biological_process", 52886, _PARENT),
    RelationCount("molfunc_molfunc", "molecular_function", "molecular_function", 13574, _PARENT),
    RelationCount("cellcomp_cellcomp", "cellular_component", "cellular_component", 4845, _PARENT),
    RelationCount("molfunc_protein", "molecular_function", "gene/protein", 69530, _INTERACTS),
    RelationCount("cellcomp_protein", "cellular_component", "gene/protein", 83402, _INTERACTS),
    RelationCount("bioprocess_protein", "biological_process", "gene/protein", 144805, _INTERACTS),
    RelationCount("exposure_protein", "exposure", "gene/protein", 1212, _INTERACTS),
    RelationCount("exposure_disease", "exposure", "disease", 2304, {"linked to": 1.0}),
    RelationCount("exposure_exposure", "exposure", "exposure", 2070, _PARENT),
    RelationCount("exposure_bioprocess", "exposure", "biological_process", 1625, _INTERACTS),
    RelationCount("exposure_molfunc", "exposure", "molecular_function", 45, _INTERACTS),
    RelationCount("exposure_cellcomp", "exposure", "cellular_component", 10, _INTERACTS),
    RelationCount("pathway_pathway", "pathway", "pathway", 2535, _PARENT),
    RelationCount("pathway_protein", "pathway", "gene/protein", 42646, _INTERACTS),
    RelationCount("anatomy_anatomy", "anatomy", "anatomy", 14032, _PARENT),
    RelationCount("anatomy_protein_present", "anatomy", "gene/protein", 1518203, {"expression present": 1.0}),
    RelationCount("anatomy_protein_absent", "anatomy", "gene/protein", 19887, {"expression absent": 1.0}),
)
