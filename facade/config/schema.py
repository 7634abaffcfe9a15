"""JSON Schema for an editor, made from the models that read the files: `python -m facade.config.schema [FOLDER]`.

It knows what single values may be. The rules across files, and the settings of adapters, are for `facade check`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from facade.config.callers_file import CallersFile
from facade.config.facade_file import FacadeFile
from facade.config.routes_file import RoutesFile
from facade.config.silo_file import AdaptedSilo, ExternalBlock, PassthroughSilo

FOLDER: Final = Path("config/schema")
"""Where the schemas stand, from the top of the repository."""

FILES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "callers.json": CallersFile,
        "external.json": ExternalBlock,
        "facade.json": FacadeFile,
        "routes.json": RoutesFile,
        "silo.json": PassthroughSilo | AdaptedSilo,
    }
)


class _EditorSchema(GenerateJsonSchema):
    """Without what an operator cannot write: no null, and no default, which stands in the documentation."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, str]:
    """The text of every schema, by its file's name."""
    return {name: _text(TypeAdapter(model)) for name, model in FILES.items()}


def main(folder: Path) -> None:
    """Write every schema."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text)


def _text(adapter: TypeAdapter[Any]) -> str:
    schema = adapter.json_schema(schema_generator=_EditorSchema)
    return json.dumps({"$schema": GenerateJsonSchema.schema_dialect, **schema}, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
