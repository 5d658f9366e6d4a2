"""What is said in the log of parts that cannot be read: once when it begins, and once when it is over."""

from collections.abc import Mapping
from typing import Any

from .cloud.exceptions import CloudError
from .cloud.models import Part
from .const import LOGGER


class Complaints:
    """The parts that failed when they were last asked for."""

    def __init__(self) -> None:
        """Begin without any."""
        self._failing: set[Part] = set()

    def note(self, answers: Mapping[Part, Any]) -> None:
        """Say what has changed; of a part that was not asked for, nothing is known."""
        errors = {part: answer for part, answer in answers.items() if isinstance(answer, CloudError)}
        for part in errors.keys() - self._failing:
            LOGGER.warning("Cannot read the %s: %s", part, errors[part])
        for part in (self._failing & answers.keys()) - errors.keys():
            LOGGER.info("Reading the %s again", part)
        self._failing = (self._failing - answers.keys()) | errors.keys()
