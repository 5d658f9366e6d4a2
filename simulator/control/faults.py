"""Fault rules: which requests are affected by which fault, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    PartialContent,
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
    Redirect,
    ReplacedBody,
)

KINDS: dict[str, type[Fault]] = {
    "status": ErrorStatus,
    "rate_limit": RateLimit,
    "expired_token": ExpiredToken,
    "html": HtmlPage,
    "redirect": Redirect,
    "delay": Delay,
    "drop": DropConnection,
    "skew": ClockSkew,
    "empty": EmptyBody,
    "body": ReplacedBody,
    "truncate": TruncatedBody,
    "list": WrappedInList,
    "missing": MissingFields,
    "partial": PartialContent,
    "set": ChangedFields,
    "unknown_value": UnknownValues,
    "wrong_type": WrongTypes,
    "extra": ExtraFields,
}


_MATCH = ("method", "path", "regex", "after", "times", "for_seconds")


@dataclass
class Match:
    """Selects requests by method, by path as a glob or regular expression, by count, and for a simulated time."""

    method: str = "*"
    path: str = "*"
    regex: str | None = None
    after: int = 0
    times: int | None = None
    for_seconds: float | None = None

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
    since: datetime | None = None

    def matches_next(self, request: web.Request, now: datetime) -> bool:
        """Count a request at a simulated time and return whether the fault applies to it."""
        if not self.match.matches(request) or self._is_over(now):
            return False
        self.seen += 1
        exhausted = self.match.times is not None and self.hits >= self.match.times
        if self.seen <= self.match.after or exhausted:
            return False
        self.hits += 1
        return True

    def _is_over(self, now: datetime) -> bool:
        """Return whether the rule has ended; it starts when it is set, or when it is first checked."""
        self.since = self.since or now
        lasts = self.match.for_seconds
        return lasts is not None and now >= self.since + timedelta(seconds=lasts)

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
        self.rules = [self._parse_rule(each) for each in rules]

    def add(self, each: Any) -> None:
        """Add a rule."""
        self.rules.append(self._parse_rule(each))

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the response to a request after applying all matching faults."""
        now = self.clock.now()
        for each in reversed([each for each in self.rules if each.matches_next(request, now)]):
            handler = partial(self._adapt(each.fault).respond, handler=handler, clock=self.clock)
        return await handler(request)

    def _adapt(self, fault: Fault) -> Fault:
        """Return the fault in the format of the imitated service."""
        return fault

    def _kinds(self) -> Mapping[str, type[Fault]]:
        """Return the kinds of faults by name."""
        return KINDS

    def _parse_rule(self, given: Any) -> FaultRule:
        """Return the rule described by a JSON object."""
        parts, kinds = dict(as_object(given)), self._kinds()
        kind = parts.pop("kind", None)
        if not isinstance(kind, str) or kind not in kinds:
            raise InputError(f"kind: one of {', '.join(kinds)} expected, not {kind!r}")
        match = {name: parts.pop(name) for name in _MATCH if name in parts}
        fault = _build_fault(kind, kinds[kind], parts)
        return FaultRule(build(Match, match), kind, fault, since=self.clock.now())


def _build_fault(name: str, kind: type[Fault], parts: Mapping[str, Any]) -> Fault:
    """Return the fault of a rule."""
    try:
        return build(kind, parts)
    except InputError as problem:
        raise InputError(f"{name}: {problem}") from None
