"""Rules. Whether their Cedar is sound is for others to say."""

from nameplate.domain.actors import ActorType
from nameplate.domain.names import is_id
from nameplate.domain.policies import Rule, Scope

from .fields import Fields
from .grants import read_actions, read_patterns

MAX_CEDAR = 8_192
MAX_NAMED = 100
_TYPES = {str(each): each for each in ActorType}


def read_rule(fields: Fields, ident: str, _site: str) -> Rule:
    """A rule without its revision, which only the journal gives."""
    section = fields.section("scope", required=True)
    scope = _scope(section) if section else Scope()
    if section and scope == Scope():
        fields.fail("scope", "The scope is empty.", "Say where the rule holds: `actions`, `resources`, `types`, ...")
    # The only way there is; it may be written for whoever reads the manifest.
    fields.choice("on_error", {"deny": True}, default=True)
    return Rule(ident, scope, _cedar(fields))


def _scope(section: Fields) -> Scope:
    types = section.texts("types", limit=len(_TYPES))
    for position, name in enumerate(types):
        if name not in _TYPES:
            section.fail(f"types[{position}]", f"{name!r} is no type of actor.", f"Use {', '.join(_TYPES)}.")
    scope = Scope(
        actions=read_actions(section) if "actions" in section.source else section.texts("actions"),
        resources=read_patterns(section, "resources") if "resources" in section.source else section.texts("resources"),
        actors=_names(section, "actors"),
        types=tuple(_TYPES[name] for name in types if name in _TYPES),
        owners=_names(section, "owners"),
        sites=_names(section, "sites"),
    )
    section.done()
    return scope


def _names(section: Fields, key: str) -> tuple[str, ...]:
    names = section.texts(key, limit=MAX_NAMED)
    for position, name in enumerate(names):
        if not is_id(name):
            section.fail(f"{key}[{position}]", f"{name!r} cannot be an id.", "Write the whole id, without `*`.")
    return names


def _cedar(fields: Fields) -> str:
    value = fields.take("cedar", required=True)
    if value is None:
        return ""
    if not isinstance(value, str):
        fields.fail("cedar", "This is not text.", "Write `cedar: |` and the statements below it.")
        return ""
    text = "\n".join(line.rstrip() for line in value.strip().split("\n"))
    if not all(each.isprintable() or each in "\n\t" for each in text):
        fields.fail("cedar", "The text holds characters that cannot be shown as they are.", "Write plain lines.")
    elif not text:
        fields.fail("cedar", "The text is empty.", "Write at least one `forbid` statement.")
    elif len(text) > MAX_CEDAR:
        fields.fail("cedar", f"The text has {len(text)} characters.", f"At most {MAX_CEDAR}: split it into several.")
    return text


def write_rule(rule: Rule) -> dict[str, object]:
    """The inverse of `read_rule`."""
    scope = rule.scope
    lists = {
        "actions": scope.actions,
        "resources": scope.resources,
        "actors": scope.actors,
        "types": tuple(str(each) for each in scope.types),
        "owners": scope.owners,
        "sites": scope.sites,
    }
    return {"scope": {key: list(names) for key, names in lists.items() if names}, "cedar": rule.cedar}
