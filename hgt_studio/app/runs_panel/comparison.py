"""In what the settings of several runs differ."""

from collections.abc import Iterator, Sequence
from typing import Any

from hgt_studio.config import RunConfig


def differing_settings(configs: Sequence[RunConfig]) -> dict[str, tuple[str, ...]]:
    """ "section.field" of each setting that is not the same in all, with its value in each."""
    flat = [dict(_flatten(config.model_dump(mode="json"))) for config in configs]
    names = [name for name in flat[0] if len({each.get(name, "") for each in flat}) > 1] if flat else []
    return {name: tuple(each.get(name, "") for each in flat) for name in names}


def _flatten(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for section, fields in values.items():
        for name, value in fields.items():
            yield f"{section}.{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
