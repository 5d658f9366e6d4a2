"""Who may import whom: the table of the design."""

HA = {"homeassistant", "voluptuous"}
VOCABULARY = {".cloud.exceptions", ".cloud.models", ".cloud.orders", ".cloud.protocol"}
# What the two clouds have in common beside the words.
CLOUDS = VOCABULARY | {".cloud.history", ".cloud.remarks", ".cloud.response", ".cloud.wall_clock"}
# The plan and all that is known of it without a clock and without Home Assistant.
PLAN = {
    f".{name}"
    for name in (
        "clock_correction",
        "departures",
        "deploys",
        "disabling",
        "edits",
        "foresight",
        "outlook",
        "plan",
        "reasons",
        "recurrence",
        "rezoning",
        "runs",
        "schedule",
        "slots",
        "steps",
        "windows",
    )
}
FACE = {
    *(
        ".cloud.models",
        ".cloud.orders",
        ".commands",
        ".const",
        ".coordinator",
        ".edits",
        ".entity",
        ".errors",
        ".outlook",
        ".plan",
    ),
    *(".reasons", ".responses", ".schedule", ".texts"),
    *HA,
}
# What a calendar shows of the plan, and how it is edited there.
AGENDA = {".agenda", ".departure_agenda", ".window_agenda"}
PLATFORMS = ("binary_sensor", "button", "calendar", "device_tracker", "event", "select", "sensor", "switch", "time")

# What each module may import beside the standard library. A dot leads to the integration's own modules, where the dot
# alone would be its __init__, which nobody may import; a star takes in the modules below.
TABLE: dict[str, set[str]] = {
    ".cloud.exceptions": set(),
    ".cloud.models": {".cloud.orders"},
    ".cloud.orders": set(),
    ".cloud.state": {".cloud.models", ".cloud.orders"},
    ".cloud.protocol": {".cloud.models"},
    ".cloud.history": set(),
    ".cloud.remarks": set(),
    ".cloud.response": {".cloud.exceptions", "aiohttp"},
    ".cloud.wall_clock": set(),
    ".cloud.zeservices*": CLOUDS | {".cloud.zeservices*", "aiohttp", "jwt", "orjson"},
    ".cloud.myrenault*": CLOUDS | {".cloud.myrenault*", "aiohttp", "renault_api"},
    ".cloud": VOCABULARY,
    ".schedule": {".cloud.models", ".cloud.wall_clock"},
    ".codec": set(),
    ".disabling": {".cloud.wall_clock"},
    ".plan": {".cloud.models", ".codec", ".disabling"},
    ".journeys": {".cloud.models", ".cloud.wall_clock"},
    ".chronicle": {".cloud.models", ".journeys", ".store"} | HA,
    ".journey_sensor": FACE | {".journeys"},
    ".recurrence": {".cloud.models", ".schedule"},
    ".deploys": {".cloud.models", ".cloud.orders", ".plan"},
    ".slots": {".cloud.models", ".plan", ".schedule"},
    ".windows": {".cloud.models", ".deploys", ".plan", ".schedule", ".slots"},
    ".foresight": {".cloud.models", ".plan", ".schedule", ".windows"},
    ".runs": {".cloud.models", ".cloud.orders"},
    ".departures": {".cloud.models", ".cloud.orders", ".foresight", ".plan", ".runs", ".schedule"},
    ".timers": {".cloud.models", ".cloud.orders", ".cloud.wall_clock", ".departures", ".plan"},
    ".edits": {".cloud.models", ".cloud.orders", ".departures", ".deploys", ".plan", ".schedule"},
    ".clock_correction": {".cloud.models", ".cloud.wall_clock", ".departures", ".deploys", ".plan", ".runs"},
    ".rezoning": {".departures", ".plan", ".schedule"},
    ".steps": {".clock_correction", ".cloud.models", ".cloud.orders", ".departures", ".plan", ".runs", ".timers"}
    | {".windows"},
    ".reasons": {".cloud.models", ".cloud.orders", ".departures", ".disabling"}
    | {".foresight", ".plan", ".schedule", ".windows"},
    ".outlook": {
        ".cloud.models",
        ".cloud.orders",
        ".departures",
        ".deploys",
        ".disabling",
        ".foresight",
        ".plan",
        ".reasons",
        ".schedule",
        ".windows",
    },
    ".texts": {".cloud.models", ".const", ".outlook", ".responses", ".schedule"} | HA,
    ".notices": {".const", ".coordinator", ".naming", ".outlook", ".plan", ".texts"} | HA,
    ".agenda": {".cloud.models", ".plan", ".recurrence", ".schedule"},
    ".departure_agenda": {".agenda", ".departures", ".edits", ".plan", ".schedule"},
    ".window_agenda": {".agenda", ".cloud.models", ".edits", ".plan", ".schedule", ".windows"},
    ".const": {".cloud.models"} | HA,
    ".commands": VOCABULARY | {".const", ".plan", ".runs"},
    ".errors": VOCABULARY | {".const", ".responses", ".schedule"} | HA,
    ".watch": {".cloud.models", ".cloud.orders", ".const"},
    ".sharing": {".cloud.orders", ".commands"},
    ".ledger": {".cloud.models", ".cloud.orders", ".commands", ".const", ".freshness", ".parts", ".watch"},
    ".complaints": VOCABULARY | {".const"},
    ".freshness": {".cloud.models", ".cloud.orders", ".cloud.wall_clock", ".const"},
    ".pace": {".cloud.models", ".cloud.wall_clock", ".const", ".freshness"},
    ".pause": VOCABULARY | {".cloud.wall_clock", ".errors"} | HA,
    ".charges": {".cloud.exceptions", ".cloud.models", ".const", ".schedule"},
    ".timestamps": {".cloud.models", ".cloud.remarks", ".cloud.wall_clock"},
    ".answers": {".cloud.exceptions", ".cloud.models", ".charges", ".const", ".freshness", ".parts"}
    | {".cloud.wall_clock", ".timestamps"},
    ".parts": VOCABULARY | {".const"} | HA,
    ".salvage": {".cloud.models", ".cloud.orders", ".codec", ".disabling", ".journeys", ".plan"},
    ".stored_file": {".codec"} | HA,
    ".store": VOCABULARY | {".codec", ".const", ".disabling", ".journeys", ".salvage", ".stored_file"} | HA,
    ".host": HA,
    ".patience": {".cloud.exceptions", ".cloud.wall_clock", ".const", ".plan"},
    ".settings": {".cloud.models", ".cloud.orders", ".const", ".disabling", ".plan"},
    ".planner": VOCABULARY | PLAN | {".commands", ".const", ".patience"} | HA,
    ".farewell": VOCABULARY
    | PLAN
    | {".assignment", ".connect", ".const", ".devices", ".settings", ".store", ".timers"}
    | HA,
    # Which entry has which car, and what follows when an entry ends.
    ".devices": {".const", "attr"} | HA,
    ".assignment": {".const", ".devices", ".store"} | HA,
    ".lifecycle": {".assignment", ".const", ".devices", ".farewell", ".repairs", ".store"} | HA,
    ".zones": HA,
    ".connect": VOCABULARY | {".const", ".store", ".zones", ".cloud.zeservices", ".cloud.myrenault", "aiohttp"} | HA,
    ".coordinator": VOCABULARY
    | {
        ".answers",
        ".chronicle",
        ".cloud.wall_clock",
        ".commands",
        ".complaints",
        ".const",
        ".errors",
        ".host",
        ".ledger",
        ".outlook",
        ".pace",
        ".parts",
        ".pause",
        ".planner",
        ".runtime",
        ".settings",
        ".sharing",
        ".store",
    }
    | HA,
    ".runtime": {".cloud.protocol", ".coordinator", ".store"},
    ".naming": {".cloud.models", ".const", ".coordinator", ".devices"} | HA,
    ".adding": {".const", ".coordinator"} | HA,
    ".entity": {".adding", ".coordinator", ".cloud.models", ".const"} | HA,
    ".responses": {".cloud.models", ".cloud.orders", ".schedule"},
    ".actions": FACE | {".cloud.wall_clock", ".errors"},
    ".plan_responses": {".cloud.models", ".departures", ".edits", ".foresight", ".outlook", ".plan", ".responses"}
    | {".schedule"},
    ".plan_actions": FACE | {".departures", ".plan_responses"},
    ".services": FACE | {".actions", ".plan_actions"},
    # The one form that asks for the address of a server asks that server's client what an address looks like.
    ".config_flow": VOCABULARY
    | {".cloud.zeservices", ".const", ".connect", ".coordinator", ".errors", ".flow_schemas", ".options_flow", ".store"}
    | {".assignment", ".devices"}
    | HA,
    ".flow_schemas": {".cloud.zeservices", ".const"} | HA,
    ".options_flow": VOCABULARY | {".const", ".connect", ".flow_schemas", ".naming", ".texts"} | HA,
    ".diagnostics": {".cloud.models", ".cloud.remarks", ".const", ".coordinator", ".plan", ".planner", ".runtime"} | HA,
    ".repairs": VOCABULARY | {".commands", ".const", ".coordinator", ".edits", ".naming", ".texts", ".windows"} | HA,
    ".frontend*": {".const"} | HA,
    ".plan_sensor": FACE,
    **{f".{platform}": FACE for platform in PLATFORMS},
    ".event": FACE | {".charges"},
    ".sensor": FACE | {".journey_sensor", ".plan_sensor"},
    ".calendar": FACE | AGENDA | {".errors", ".plan", ".windows"},
    ".": {".?*"} | HA,
}
# Who may know what a vehicle is made of may know all of it at a time, but for the clouds, which only tell of parts.
for name, allowed in TABLE.items():
    if ".cloud.models" in allowed and not name.startswith(".cloud"):
        TABLE[name] = allowed | {".cloud.state"}
