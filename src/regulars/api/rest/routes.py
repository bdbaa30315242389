"""How operations are declared: each with its scope, its documented answers and, if it writes, once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel

from regulars.api.rest.access import Needs
from regulars.api.rest.call import Call
from regulars.api.rest.idempotency import once
from regulars.team.types import Scope

P = ParamSpec("P")
Handler = Callable[Concatenate[Call, P], HttpResponse]
Answers = type[BaseModel] | Mapping[int, type[BaseModel] | None]
"""The model of the answer, or one for each status; None: without a body."""

SCOPE = "x-scope"
WRITES = "x-writes"
REFUSES = "x-refuses"
"""Extensions of our OpenAPI document, from which the rest of it is filled in."""


class Routes:
    """The operations of one kind of thing.

    A handler takes the call first, named `request` as Ninja wants it, and gives back its answer
    (`call.answer`). Its first docstring line is its title in the reference.
    """

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def read(
        self, path: str, scope: Scope, answers: Answers, *, method: str = "GET", refuses: bool = False
    ) -> Callable[[Handler[P]], Handler[P]]:
        """An operation that changes nothing. `refuses`: it may not take what it is asked, as writing does."""

        def declare(handler: Handler[P]) -> Handler[P]:
            self._add(method, path, scope, answers, handler, writes=False, refuses=refuses)
            return handler

        return declare

    def write(
        self,
        method: str,
        path: str,
        scope: Scope,
        answers: Answers,
        *,
        first: Callable[..., None] | None = None,
    ) -> Callable[[Handler[P]], Handler[P]]:
        """An operation in one transaction, that takes an idempotency key.

        `first` is done before it and by itself: what it writes stays, even if the operation is refused.
        """

        def declare(handler: Handler[P]) -> Handler[P]:
            @wraps(handler)
            def in_one_go(request: Call, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
                if first is not None:
                    first(request, *args, **kwargs)
                return once(request, lambda: handler(request, *args, **kwargs))

            # Ninja would look up the names of the annotations here instead of in the handler's module.
            in_one_go.__signature__ = inspect.signature(handler, eval_str=True)  # type: ignore[attr-defined]
            self._add(method, path, scope, answers, in_one_go, writes=True, refuses=True)
            return handler

        return declare

    def _add(
        self,
        method: str,
        path: str,
        scope: Scope,
        answers: Answers,
        handler: Any,
        *,
        writes: bool,
        refuses: bool,
    ) -> None:
        title, _, text = (handler.__doc__ or "").partition("\n")
        self.router.api_operation(
            [method],
            path,
            auth=Needs(scope, writes=writes),
            response=dict(answers) if isinstance(answers, Mapping) else {200: answers},
            operation_id=handler.__name__,
            summary=title.strip().rstrip("."),
            description="\n".join(line.strip() for line in text.strip().splitlines()),
            openapi_extra={SCOPE: scope.value, WRITES: writes, REFUSES: refuses},
        )(handler)
