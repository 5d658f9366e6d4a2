"""What can go wrong with a cloud, named by what the caller does next."""

from datetime import timedelta


class CloudError(Exception):
    """Base of everything a cloud raises; nothing else escapes it."""


class AuthenticationError(CloudError):
    """The credentials are refused: ask the owner for new ones."""


class SecondFactorError(AuthenticationError):
    """A code sent by e-mail is wanted as well; `possible` tells whether it can be asked for and typed here."""

    def __init__(self, message: str, *, possible: bool) -> None:
        """Keep whether the installed library knows how to go on."""
        super().__init__(message)
        self.possible = possible


class CountryMovedError(CloudError):
    """The account's country was moved to MY Renault: this cloud will not serve it again."""

    def __init__(self, message: str, *, website: str | None = None) -> None:
        """Keep the address the cloud sends the owner to, if it names one."""
        super().__init__(message)
        self.website = website


class ThrottledError(CloudError):
    """The cloud asks to wait; `retry_after` is None where it does not say how long."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        """Keep how long the cloud wants to be left alone."""
        super().__init__(message)
        self.retry_after = retry_after


class RequestLimitError(ThrottledError):
    """Nobody was asked: an account's quota is spared here, for an order and what it takes to see it obeyed."""


class RefusedError(CloudError):
    """No, and asking again unchanged will not help.

    `reason` is why in the server's own words. Where it was refused here, `key` and `particulars` name why, for the
    owner to be told in their language; the message is for the log.
    """

    def __init__(self, message: str, *, reason: str = "", key: str = "", **particulars: str) -> None:
        """Keep why, in whichever way it is known."""
        super().__init__(message)
        self.reason = reason
        self.key = key
        self.particulars = particulars


class RejectedError(RefusedError):
    """What was asked was understood, and refused."""


class WrongCodeError(RejectedError):
    """The code that was typed is another than the one that was sent; the right one may still follow."""


class UnsupportedError(RefusedError):
    """This car's cloud cannot do what was asked."""


class ConnectionFailedError(CloudError):
    """No usable answer: unreachable, timed out, or broken.

    An order may have arrived all the same, unless it is certain that nothing of it was heeded: then it is `unsent`.
    """

    unsent = False


class UnexpectedResponseError(ConnectionFailedError):
    """Something answered that does not speak this cloud's language."""


class RedirectedError(UnexpectedResponseError):
    """Another address was named, which is not asked: a command answered like this has failed."""

    unsent = True
