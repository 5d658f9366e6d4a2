/** The dashboard: a view for each car with the cards that the car supports, in the user's language. */

import { cars, entitiesOf, entityId } from "./devices";
import type { HomeAssistant } from "./hass";
import { loadTexts, localizer, type Localize } from "./texts";

export const TYPE = "renault-ze";

type Config = Record<string, unknown>;

interface Context {
  hass: HomeAssistant;
  localize: Localize;
  deviceId: string;
}

/** Return the dashboard of all cars of all accounts. */
export async function generate(_config: Config, hass: HomeAssistant): Promise<Config> {
  await loadTexts(hass);
  const localize = localizer(hass);
  const found = cars(hass);
  if (found.length === 0) {
    const card = { type: "markdown", content: localize("common.no_car") };
    return { views: [{ title: "Renault", type: "sections", sections: [{ type: "grid", cards: [card] }] }] };
  }
  return {
    views: found.map(({ id, name }) => ({
      title: name,
      path: id,
      icon: "mdi:car-electric",
      show_icon_and_title: true,
      type: "sections",
      max_columns: 3,
      dense_section_placement: true,
      sections: sections({ hass, localize, deviceId: id }),
    })),
  };
}

function sections(context: Context): Config[] {
  const { localize } = context;
  return [
    section(null, carCards(context)),
    section(null, weekCards(context), 2),
    // Beside the card of the car, which is about as high as both.
    section(null, [
      ...headed(localize("dashboard.calendar"), calendarCards(context)),
      ...headed(localize("dashboard.history"), historyCards(context)),
    ]),
    section(localize("dashboard.energy"), energyCards(context)),
    section(localize("dashboard.journeys"), journeyCards(context)),
    section(localize("dashboard.notifications"), notificationCards(context)),
  ].filter((each) => each !== null);
}

/** Return a section under a heading, null if it has no cards. */
function section(heading: string | null, cards: Config[], span = 1): Config | null {
  if (cards.length === 0) return null;
  return { type: "grid", column_span: span, cards: heading === null ? cards : headed(heading, cards) };
}

/** Return cards under a heading, none without cards. */
function headed(heading: string, cards: Config[]): Config[] {
  return cards.length === 0 ? [] : [{ type: "heading", heading }, ...cards];
}

/** Return the card of the car, the charge limit, and the charge mode unless the card of the week shows all of it. */
function carCards(context: Context): Config[] {
  const isInWeek = calendars(context).length > 0;
  const mode = isInWeek ? [] : find(context, "select", "charge_mode");
  const limit = find(context, "number", "charge_limit");
  const card = { type: "custom:renault-ze-card", device_id: context.deviceId };
  return [
    card,
    ...mode.map((id) => ({ ...wideTile(id), features: [{ type: "select-options" }] })),
    ...limit.map((id) => ({ ...wideTile(id), features: [{ type: "numeric-input", style: "slider" }] })),
  ];
}

/** Return the card of the week, if the car has a schedule or departures. */
function weekCards(context: Context): Config[] {
  if (calendars(context).length === 0) return [];
  return [{ type: "custom:renault-ze-schedule-card", device_id: context.deviceId }];
}

function calendarCards(context: Context): Config[] {
  const entities = calendars(context);
  return entities.length === 0 ? [] : [{ type: "calendar", initial_view: "listWeek", entities, grid_options: WIDE }];
}

function calendars(context: Context): string[] {
  return [...find(context, "calendar", "charging"), ...find(context, "calendar", "departures")];
}

function historyCards(context: Context): Config[] {
  const level = battery(context);
  const graph = { type: "history-graph", hours_to_show: 48, min_y_axis: 0, max_y_axis: 100, grid_options: WIDE };
  const tiles = [
    ["event", "charge"],
    ["event", "plan"],
    ["sensor", "last_preconditioning"],
    ["sensor", "last_command"],
  ] as const;
  const content: Record<string, string[]> = {
    charge: ["event_type", "state"],
    plan: ["message", "state"],
    last_command: ["command", "state", "reason"],
  };
  return [
    ...level.map((entity) => ({ ...graph, entities: [{ entity, name: { type: "entity" } }] })),
    ...tiles.flatMap(([domain, key]) =>
      find(context, domain, key).map((id) => ({
        ...wideTile(id),
        ...(content[key] === undefined ? {} : { state_content: content[key] }),
        visibility: shownUnlessUnknown(id),
      })),
    ),
  ];
}

/** Return the planned and last charge, those at home this month, and the energy by day. */
function energyCards(context: Context): Config[] {
  const tiles = ENERGY.flatMap((key) => find(context, "sensor", key)).map((id) => ({
    ...wideTile(id),
    visibility: shownUnlessUnknown(id),
  }));
  const graph = { type: "statistics-graph", chart_type: "bar", period: "day", days_to_show: 30, stat_types: ["change"] };
  const { states } = context.hass;
  const energy = find(context, "sensor", "energy_charged").map((id) => ({
    ...graph,
    // The statistics of the sensor begin when it is added, those of the charges with the first charge.
    entities: [states[id]?.attributes["statistic_id"] ?? id],
    grid_options: WIDE,
  }));
  return [...tiles, ...energy];
}

function journeyCards(context: Context): Config[] {
  const keys = ["mileage", "distance_today", "consumption_today", "last_journey_distance", "last_journey_consumption"];
  const tiles = [...keys, "outside_temperature"].flatMap((key) => find(context, "sensor", key)).map(wideTile);
  const places = find(context, "device_tracker", "location");
  return [...tiles, ...places.map((entity) => ({ type: "map", entities: [{ entity }], grid_options: WIDE }))];
}

/** Return the card of the notification settings, which only Z.E. Services has. */
function notificationCards(context: Context): Config[] {
  const { hass, deviceId } = context;
  const isSetting = (id: string, key = ""): boolean =>
    key.startsWith("do_not_disturb") || (id.startsWith("select.") && key.startsWith("notify_"));
  const entities = entitiesOf(hass, deviceId)
    .filter((each) => isSetting(each.entity_id, each.translation_key))
    .map((each) => each.entity_id)
    .sort();
  const rows = entities.map((entity) => ({ entity, name: { type: "entity" } }));
  return rows.length === 0 ? [] : [{ type: "entities", entities: rows, grid_options: WIDE }];
}

const WIDE = { columns: "full" };
const ENERGY = [
  "planned_charge",
  "saved",
  "last_charge_energy",
  "last_charge_cost",
  "last_charge_level",
  "home_energy_this_month",
  "home_cost_this_month",
];

function find({ hass, deviceId }: Context, domain: string, key: string): string[] {
  const id = entityId(hass, deviceId, domain, key);
  return id === null ? [] : [id];
}

/** Return the sensor of the battery level, which has a device class instead of a translation key. */
function battery({ hass, deviceId }: Context): string[] {
  const ids = entitiesOf(hass, deviceId).map((each) => each.entity_id);
  const isLevel = (id: string): boolean => hass.states[id]?.attributes["device_class"] === "battery";
  return ids.filter((id) => id.startsWith("sensor.") && isLevel(id)).slice(0, 1);
}

function wideTile(entity: string): Config {
  return { type: "tile", entity, name: { type: "entity" }, grid_options: WIDE };
}

function shownUnlessUnknown(entity: string): Config[] {
  return [{ condition: "state", entity, state_not: ["unknown", "unavailable"] }];
}

export class DashboardStrategy extends HTMLElement {
  static generate = generate;

  static getCreateSuggestions(): object {
    return { title: "Renault", icon: "mdi:car-electric" };
  }
}
