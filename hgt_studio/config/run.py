"""The whole configuration of a run."""

from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError, model_validator

from hgt_studio.config.architecture import ArchitectureConfig
from hgt_studio.config.data import DataConfig
from hgt_studio.config.device import DeviceConfig
from hgt_studio.config.evaluation import EvaluationConfig
from hgt_studio.config.export import ExportConfig
from hgt_studio.config.field import Section
from hgt_studio.config.sampling import SamplingConfig
from hgt_studio.config.training import TrainingConfig
from hgt_studio.errors import ConfigError, suggest

SMALL_GRAPH_NODES = 250


class RunConfig(Section):
    """Everything that determines a run, apart from the graph file itself. The defaults are the product's."""

    data: DataConfig = DataConfig()
    architecture: ArchitectureConfig = ArchitectureConfig()
    sampling: SamplingConfig = SamplingConfig()
    training: TrainingConfig = TrainingConfig()
    device: DeviceConfig = DeviceConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    export: ExportConfig = ExportConfig()

    @model_validator(mode="after")
    def _one_fan_out_per_layer(self) -> "RunConfig":
        field = "num_neighbors" if self.sampling.sampler == "neighbour" else "num_samples"
        hops = getattr(self.sampling, field)
        layers = self.architecture.num_layers
        if len(hops) != layers:
            raise ValueError(
                f"sampling.{field}: {list(hops)} has {len(hops)} numbers and architecture.num_layers is {layers}; "
                "give one number for each layer"
            )
        return self

    def suited_to(self, num_nodes: int) -> "RunConfig":
        """These settings with a decoder, where it is "auto": RotatE, or ComplEx for fewer than `SMALL_GRAPH_NODES`.

        With ComplEx go free lengths, N3, more uniformity and faster embeddings. Among so few nodes RotatE's distances
        crowd all of them into a quarter of the dimensions; weights for each relation let them spread (umls, 135 nodes).
        """
        if self.architecture.decoder != "auto":
            return self
        if num_nodes >= SMALL_GRAPH_NODES:
            return self.with_values("architecture", decoder="rotate")
        small = self.with_values("architecture", decoder="complex", embedding_length=0.0)
        return small.with_values("training", n3_weight=0.03, uniformity_weight=1.2, embedding_rate=10.0)

    def with_values(self, section: str, **values: object) -> "RunConfig":
        """These settings with others in one section, which are not checked."""
        return self.model_copy(update={section: getattr(self, section).model_copy(update=values)})

    @classmethod
    def build(cls, values: dict[str, Any]) -> "RunConfig":
        """A configuration from plain nested values.

        Raises:
            ConfigError: a key is unknown (the nearest one is suggested) or a value breaks its rule; one line for all.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError("; ".join(_explain(dict(item)) for item in error.errors())) from None


def known_keys(*path: str) -> list[str]:
    """The names of the settings under a path of sections, empty for the sections themselves."""
    section = _section(*path)
    return list(section.model_fields) if section else []


def choices(*path: str) -> tuple[Any, ...]:
    """The values that a setting with a fixed choice can take, empty for other settings."""
    section = _section(*path[:-1])
    field = section.model_fields.get(path[-1]) if section else None
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()


def _section(*path: str) -> type[Section] | None:
    model: type[Section] | None = RunConfig
    for part in path:
        field = model.model_fields.get(part) if model else None
        model = next((t for t in _classes(field.annotation) if issubclass(t, Section)), None) if field else None
    return model


def _classes(annotation: Any) -> list[type]:
    options = getattr(annotation, "__args__", (annotation,))
    return [option for option in options if isinstance(option, type)]


def _explain(item: dict[str, Any]) -> str:
    path = [str(part) for part in item["loc"]]
    name = ".".join(path)
    if item["type"] == "extra_forbidden":
        known = known_keys(*path[:-1])
        what = "setting" if len(path) > 1 else "section"
        return f"{name}: there is no such {what}; {suggest(path[-1], known)}"
    rule = item["msg"].removeprefix("Value error, ")
    if item["type"] == "value_error":
        return f"{name}.{rule}" if name else rule
    return f"{name}: got {item['input']!r}, {rule[0].lower()}{rule[1:]}"
