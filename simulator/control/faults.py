"""Faults on demand: rules that say which requests meet which fault, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
import re
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from ..codec import dump
from ..validation import InputError, as_object, build
from ..world.clock import Clock
from .body_faults import (
    ChangedFields,
    ExtraFields,
    MissingFields,
    TruncatedBody,
    UnknownValues,
    WrappedInList,
    WrongTypes,
)
from .fault_kinds import (
    ClockSkew,
    Delay,
    DropConnection,
    EmptyBody,
    ErrorStatus,
    ExpiredToken,
    Fault,
    HtmlPage,
    RateLimit,
    ReplacedBody,
)

KINDS: dict[str, type[Fault]] = {
    "status": ErrorStatus,
    "rate_limit": RateLimit,
    "expired_token": ExpiredToken,
    "html": HtmlPage,
    "delay": Delay,
    "drop": DropConnection,
    "skew": ClockSkew,
    "empty": EmptyBody,
    "body": ReplacedBody,
    "truncate": TruncatedBody,
    "list": WrappedInList,
    "missing": MissingFields,
    "set": ChangedFields,
    "unknown_value": UnknownValues,
    "wrong_type": WrongTypes,
    "extra": ExtraFields,
}


@dataclass
class Match:
    """Which requests a rule is for: a verb, a path as glob or regular expression, and how many of them."""

    method: str = "*"
    path: str = "*"
    regex: str | None = None
    after: int = 0
    times: int | None = None

    def __post_init__(self) -> None:
        """Compile the expression; ValueError if it is none."""
        self.method = self.method.upper()
        try:
            self._pattern = re.compile(self.regex) if self.regex is not None else None
        except re.error as problem:
            raise ValueError(f"regex: {problem}") from problem

    def matches(self, request: web.Request) -> bool:
        """Say whether a request is of the kind."""
        if self.method not in ("*", request.method):
            return False
        if self._pattern:
            return self._pattern.search(request.path) is not None
        return fnmatchcase(request.path, self.path)


@dataclass
class FaultRule:
    """A fault for some requests, and how many requests it has seen and hit."""

    match: Match
    kind: str
    fault: Fault
    seen: int = 0
    hits: int = 0

    def matches_next(self, request: web.Request) -> bool:
        """Say whether this request meets the fault, and count it."""
        if not self.match.matches(request):
            return False
        self.seen += 1
        spent = self.match.times is not None and self.hits >= self.match.times
        if self.seen <= self.match.after or spent:
            return False
        self.hits += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule as JSON, with its counts."""
        counts = {"seen": self.seen, "hits": self.hits}
        return {"kind": self.kind, **dump(self.match), **dump(self.fault), **counts}


@dataclass
class Faults:
    """The rules in force; all that claim a request apply, the first outermost."""

    clock: Clock
    rules: list[FaultRule] = field(default_factory=list)

    def replace(self, rules: Any) -> None:
        """Put other rules in force; InputError, and nothing changed, if one makes no sense."""
        if not isinstance(rules, list):
            raise InputError("a JSON list of rules is expected")
        self.rules = [parse_rule(each) for each in rules]

    def add(self, each: Any) -> None:
        """Put one more rule in force."""
        self.rules.append(parse_rule(each))

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request through the faults that claim it."""
        for each in reversed([each for each in self.rules if each.matches_next(request)]):
            handler = partial(each.fault.respond, handler=handler, clock=self.clock)
        return await handler(request)


def parse_rule(given: Any) -> FaultRule:
    """Return a rule made of a JSON object."""
    parts = dict(as_object(given))
    kind = parts.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"kind: one of {', '.join(KINDS)} expected, not {kind!r}")
    match = {name: parts.pop(name) for name in ("method", "path", "regex", "after", "times") if name in parts}
    return FaultRule(build(Match, match), kind, _build_fault(kind, parts))


def _build_fault(kind: str, parts: Mapping[str, Any]) -> Fault:
    """Return the fault of a rule."""
    try:
        return build(KINDS[kind], parts)
    except InputError as problem:
        raise InputError(f"{kind}: {problem}") from None
