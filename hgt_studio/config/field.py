"""The one way to declare a setting: its default, label, help, unit and bounds stand together."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Section(BaseModel):
    """A frozen group of settings; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def setting(default: T, title: str, help: str, *, unit: str = "", advanced: bool = False, **bounds: Any) -> T:
    """A field with what a form needs: `title` is the label, `help` explains, `bounds` are pydantic's (ge, le ...).

    The unit and whether the field folds away under "advanced" are kept in `json_schema_extra`.
    """
    field: T = Field(
        default, title=title, description=help, json_schema_extra={"unit": unit, "advanced": advanced}, **bounds
    )
    return field
