"""The words of the wire beside ours; all were seen in answers of the server but where a comment says otherwise."""

from ..models import (
    Capability,
    ChargeEventKind,
    ChargingPoint,
    NotificationChannel,
    PreconditioningSource,
    Result,
    Weekday,
)

SCOPES = {
    "BATTERY_CHARGE_STATUS": frozenset({Capability.BATTERY, Capability.CHARGING_POINT, Capability.REQUEST_UPDATE}),
    "BATTERY_CHARGE_HISTORY": frozenset({Capability.CHARGE_HISTORY}),
    "BATTERY_CHARGE_REMOTE_ACTIVATION": frozenset({Capability.START_CHARGE}),
    "BATTERY_CHARGE_SCHEDULING": frozenset({Capability.CHARGE_SCHEDULE}),
    "AC_REMOTE_CONTROL": frozenset(
        {
            Capability.PRECONDITIONING,
            Capability.PRECONDITIONING_HISTORY,
            Capability.PRECONDITIONING_TIMER,
            Capability.PRECONDITIONING_TIMER_STATE,
            Capability.CANCEL_PRECONDITIONING,
        }
    ),
    # Inferred: the only scope that speaks of messages.
    "BATTERY_CHARGE_LOWALERT": frozenset({Capability.NOTIFICATIONS}),
}

EVERYTHING = frozenset(capability for allowed in SCOPES.values() for capability in allowed)

CHARGING_POINTS = {
    "INVALID": ChargingPoint.NONE,
    "SLOW": ChargingPoint.SLOW,
    "ACCELERATED": ChargingPoint.ACCELERATED,
    "FAST": ChargingPoint.FAST,
}

SOURCES = {
    "USER_REQUEST": PreconditioningSource.USER_REQUEST,
    "CAR_NOTIFICATION": PreconditioningSource.CAR,
}

RESULTS = {
    "SUCCESS": Result.SUCCESS,
    "ERROR": Result.ERROR,
}

CHARGE_EVENT_KINDS = {
    "START_NOTIFICATION": ChargeEventKind.STARTED,
    "END_NOTIFICATION": ChargeEventKind.ENDED,
    "START_REQUEST": ChargeEventKind.START_REQUESTED,
}

CHANNELS = {
    "NONE": NotificationChannel.NONE,
    "EMAIL": NotificationChannel.EMAIL,
    "SMS": NotificationChannel.SMS,
}

# The server and `NotificationSettings` happen to name these alike.
NOTIFICATIONS = (
    "battery_status",
    "charge_start",
    "charge_end",
    "charge_problem",
    "low_battery",
    "low_battery_reminder",
)

WEEKDAYS = {
    "mon": Weekday.MONDAY,
    "tue": Weekday.TUESDAY,
    "wed": Weekday.WEDNESDAY,
    "thu": Weekday.THURSDAY,
    "fri": Weekday.FRIDAY,
    "sat": Weekday.SATURDAY,
    "sun": Weekday.SUNDAY,
}
