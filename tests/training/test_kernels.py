"""What is compiled beforehand is all that a run needs."""

import subprocess
import sys

_PROGRAM = """
import sys
from pathlib import Path

from numba.core.dispatcher import Dispatcher

from hgt_studio.config import RunConfig, apply_overrides
from hgt_studio.graph import load_graph
from hgt_studio.graph.synthetic import write_sample_graph
from hgt_studio.model.inference import embed_all_nodes
from hgt_studio.model.network import HGTNetwork
from hgt_studio.training.kernels import compile_kernels
from hgt_studio.training.task import prepare_task

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("hgt_studio.")]
    kernels = {kernel for module in modules for kernel in vars(module).values() if isinstance(kernel, Dispatcher)}
    return {(kernel.__name__, signature) for kernel in kernels for signature in kernel.signatures}

compile_kernels()
before = compiled()
assert len(before) > 20
write_sample_graph(Path("kg.csv"), scale=0.002, seed=3)
graph = load_graph(Path("kg.csv"), use_cache=False)
for sampler in ("neighbour", "budget"):
    settings = [f"sampling.sampler={sampler}", "architecture.hidden_dim=32", "sampling.batch_size=64"]
    task = prepare_task(graph, apply_overrides(RunConfig(), settings), "cpu")
    network = HGTNetwork.for_graph(task.config, graph)
    network(task.maker.make(0, task.shape).to("cpu")).total.backward()
embed_all_nodes(network.encoder, network.embedding.weight.detach(), graph, 1 << 24)
print(sorted(name for name, signature in compiled() - before))
"""


def test_a_run_compiles_no_kernel_that_was_not_compiled_beforehand(tmp_path: object) -> None:
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=str(tmp_path), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"
