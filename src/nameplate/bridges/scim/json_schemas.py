"""JSON schemas of SCIM models: in the form that is asked, and in the form that is answered.

Both are made of how models read; how they write they keep to themselves.
"""

from collections.abc import Iterable
from inspect import isclass
from typing import Any

from pydantic import PlainSerializer
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema
from scim2_models import BulkRequest, Message, Mutability, PatchOp, Reference, Required, Resource, Returned

from .schemas import EnterpriseUser

Json = dict[str, Any]
Model = type[Any]

REFERENCE = "#/components/schemas/"


def asked(models: Iterable[Model]) -> tuple[dict[Model, Json], dict[str, Json]]:
    """The schema of each model as it is asked, and those that they refer to, by name."""
    return _made(models, _Asked, "In")


def answered(models: Iterable[Model]) -> tuple[dict[Model, Json], dict[str, Json]]:
    """The same as they are answered."""
    found, named = _made(models, _Answered, "")
    _relative(named)
    return found, named


def _made(
    models: Iterable[Model], how: type[GenerateJsonSchema], suffix: str
) -> tuple[dict[Model, Json], dict[str, Json]]:
    wanted: list[tuple[Model, JsonSchemaMode]] = [(each, "validation") for each in dict.fromkeys(models)]
    template = f"{REFERENCE}Scim{{model}}{suffix}"
    found, whole = models_json_schema(wanted, by_alias=True, ref_template=template, schema_generator=how)
    named = {f"Scim{name}{suffix}": each for name, each in whole["$defs"].items()}
    return {model: schema for (model, _), schema in found.items()}, named


class _Answered(GenerateJsonSchema):
    """What we answer: `returned` says what is always there."""

    mark: Any = (Returned, Returned.always)

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        """See pydantic; what SCIM says of attributes goes along."""
        told, cls = super().model_schema(schema), schema["cls"]
        kind, value = self.mark
        named = {info.serialization_alias or name: name for name, info in cls.model_fields.items()}
        must = {alias for alias, name in named.items() if cls.get_field_annotation(name, kind) == value}
        members = told.get("properties", {})
        for alias, name in named.items():
            found = _not_null(members[alias]) if alias in must else members[alias]
            if any(isinstance(each, PlainSerializer) for each in cls.model_fields[name].metadata):
                # Numbers that are written as texts (RFC 7644, section 3.12).
                found = {"type": "string", "description": found.get("description", "")}
            is_ours = cls.get_field_annotation(name, Mutability) == Mutability.read_only
            members[alias] = found | ({"readOnly": True} if is_ours else {})
        must = (must | set(told.get("required", ()))) - {"schemas"} | self.identified(told, cls)
        return told | {"required": sorted(must)}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> Json:
        """See pydantic. Without the tag, which is no member, a value may fit several choices."""
        told = super().tagged_union_schema(schema)
        return {"anyOf": told.pop("oneOf")} | told

    def identified(self, told: Json, cls: Model) -> set[str]:
        """Everything but extensions and parts says by which schema it goes."""
        return {"schemas"} & told.get("properties", {}).keys() if issubclass(cls, Resource | Message) else set()


class _Asked(_Answered):
    """What we take: `required` says what must be there, and what nobody knows is passed over."""

    mark = (Required, Required.true)

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        """See above."""
        told = super().model_schema(schema)
        told.pop("additionalProperties", None)
        cls, members = schema["cls"], told.get("properties", {})
        for name, info in cls.model_fields.items():
            member, kind = members[info.serialization_alias or name], cls.get_field_root_type(name)
            if _is_inner(kind):
                _without_format(member)
            if cls.get_field_multiplicity(name) and "primary" in getattr(kind, "model_fields", ()):
                _with_one_primary(member)
        if issubclass(cls, PatchOp):
            members["Operations"]["minItems"] = 1
        if issubclass(cls, BulkRequest):
            members["failOnErrors"] |= {"minimum": 1}
        if issubclass(cls, EnterpriseUser):
            # Entra names a manager by the bare id: see `forms`.
            members["manager"]["anyOf"].append({"type": "string"})
        return told

    def identified(self, told: Json, cls: Model) -> set[str]:
        """Nobody has to say it; what is said must be right."""
        base = getattr(cls, "__schema__", None)
        if base is not None and "schemas" in told.get("properties", {}):
            told["properties"]["schemas"]["anyOf"] = [{"maxItems": 0}, {"contains": {"const": str(base)}}]
        return set()


def _is_inner(kind: Any) -> bool:
    """Whether it refers to another resource here, in which case it may be relative and is taken as it comes."""
    return isclass(kind) and issubclass(kind, Reference) and not {"external", "uri"} & {*kind.__reference_types__}


def _without_format(schema: Json) -> None:
    for each in (schema, *schema.get("anyOf", ())):
        each.pop("format", None)


def _with_one_primary(schema: Json) -> None:
    """At most one value is the primary one (RFC 7643, section 2.4)."""
    one = {"properties": {"primary": {"const": True}}, "required": ["primary"]}
    for each in (schema, *schema.get("anyOf", ())):
        if each.get("type") == "array":
            each |= {"contains": one, "minContains": 0, "maxContains": 1}


def _relative(node: Any) -> None:
    """References that we answer may be relative to where we are, as endpoints are."""
    if isinstance(node, dict) and node.get("format") == "uri":
        node["format"] = "uri-reference"
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _relative(each)


def _not_null(schema: Json) -> Json:
    """The same schema, without null among its choices."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if not choices:
        return schema
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return rest | (choices[0] if len(choices) == 1 else {"anyOf": choices})
