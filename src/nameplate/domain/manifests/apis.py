"""How an access system is called to open a door."""

import re
from collections.abc import Mapping

from nameplate.domain.names import is_key_name
from nameplate.domain.points import DoorApi

from .fields import Fields

SERVER = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>[0-9]{1,5}))?/?")
REMEDY = "Write https://HOST or https://HOST:PORT."
MAX_VALUES = 20


def read_api(section: Fields) -> DoorApi:
    """The field `api` of a channel."""
    api = DoorApi(
        section.name("template", required=True),
        _key(section, "key", required=True),
        _values(section),
        _key(section, "ca"),
    )
    section.done()
    return api


def _key(fields: Fields, key: str, *, required: bool = False) -> str:
    name = fields.text(key, required=required)
    if name and not is_key_name(name):
        remedy = "Give the name under which `nameplate key put` stores it, never the credential itself."
        fields.fail(key, "This is not a name in the key store.", remedy)
        return ""
    return name


def _values(fields: Fields) -> Mapping[str, str]:
    value = fields.take("values")
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MAX_VALUES:
        fields.fail("values", "This is not a mapping.", "Write `values: {name: text}`.")
        return {}
    texts = {str(name): str(text) for name, text in value.items() if isinstance(text, str | int)}
    if len(texts) != len(value) or any(not text.isprintable() or len(text) > 256 for text in texts.values()):
        fields.fail("values", "A value is no short text.", "Write `values: {name: text}`.")
        return {}
    return texts


def write_api(api: DoorApi) -> dict[str, object]:
    """The inverse of `read_api`."""
    written = {"template": api.template, "key": api.key, "values": dict(api.values), "ca": api.ca}
    return {name: value for name, value in written.items() if value}
