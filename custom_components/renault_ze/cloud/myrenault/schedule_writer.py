"""Send charge schedules and charge modes, and store what was sent."""

from dataclasses import dataclass, field, replace

from ..exceptions import (
    BusyError,
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RejectedError,
    UnsupportedError,
)
from . import routes
from .programs import Programs, Windows, disabled, with_inactive
from .routes import Route
from .schedule_copy import ScheduleCopy
from .storage import AccountStorage
from .suspension import KeptSchedule
from .vehicle import VehicleClient


@dataclass(kw_only=True)
class ScheduleWriter:
    """Writes the charge schedules of an account's cars; after some routes, another request enables the schedule."""

    storage: AccountStorage
    _not_enabled: dict[str, Programs] = field(default_factory=dict)

    async def send(self, car: VehicleClient, windows: Windows, route: Route) -> None:
        """Send and enable a charge schedule; raise UnsupportedError if the car cannot hold it.

        One that was not written here is sent back unchanged. A server that refuses inactive days gets none.
        """
        wanted = tuple(sorted(set(windows)))
        own, sent = self.programs_set_elsewhere(car, wanted), self.programs(car, wanted)
        if self._not_enabled.get(car.vin) != sent:
            try:
                await self.send_copy(car, ScheduleCopy(windows=wanted, sent=sent, set_elsewhere=own), route)
            except InvalidRequestError:
                new = car.converter().to_programs(wanted, car.endpoints.limits)
                if own or sent == new:
                    raise
                sent = new
                await self.send_copy(car, ScheduleCopy(windows=wanted, sent=sent), route)
        await self.enable(car, sent, route)

    def programs_set_elsewhere(self, car: VehicleClient, windows: Windows) -> Programs | None:
        """Return the programs of a schedule that was not written here."""
        copy = self.storage.copies.get(car.vin)
        return copy.set_elsewhere if copy is not None and copy.windows == windows else None

    def programs(self, car: VehicleClient, windows: Windows) -> Programs:
        """Return a schedule as programs: those it has in the car, or new ones beside what the car holds inactive."""
        if own := self.programs_set_elsewhere(car, windows):
            return own
        limits, copy = car.endpoints.limits, self.storage.copies.get(car.vin)
        earlier = [] if copy is None else copy.set_elsewhere or copy.sent or []
        return with_inactive(car.converter().to_programs(windows, limits), earlier, limits)

    def kept_programs(self, car: VehicleClient, kept: KeptSchedule) -> Programs:
        """Return the programs of a suspended schedule, converted if the car has shown none that can be sent back."""
        return self.programs(car, kept.windows) if kept.programs is None else kept.programs

    async def send_copy(self, car: VehicleClient, copy: ScheduleCopy, route: Route) -> None:
        """Send programs, which replace all in the car, and store them before: they may arrive without a response."""
        sent, before = replace(copy, sent_at=self.storage.clock.now()), self.storage.unanswered.get(car.vin)
        self.storage.set_unanswered(car.vin, sent)
        await self.storage.write()
        try:
            await car.post(route, routes.schedule(route, copy.sent or []))
        except CloudError as err:
            if not isinstance(err, ConnectionFailedError) or err.unsent:
                self.storage.set_unanswered(car.vin, before)
            raise
        self.storage.set_copy(car.vin, sent)

    async def send_programs(self, car: VehicleClient, programs: Programs, route: Route) -> None:
        """Send programs as a car has reported them, and enable them."""
        await car.post(route, routes.schedule(route, programs))
        await self.enable(car, programs, route)

    async def disable(self, car: VehicleClient, route: Route, programs: Programs) -> None:
        """Let a car charge whenever it is plugged in; `programs` are those it holds."""
        if route is not Route.KCA_SCHEDULE:
            await car.post(route, routes.mode(route, routes.DISABLED, programs))
        elif programs:
            await car.post(route, routes.schedule(route, disabled(programs)))
        else:
            raise UnsupportedError("There are no charge programs to disable")

    async def enable(self, car: VehicleClient, sent: Programs, route: Route) -> None:
        """Enable programs that were sent over a route that does not."""
        self._not_enabled.pop(car.vin, None)
        if route is not Route.KCA_SCHEDULE:
            return
        try:
            await car.post(Route.KCA_MODE, routes.mode(Route.KCA_MODE, routes.ENABLED, []))
        except BusyError as err:
            self._not_enabled[car.vin], err.is_sent = sent, True
            raise
        except (RejectedError, UnsupportedError) as err:
            # Not proven for the second generation, where each program has its own switch.
            if car.is_first_generation:
                raise _mode_refused(err) from err
        except ConnectionFailedError as err:
            # The schedule itself was sent.
            err.unsent = False
            raise


def _mode_refused(err: RejectedError | UnsupportedError) -> RejectedError:
    """Return the error of a schedule that was sent, and that the server refuses to enable."""
    error = RejectedError(str(err), reason=err.reason, key="schedule_not_enabled", value=err.reason or str(err))
    error.is_sent = True
    return error
