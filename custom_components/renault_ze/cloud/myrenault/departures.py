"""The departures that a car keeps itself: read, and replaced beside the programs that are not ours.

A server takes all programs at once, so those of the owner are sent back as they are. One of ours that was changed in
the car or an app is the owner's from then on. Whether cars follow programs written like this is not proven.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Protocol

from ..exceptions import (
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RejectedError,
    UnexpectedResponseError,
    UnsupportedError,
)
from ..models import Weekday
from ..response import as_object
from ..schedule import CarDeparture, CarDepartures
from . import ev_settings, settings_programs
from .decode_schedule import clock, reported_rows
from .endpoints import HVAC_SETTINGS
from .errors import unsent
from .ev_settings import MOST_PROGRAMS
from .programs import DAYS, Programs, ScheduleClock
from .restoring import Suspensions
from .routes import Route, body
from .schedule_copy import SentPrograms
from .settings_programs import PROGRAMS, Settings, SettingsForm, by_time, distinct, split
from .storage import AccountStorage
from .vehicle import CACHE_SECONDS, VehicleClient


class ProgramForm(Protocol):
    """How departures are written as programs."""

    def content(self, program: Mapping[str, Any]) -> object:
        """Return what identifies a program, whether it is active or not."""

    def departures(self, program: Mapping[str, Any]) -> Iterator[CarDeparture]:
        """Yield the departures of a program, none if it is inactive."""

    def programs(self, wanted: Iterable[CarDeparture], others: Programs) -> Programs:
        """Return departures as active programs, one for each time, beside the others of a car."""

    def joined(self, others: Programs, ours: Programs) -> Programs:
        """Return all programs of a car as they are sent."""

    def is_used(self, program: Mapping[str, Any]) -> bool:
        """Return whether a program takes the place of one of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HvacForm:
    """Programs of `hvac-settings`, which have a number and a time for each weekday, by the clock of the car."""

    clock: ScheduleClock
    zone: tzinfo
    now: datetime

    def content(self, program: Mapping[str, Any]) -> object:
        """Return the times of a program."""
        return frozenset(self._times(program))

    def departures(self, program: Mapping[str, Any]) -> Iterator[CarDeparture]:
        """Yield the departures of an active program."""
        if program.get("activated") is True:
            yield from (self._moved(each, self._car_zone, self.zone) for each in self._times(program))

    def programs(self, wanted: Iterable[CarDeparture], others: Programs) -> Programs:
        """Return programs with the numbers that are free."""
        found = by_time(self._moved(each, self.zone, self._car_zone) for each in wanted)
        used = {str(each.get("id")) for each in others if self.is_used(each)}
        free = [number for number in range(1, MOST_PROGRAMS + 1) if str(number) not in used]
        return [
            {
                "id": number,
                "activated": True,
                **{name: {"readyAtTime": f"T{at:%H:%M}Z"} if day in days else None for day, name in DAYS.items()},
            }
            for number, (at, days) in zip(free, found.items(), strict=False)
        ]

    def joined(self, others: Programs, ours: Programs) -> Programs:
        """Return all programs in the order of their numbers, the unused ones too."""
        unused = {"activated": False, **dict.fromkeys(DAYS.values())}
        rows = {str(number): {"id": number, **unused} for number in range(1, MOST_PROGRAMS + 1)}
        rows |= {str(each.get("id")): each for each in (*(each for each in others if self.is_used(each)), *ours)}
        return list(rows.values())

    def is_used(self, program: Mapping[str, Any]) -> bool:
        """Return whether a program has a time or is active."""
        return program.get("activated") is True or any(self._times(program))

    @property
    def _car_zone(self) -> tzinfo:
        """Return the time zone of the times in programs."""
        return UTC if self.clock is ScheduleClock.UTC else self.zone

    def _times(self, program: Mapping[str, Any]) -> Iterator[CarDeparture]:
        """Yield the times of a program by the clock of the car."""
        found = ((day, clock(as_object(program.get(name)).get("readyAtTime"))) for day, name in DAYS.items())
        yield from (CarDeparture(day, at) for day, at in found if at is not None)

    def _moved(self, each: CarDeparture, source: tzinfo, target: tzinfo) -> CarDeparture:
        """Return the next time of a departure by the clock of another zone."""
        if source is target:
            return each
        today = self.now.astimezone(source).date()
        days = (today + timedelta(days=(each.weekday - today.weekday()) % 7 + later) for later in (0, 7))
        at = next(at for day in days if (at := datetime.combine(day, each.at, source).astimezone(UTC)) > self.now)
        local = at.astimezone(target)
        return CarDeparture(Weekday(local.weekday()), time(local.hour, local.minute))


def departures_of(form: ProgramForm, programs: Programs) -> tuple[CarDeparture, ...]:
    """Return the departures of active programs, sorted."""
    return tuple(sorted({found for each in programs for found in form.departures(each)}))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """The programs that a car shows, how they are written, and all settings that they are a part of, if any."""

    form: ProgramForm
    programs: Programs
    settings: Settings | None = None
    is_followed: bool = True


@dataclass(kw_only=True)
class Departures:
    """The departures in an account's cars."""

    suspensions: Suspensions

    @property
    def _storage(self) -> AccountStorage:
        """Return what is stored of the account."""
        return self.suspensions.storage

    @property
    def _now(self) -> datetime:
        """Return the time."""
        return self._storage.clock.now()

    async def departures(self, car: VehicleClient) -> CarDepartures | None:
        """Return the active departures that a car shows, None if the response does not contain them."""
        if (shown := await self._shown(car)) is None:
            return None
        others, ours = split(shown.programs, ev_settings.our_departures(self._storage, car), shown.form.content)
        if not shown.is_followed:
            return CarDepartures()
        used = _count(shown.form, others)
        return CarDepartures(
            ours=departures_of(shown.form, ours),
            others=departures_of(shown.form, others),
            room=max(0, MOST_PROGRAMS - used),
            suspended=shown.settings is not None and self.suspensions.of(car) is not None,
        )

    async def replace(self, car: VehicleClient, wanted: tuple[CarDeparture, ...]) -> None:
        """Replace our departures in a car, and leave all other programs; raise RejectedError if there is no room."""
        async with self.suspensions.lock:
            shown = await self._shown_for_command(car)
            programs = self._current(car, shown)
            known = ev_settings.our_departures(self._storage, car)
            others, ours = split(programs, known, shown.form.content)
            # What was sent last may never arrive.
            _, in_car = split(shown.programs, known, shown.form.content)
            new, room = shown.form.programs(wanted, others), max(MOST_PROGRAMS, _count(shown.form, programs))
            if _count(shown.form, others) + len(new) > room or len(new) < len(_times(wanted)):
                text = f"The car holds {MOST_PROGRAMS} programs"
                raise RejectedError(text, key="departures_full", value=str(MOST_PROGRAMS))
            await self._send(car, shown, shown.form.joined(others, new), [*new, *ours, *in_car])

    async def _shown(self, car: VehicleClient, *, max_age: float = CACHE_SECONDS) -> _Shown | None:
        """Return the programs of a car, at most some seconds old, None if the response is incomplete."""
        if car.endpoints.has_settings:
            settings = await car.settings(max_age=max_age)
            complete = settings_programs.is_complete(settings)
            return _Shown(form=SettingsForm(), programs=settings[PROGRAMS], settings=settings) if complete else None
        found, converter = await car.content(HVAC_SETTINGS, command=not max_age, max_age=max_age), car.converter()
        rows = reported_rows(found.get("schedules"))
        if rows is None or "mode" not in found:
            return None
        form = HvacForm(clock=converter.clock, zone=converter.zone, now=converter.now)
        return _Shown(form=form, programs=rows, is_followed=found["mode"] == "scheduled")

    async def _shown_for_command(self, car: VehicleClient) -> _Shown:
        """Read the programs of a car before a command; without them, nothing is sent, because they would be lost."""
        try:
            shown = await self._shown(car, max_age=0.0)
        except (UnsupportedError, InvalidRequestError, UnexpectedResponseError) as err:
            raise RejectedError(str(err), key="schedule_unread") from err
        except CloudError as err:
            raise unsent(err) from err
        if shown is None:
            raise RejectedError("The programs of the car cannot be read, and would be lost", key="schedule_unread")
        return shown

    def _current(self, car: VehicleClient, shown: _Shown) -> Programs:
        """Return the programs of a car: those that were just sent if it does not show them yet."""
        if shown.settings is not None:
            current: Programs = ev_settings.current(self._storage, car, shown.settings)[PROGRAMS]
            return current
        sent = self._storage.sent_programs.get(car.vin)
        is_on_its_way = sent is not None and sent.is_on_its_way(shown.programs, [], self._now)
        return sent.programs if sent is not None and is_on_its_way else shown.programs

    async def _send(self, car: VehicleClient, shown: _Shown, programs: Programs, ours: Programs) -> None:
        """Send all programs of a car; they are stored before, because they may arrive without a response."""
        if shown.settings is not None:
            wanted = {**ev_settings.current(self._storage, car, shown.settings), PROGRAMS: programs}
            await ev_settings.send(self._storage, car, shown.settings, wanted, departures=ours)
            return
        storage, before = self._storage, self._storage.sent_programs.get(car.vin)
        kept = distinct(ours, shown.form.content)
        sent = SentPrograms(programs=programs, replaced=shown.programs, at=self._now, ours=kept)
        storage.set_sent_programs(car.vin, sent)
        await storage.write()
        try:
            await car.post(Route.KCA_HVAC_SCHEDULE, body(Route.KCA_HVAC_SCHEDULE, schedules=programs))
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                storage.set_sent_programs(car.vin, before)
            raise


def _count(form: ProgramForm, programs: Programs) -> int:
    """Return how many programs are used."""
    return sum(map(form.is_used, programs))


def _times(wanted: tuple[CarDeparture, ...]) -> Counter[object]:
    """Return the different times of departures."""
    return Counter(each.at for each in wanted)
