"""Sample graphs in PrimeKG's shape, each written once into the cache folder."""

from pathlib import Path

from platformdirs import user_cache_path

from hgt_studio.graph.synthetic import write_sample_graph


def full_scale_csv() -> Path:
    """`kg.csv` with 8,100,498 rows, seed 0."""
    return sample_csv(1.0)


def sample_csv(scale: float) -> Path:
    """`kg.csv` with that share of the rows, seed 0."""
    path = user_cache_path("hgt-studio") / "benchmarks" / f"kg_scale{scale:g}_seed0.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sample_graph(path, scale=scale, seed=0)
    return path
