"""Constants, each judgement with its reason."""

from datetime import time, timedelta
import logging
from typing import Final

from homeassistant.const import Platform

from .cloud.models import DoNotDisturb

DOMAIN: Final = "renault_ze"
LOGGER: Final = logging.getLogger(__package__)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
)

# Home Assistant's own integration for MY Renault.
CORE_RENAULT: Final = "renault"

CONF_CLOUD: Final = "cloud"
ZE_SERVICES: Final = "zeservices"
MY_RENAULT: Final = "myrenault"

CONF_ADDRESS: Final = "address"
CONF_SERVER: Final = "server"
CONF_LOCALE: Final = "locale"
CONF_GARAGE: Final = "garage"
CONF_MOVED: Final = "moved"
CONF_CODE_ADDRESS: Final = "code_address"
CONF_SCHEDULE_CLOCKS: Final = "schedule_clocks"
CONF_CAR: Final = "car"
CONF_CLOCK: Final = "clock"
CONF_PLAN: Final = "plan"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_THRESHOLD: Final = "preconditioning_threshold"
CONF_LEAD: Final = "lead"
CONF_RUN_LENGTH: Final = "run_length"
CONF_ROBUST_LEAD: Final = "robust_lead"
CONF_LOAD_LEAD: Final = "load_lead"
CONF_EVENING: Final = "evening_check"
CONF_NOTIFY: Final = "notify"

# The car reports about every half hour while charging; owners were told to poll no faster than every 5 minutes.
DEFAULT_POLL_MINUTES: Final = 10
# Below this level the car refuses to precondition (documented); later cars report 40.
DEFAULT_THRESHOLD: Final = 45
DEFAULT_PLAN_MINUTES: Final = {
    # 5 by most owners' word, 10 or 20 with other firmware.
    CONF_RUN_LENGTH: 5,
    # Time for a second try, should the first one fail.
    CONF_LEAD: 5,
    # What Renault advises for the car's own timer.
    CONF_ROBUST_LEAD: 120,
    # A window must be in the car before it begins; how long that takes on a real car is not recorded.
    CONF_LOAD_LEAD: 45,
}
LEAST_RUN_MINUTES: Final = 1
# Late enough to know whether the car is plugged in, early enough to go out once more.
DEFAULT_EVENING: Final = "20:00:00"

# What a night of sleep is, for an owner who never set another.
DEFAULT_QUIET_HOURS: Final = DoNotDisturb(start=time(22), end=time(7))

# An order is looked after this often, and given up after this long: the car is reached by SMS, which takes minutes.
WATCH_INTERVAL: Final = timedelta(seconds=30)
COMMAND_TIMEOUT: Final = timedelta(minutes=10)
# What time alone changes is looked at this often, whether or not the cloud may be asked.
TICK: Final = timedelta(minutes=1)
# By so much the clocks of car, cloud and home may differ.
CLOCKS_APART: Final = timedelta(minutes=1)
# So often the end of a charge is looked for in a history that cannot be read or does not tell of it yet.
HISTORY_LOOKUPS: Final = 3
# A timer that has fired is still shown until word of it comes from the car.
TIMER_CLEARED_AFTER: Final = timedelta(minutes=3)

# Schedule, timer and settings only change when somebody changes them.
SLOW_INTERVAL: Final = timedelta(hours=1)
# The list of vehicles comes with a login, and a login costs the account's quota.
ACCOUNT_MAX_AGE: Final = timedelta(days=1)
# What a cloud that says "wait" without saying how long gets.
DEFAULT_RETRY_AFTER: Final = timedelta(minutes=15)
# A moved country does not come back by itself within a poll.
MOVED_RETRY_AFTER: Final = timedelta(hours=1)

# A charging car reports every half hour: three missed reports are no accident. A parked one may be silent all day.
STALE_WHILE_CHARGING: Final = timedelta(minutes=90)
STALE_AFTER: Final = timedelta(hours=24)
# A cloud that has not answered for this long (or six polls) leaves us with yesterday's truth.
MISSED_AFTER: Final = timedelta(hours=1)
# Longer than a weekend without a sign: the subscription, the signal or the 12 V battery is worth a look.
SILENT_AFTER: Final = timedelta(days=4)
# After a day without an answer a value says nothing about the car any more.
EXPIRED_AFTER: Final = timedelta(hours=24)

# So many vehicles of an account are read at a time: a fleet neither floods the cloud nor stalls Home Assistant.
AT_ONCE: Final = 6
