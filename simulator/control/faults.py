"""Fault rules: which requests are affected by which fault, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
import re
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from ..codec import InputError, as_object, build, dump
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
    """Selects requests by method, by path as a glob or regular expression, and by count."""

    method: str = "*"
    path: str = "*"
    regex: str | None = None
    after: int = 0
    times: int | None = None

    def __post_init__(self) -> None:
        """Compile the regular expression; raise ValueError if it is invalid."""
        self.method = self.method.upper()
        try:
            self._pattern = re.compile(self.regex) if self.regex is not None else None
        except re.error as problem:
            raise ValueError(f"regex: {problem}") from problem

    def matches(self, request: web.Request) -> bool:
        """Return whether the method and path of a request match."""
        if self.method not in ("*", request.method):
            return False
        if self._pattern:
            return self._pattern.search(request.path) is not None
        return fnmatchcase(request.path, self.path)


@dataclass
class FaultRule:
    """A fault, the requests it affects, and how many requests it has seen and affected."""

    match: Match
    kind: str
    fault: Fault
    seen: int = 0
    hits: int = 0

    def matches_next(self, request: web.Request) -> bool:
        """Count a request and return whether the fault applies to it."""
        if not self.match.matches(request):
            return False
        self.seen += 1
        exhausted = self.match.times is not None and self.hits >= self.match.times
        if self.seen <= self.match.after or exhausted:
            return False
        self.hits += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule and its counts as JSON."""
        counts = {"seen": self.seen, "hits": self.hits}
        return {"kind": self.kind, **dump(self.match), **dump(self.fault), **counts}


@dataclass
class Faults:
    """The active fault rules; all matching rules apply, the first outermost."""

    clock: Clock
    rules: list[FaultRule] = field(default_factory=list)

    def replace(self, rules: Any) -> None:
        """Replace all rules; raise InputError, without any change, if one is invalid."""
        if not isinstance(rules, list):
            raise InputError("a JSON list of rules is expected")
        self.rules = [parse_rule(each) for each in rules]

    def add(self, each: Any) -> None:
        """Add a rule."""
        self.rules.append(parse_rule(each))

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the response to a request after applying all matching faults."""
        for each in reversed([each for each in self.rules if each.matches_next(request)]):
            handler = partial(self._adapt(each.fault).respond, handler=handler, clock=self.clock)
        return await handler(request)

    def _adapt(self, fault: Fault) -> Fault:
        """Return the fault in the format of the imitated service."""
        return fault


def parse_rule(given: Any) -> FaultRule:
    """Return the rule described by a JSON object."""
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
