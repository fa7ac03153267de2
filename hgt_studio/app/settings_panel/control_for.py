"""Which control a setting gets: decided by the annotation that the configuration declares."""

import types
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from hgt_studio.app.settings_panel.controls import (
    ChoiceControl,
    Control,
    DecimalControl,
    ListControl,
    NumberControl,
    OptionalNumberControl,
    SwitchControl,
    TextControl,
)
from hgt_studio.app.settings_panel.file_control import FileControl

_FILE_SUFFIX: Final = "_file"


def control_for(name: str, field: FieldInfo) -> Control | None:
    """The control for a setting; None where one line cannot hold it (a mapping has a dialog of its own)."""
    kind, is_optional = _without_none(field.annotation)
    if kind is bool:
        return SwitchControl()
    if kind is int:
        return OptionalNumberControl() if is_optional else NumberControl(field)
    if kind is float:
        return DecimalControl(is_optional=is_optional)
    if kind is str:
        return FileControl(is_optional=is_optional) if name.endswith(_FILE_SUFFIX) else TextControl()
    if get_origin(kind) is Literal:
        return ChoiceControl(get_args(kind))
    if get_origin(kind) is tuple:
        return ListControl(of_numbers=get_args(kind)[0] is not str, is_optional=is_optional)
    return None


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The type itself, and whether None is allowed beside it."""
    if get_origin(annotation) in (Union, types.UnionType):
        others = [kind for kind in get_args(annotation) if kind is not type(None)]
        return others[0], len(others) < len(get_args(annotation))
    return annotation, False
