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
from .body_faults import Extra, Listed, Missing, Set, Truncate, UnknownValue, WrongType
from .fault_kinds import Body, Delay, Drop, Empty, ExpiredToken, Fault, Html, RateLimit, Skew, Status

KINDS: dict[str, type[Fault]] = {
    "status": Status,
    "rate_limit": RateLimit,
    "expired_token": ExpiredToken,
    "html": Html,
    "delay": Delay,
    "drop": Drop,
    "skew": Skew,
    "empty": Empty,
    "body": Body,
    "truncate": Truncate,
    "list": Listed,
    "missing": Missing,
    "set": Set,
    "unknown_value": UnknownValue,
    "wrong_type": WrongType,
    "extra": Extra,
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

    def covers(self, request: web.Request) -> bool:
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

    def claims(self, request: web.Request) -> bool:
        """Say whether this request meets the fault, and count it."""
        if not self.match.covers(request):
            return False
        self.seen += 1
        spent = self.match.times is not None and self.hits >= self.match.times
        if self.seen <= self.match.after or spent:
            return False
        self.hits += 1
        return True

    def described(self) -> dict[str, Any]:
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
        self.rules = [rule(each) for each in rules]

    def add(self, each: Any) -> None:
        """Put one more rule in force."""
        self.rules.append(rule(each))

    async def spoil(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request through the faults that claim it."""
        for each in reversed([each for each in self.rules if each.claims(request)]):
            handler = partial(each.fault.answer, handler=handler, clock=self.clock)
        return await handler(request)


def rule(given: Any) -> FaultRule:
    """Return a rule made of a JSON object."""
    parts = dict(as_object(given))
    kind = parts.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"kind: one of {', '.join(KINDS)} expected, not {kind!r}")
    match = {name: parts.pop(name) for name in ("method", "path", "regex", "after", "times") if name in parts}
    return FaultRule(build(Match, match), kind, _fault(kind, parts))


def _fault(kind: str, parts: Mapping[str, Any]) -> Fault:
    """Return the fault of a rule."""
    try:
        return build(KINDS[kind], parts)
    except InputError as problem:
        raise InputError(f"{kind}: {problem}") from None
