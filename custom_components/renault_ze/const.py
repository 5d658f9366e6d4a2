"""Constants and configuration keys."""

from datetime import timedelta
import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "renault_ze"
LOGGER: Final = logging.getLogger(__package__)
PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
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
DEMO: Final = "demo"
CONF_ADDRESS: Final = "address"
CONF_SERVER: Final = "server"
CONF_LOCALE: Final = "locale"
CONF_ACCOUNT_ID: Final = "garage"
CONF_MOVED: Final = "moved"
CONF_CODE_ADDRESS: Final = "code_address"
CONF_SCHEDULE_CLOCKS: Final = "schedule_clocks"
CONF_CAR: Final = "car"
CONF_CLOCK: Final = "clock"
CONF_PLAN: Final = "plan"
CONF_ELECTRICITY_PRICE: Final = "electricity_price"
CONF_SOLAR: Final = "solar"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_NOTIFY: Final = "notify"
CONF_ENERGY: Final = "energy"
CONF_HOME_METER: Final = "home_meter"
CONF_REPLACED: Final = "replaced"
# Of configuration entries: since 2, the title names the account, and the next departure is skipped by a switch; since
# 3, a select for the charge mode replaces two switches.
MINOR_VERSION: Final = 3
# The car reports about every half hour while charging; 5 minutes is the shortest interval recommended to owners.
DEFAULT_POLL_MINUTES: Final = 10
# Intervals of checks for late steps and ended commands, and for values that only get older.
TICK: Final = timedelta(minutes=1)
AGING: Final = timedelta(minutes=10)
# The list of vehicles is part of a login, which counts against the account's quota.
ACCOUNT_MAX_AGE: Final = timedelta(days=1)
# Number of vehicles read in parallel, so that a fleet neither overloads the cloud nor blocks Home Assistant.
MAX_PARALLEL_POLLS: Final = 6
