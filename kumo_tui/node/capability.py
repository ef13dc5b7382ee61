"""What a node can do, read off its own OpenAPI document (KUMOMTA.md 8)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kumo_tui.model.capability import Capability
from kumo_tui.node.wire import WireError, explain


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Schema(_Part):
    properties: Mapping[str, object]
    additional_properties: object = Field(default=None, alias="additionalProperties")


class _Schemas(_Part):
    bounce: _Schema = Field(alias="BounceV1Request")
    suspend: _Schema | None = Field(default=None, alias="SuspendV1Request")


class _Components(_Part):
    schemas: _Schemas


class _Info(_Part):
    version: Annotated[str, Field(min_length=1, max_length=200)]


class _Document(_Part):
    info: _Info
    paths: Annotated[Mapping[str, object], Field(min_length=1)]
    components: _Components


_DOCUMENT = TypeAdapter(_Document)


def read_capability(body: bytes) -> Capability:
    """The capability that an OpenAPI document states. Nothing is guessed from its version.

    A build without suspension has no fields for it. Raises WireError when the document is none of kumod's.
    """
    try:
        document = _DOCUMENT.validate_json(body)
    except ValidationError as error:
        raise WireError(explain(error)) from None
    schemas = document.components.schemas
    return Capability(
        version=document.info.version,
        bounce_fields=_fields(schemas.bounce),
        bounce_is_strict=schemas.bounce.additional_properties is False,
        suspend_fields=_fields(schemas.suspend) if schemas.suspend else frozenset(),
        paths=frozenset(document.paths),
    )


def _fields(schema: _Schema) -> frozenset[str]:
    """The fields that may be sent: one whose schema is `false` or none at all is none of them."""
    return frozenset(name for name, field in schema.properties.items() if isinstance(field, Mapping))
