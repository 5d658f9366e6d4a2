"""The errors of a cloud, by what the caller does next."""

from datetime import time, timedelta


class CloudError(Exception):
    """Base of all errors that a cloud raises."""


class AuthenticationError(CloudError):
    """The credentials are refused; ask the user for new ones."""


class SecondFactorError(AuthenticationError):
    """A code sent by email is required as well; `possible` means that it can be entered here."""

    def __init__(self, message: str, *, possible: bool) -> None:
        """Set whether the installed library supports a second factor."""
        super().__init__(message)
        self.possible = possible


class CountryMovedError(CloudError):
    """The account's country was moved to MY Renault and is no longer served by this cloud."""

    def __init__(self, message: str, *, website: str | None = None) -> None:
        """Set the website that the cloud names, if any."""
        super().__init__(message)
        self.website = website


class ThrottledError(CloudError):
    """The cloud asks to wait; `retry_after` is None if it does not say how long."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        """Set how long to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class RequestLimitError(ThrottledError):
    """No request was sent, because our own limit keeps the rest for commands and the polls for them."""


class RefusedError(CloudError):
    """The request is refused; repeating it does not help.

    `reason` is the reason the server gives. For what is refused here, `key` and `placeholders` are those of
    the translated message; the message of the exception is for the log.
    """

    def __init__(self, message: str, *, reason: str = "", key: str = "", **placeholders: str | time) -> None:
        """Set the reason."""
        super().__init__(message)
        self.reason = reason
        self.key = key
        self.placeholders = placeholders


class RejectedError(RefusedError):
    """The server understood and refused the request.

    `is_sent` means that only the rest was refused: the charge schedule was sent, but not enabled.
    """

    is_sent = False


class WrongCodeError(RejectedError):
    """The code of the second factor is wrong; another may be entered."""


class InvalidRequestError(RejectedError):
    """The server does not accept the form of the request; it may accept another one for the same."""


class BusyError(RejectedError):
    """The car is executing an earlier command, so this one has to be repeated later."""


class NoRemoteCommandsError(RejectedError):
    """The car accepts no remote commands from third parties."""


class UnsupportedError(RefusedError):
    """The car's cloud does not support the request."""


class ConnectionFailedError(CloudError):
    """No usable response: unreachable, timed out, or invalid.

    A command may have arrived unless it is `unsent`, which means that it was certainly not executed.
    """

    unsent = False


class TokenRefusedError(ConnectionFailedError):
    """The server refuses the token that it has issued, so the request was not executed."""

    unsent = True


class UnexpectedResponseError(ConnectionFailedError):
    """The response is not one of this cloud."""


class RedirectedError(UnexpectedResponseError):
    """The server redirects to another address, which is not followed: a command has failed."""

    unsent = True
