"""Request what is not known of a car yet: missing details, and what its server may not have."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from ..exceptions import AuthenticationError, CloudError, ThrottledError
from ..schedule import FIRST_RETRY, LONGEST_RETRY, RetryTimes
from .storage import AccountStorage
from .vehicle import DETAILS, VehicleClient


class Probes:
    """The requests for what is not known of the cars of an account, each repeated with delays while it is refused."""

    def __init__(self, storage: AccountStorage) -> None:
        """Start with every request due."""
        self._storage = storage
        self._retries = RetryTimes[tuple[str, str]]()

    async def request_missing(self, car: VehicleClient) -> None:
        """Request missing details, and try the endpoints that were never served."""
        with suppress(AuthenticationError, ThrottledError):
            if car.details is None:
                await self._try(car, DETAILS, car.read_details, FIRST_RETRY)
            for endpoint in car.endpoints.tried:
                if not self._storage.was_served(car.vin, endpoint):
                    # It may not exist, and the reads of all cars share the request limit.
                    await self._try(car, endpoint, partial(car.probe, endpoint), LONGEST_RETRY)

    async def _try(
        self, car: VehicleClient, name: str, request: Callable[[], Awaitable[None]], first_delay: timedelta
    ) -> None:
        """Send a request that may be refused, unless it failed recently."""
        key, now = (car.vin, name), self._storage.clock.now()
        if not self._retries.is_due(key, now):
            return
        try:
            await request()
        except AuthenticationError, ThrottledError:
            raise
        except CloudError:
            self._retries.failed(key, now, first_delay)
