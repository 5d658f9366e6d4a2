"""Log entries that name their car, because several cars write to one log."""

import logging
from typing import Any, override


class CarLog(logging.LoggerAdapter[logging.Logger]):
    """A logger that begins each entry with the name of a car."""

    def __init__(self, logger: logging.Logger, car: str) -> None:
        """Log to a logger."""
        super().__init__(logger)
        self.car = car

    @override
    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        text = f"%s: {msg}"
        self.logger.log(level, text, self.car, *args, **kwargs)
