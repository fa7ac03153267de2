"""What the user can set: frozen models whose fields carry label, help, unit and bounds; TOML in and out."""

from hgt_studio.config.architecture import ArchitectureConfig
from hgt_studio.config.data import ColumnMapping, DataConfig
from hgt_studio.config.device import DeviceConfig
from hgt_studio.config.evaluation import EvaluationConfig
from hgt_studio.config.export import ExportConfig, ExportFormat
from hgt_studio.config.run import RunConfig
from hgt_studio.config.sampling import SamplingConfig
from hgt_studio.config.settings_file import apply_overrides, load_config, save_config
from hgt_studio.config.training import TrainingConfig

__all__ = [
    "ArchitectureConfig",
    "ColumnMapping",
    "DataConfig",
    "DeviceConfig",
    "EvaluationConfig",
    "ExportConfig",
    "ExportFormat",
    "RunConfig",
    "SamplingConfig",
    "TrainingConfig",
    "apply_overrides",
    "load_config",
    "save_config",
]
