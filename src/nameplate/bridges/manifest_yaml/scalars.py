"""What an unquoted word means. The core schema of YAML 1.2 (section 10.3.2), in its plain forms only.

So `no` and `on` are words, `06:00` and `2027-06-30` are texts, and `00417` keeps its zeros.
"""

import re
from collections.abc import Callable
from functools import lru_cache

import yaml

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,308})\.[0-9]+")
_OTHER_NUMBER = re.compile(r"[-+]?(0[xob][0-9A-Fa-f_]+|(\.[0-9]+|[0-9_]+(\.[0-9_]*)?)([eE][-+]?[0-9]+)?)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_resolve_1_1: Callable[..., str] = yaml.resolver.Resolver().resolve
_TEXT = "tag:yaml.org,2002:str"


def resolve(plain: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar."""
    if plain in _WORDS:
        return _WORDS[plain]
    if _INTEGER.fullmatch(plain):
        return int(plain)
    if _FLOAT.fullmatch(plain):
        return float(plain)
    return plain


@lru_cache(maxsize=65_536)
def is_ambiguous(plain: str) -> bool:
    """Whether `resolve` sees a text where another YAML reader sees something else (`yes`, `0x1F`, `1e3`, a date)."""
    if not isinstance(resolve(plain), str):
        return False
    if _OTHER_NUMBER.fullmatch(plain):
        return True
    return _resolve_1_1(yaml.ScalarNode, plain, (True, False)) != _TEXT
