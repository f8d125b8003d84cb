"""What rules add to a decision: ten that cover it, once and again, and a thousand that do not."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from nameplate.boot.rules import engine
from nameplate.domain.index import Index
from nameplate.domain.policies import Rule, Scope
from nameplate.flows.forbid import Rules

COVERING, ELSEWHERE = 10, 1_000
COUNT = 2_000

Wall = Callable[[str, int], datetime]


def engines(work: Any, index: Index, wall: Wall) -> dict[str, tuple[int, Callable[[int], None]]]:
    """Each asks the same requests. `..._again`: what rules need of actor and resource is still there from before."""
    covering, elsewhere = _rules(work, index, wall), _rules(work, index, wall)
    for number in range(COVERING):
        covering.put(_rule(f"here-{number}", Scope(resources=("api:*",)), number))
    for number in range(ELSEWHERE):
        elsewhere.put(_rule(f"there-{number}", Scope(resources=(f"api:elsewhere-{number}",)), number))

    def first(turn: int) -> None:
        covering.forget()
        ask(covering)(turn)

    def ask(rules: Rules) -> Callable[[int], None]:
        def asked(_turn: int) -> None:
            for request in requests:
                rules.review(index.decide(request, 0.0), request)

        return asked

    requests = work.requests[:COUNT]
    count = len(requests)
    return {
        f"index_{COVERING}_rules": (count, first),
        f"index_{COVERING}_rules_again": (count, ask(covering)),
        f"index_{ELSEWHERE}_rules_elsewhere": (count, ask(elsewhere)),
    }


def _rules(work: Any, index: Index, wall: Wall) -> Rules:
    return Rules(work, index, engine, wall, _no_alarm, time.monotonic)


def _no_alarm(finding: Any) -> None:
    raise AssertionError(finding)


def _rule(ident: str, scope: Scope, number: int) -> Rule:
    never = f"context.minute == {1_440 + number} && principal.tier == 'low'".replace("'", '"')
    return Rule(ident, scope, f"forbid (principal, action, resource) when {{ {never} }};", 1)
