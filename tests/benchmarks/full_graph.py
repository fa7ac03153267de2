"""The sample graph at PrimeKG's full scale, written once into the cache folder."""

from pathlib import Path

from platformdirs import user_cache_path

from hgt_studio.graph.synthetic import write_sample_graph


def full_scale_csv() -> Path:
    """`kg.csv` with 8,100,498 rows, seed 0."""
    path = user_cache_path("hgt-studio") / "benchmarks" / "kg_scale1_seed0.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sample_graph(path, scale=1.0, seed=0)
    return path
