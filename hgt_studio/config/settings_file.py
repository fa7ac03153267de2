"""`run.toml` in and out, and `section.field=value` overrides."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hgt_studio.atomic_file import atomic_write
from hgt_studio.config.run import RunConfig, choices
from hgt_studio.errors import ConfigError


def load_config(path: Path) -> RunConfig:
    """Read a TOML file; what it does not name keeps its default.

    Raises:
        ConfigError: the file is missing, is not TOML, or holds an unknown or wrong setting.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such settings file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); give a TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML ({error})") from None
    try:
        return RunConfig.build(values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def save_config(config: RunConfig, path: Path) -> None:
    """Write every setting as TOML, atomically. Settings that are not set (None) are left out.

    Raises:
        ConfigError: the file cannot be written.
    """
    with atomic_write(path, ConfigError) as file:
        file.write(to_toml(config).encode())


def to_toml(config: RunConfig) -> str:
    """The TOML text of a configuration."""
    lines: list[str] = []
    _write_table(config.model_dump(mode="json"), "", lines)
    return "\n".join(lines).strip() + "\n"


def apply_overrides(config: RunConfig, overrides: Iterable[str]) -> RunConfig:
    """The configuration with `section.field=value` texts applied, all checked together.

    A value is read as TOML (`0.5`, `true`, `[10, 5]`, `"text"`), a bare word as text, `none` as "not set".

    Raises:
        ConfigError: a text has no `=`, or names or sets something impossible.
    """
    values = config.model_dump(mode="json")
    for text in overrides:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"'{text}': write an override as section.field=value, for example training.num_epochs=20")
        *sections, field = name.strip().split(".")
        table = values
        for section in sections:
            if not isinstance(table.get(section), dict):
                table[section] = {}
            table = table[section]
        table[field] = _read_value(value.strip(), choices(*sections, field))
    return RunConfig.build(values)


def override_text(path: str, value: Any) -> str:
    """A plain value as `apply_overrides` reads it: "training.num_epochs=20"."""
    return f"{path}={'none' if value is None else _toml_value(value)}"


def changed_settings(config: RunConfig) -> dict[str, Any]:
    """Plain values of the settings that differ from the defaults, by path ("training.num_epochs")."""
    return dict(_differences(config.model_dump(mode="json"), RunConfig().model_dump(mode="json")))


def _differences(values: dict[str, Any], defaults: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _differences(value, defaults.get(name) or {}, f"{prefix}{name}.")
        elif name not in defaults or value != defaults[name]:
            yield f"{prefix}{name}", value


def _read_value(text: str, allowed: tuple[Any, ...]) -> Any:
    """A TOML value, else the text itself; none is no value, unless it is one of those allowed by name."""
    if text.casefold() == "none" and "none" not in allowed:
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _write_table(values: dict[str, Any], name: str, lines: list[str]) -> None:
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    if name:
        lines += ["", f"[{name}]"]
    lines += [
        f"{key} = {_toml_value(value)}" for key, value in values.items() if key not in tables and value is not None
    ]
    for key, table in tables.items():
        _write_table(table, f"{name}.{key}" if name else key, lines)


def _toml_value(value: Any) -> str:
    """JSON is TOML but for the delete character, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
