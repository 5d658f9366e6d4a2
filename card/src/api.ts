/**
 * The API of the integration for the cards: the websocket commands `renault_ze/subscribe` and `renault_ze/check_plan`,
 * and the action `renault_ze.set_plan`. The websocket commands cause no requests to the cloud.
 *
 * Instants are ISO 8601 with an offset, dates `2026-10-05`, wall-clock times `07:30` in the car's time zone.
 */

import type { HassError, HomeAssistant } from "./hass";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface ChargeWindow {
  day: Weekday;
  start: string;
  end: string;
  duration_minutes: number;
}

/** A window of the user's schedule: every week except on the dates in `skipped`, or once on a `date`. */
export interface PlannedWindow extends ChargeWindow {
  date: string | null;
  main: boolean;
  skipped: string[];
}

/** A departure on weekdays, or once on a `date`; `robust` means that the car's timer is used. */
export interface Departure {
  id: string;
  name: string;
  time: string;
  days: Weekday[];
  date: string | null;
  precondition: boolean;
  enabled: boolean;
  robust: boolean;
  override: boolean;
  /** The battery level to charge to by this departure, null for the charge limit. */
  target_level: number | null;
  skipped: string[];
  next_at: string | null;
}

export type CommandKind =
  | "precondition"
  | "precondition_at"
  | "cancel_precondition"
  | "start_charge"
  | "stop_charge"
  | "request_update"
  | "set_charge_schedule"
  | "disable_charge_schedule"
  | "set_notifications";

/** The last command of a kind; without `settled_at` and with `settled: false`, the car has not responded yet. */
export interface Command {
  command: CommandKind;
  status: "unanswered" | "accepted" | "confirmed" | "failed" | "timed_out";
  reason: string | null;
  route: string | null;
  sent_at: string | null;
  settled_at: string | null;
  settled: boolean;
  done: boolean;
}

/** The battery as the car last reported it; values that the car does not report are null. */
export interface Battery {
  level_percent: number | null;
  range_km: number | null;
  plugged_in: boolean | null;
  charging: boolean | null;
  charging_point: string | null;
  charge_state: string | null;
  charge_ends_at: string | null;
  charging_time_remaining_minutes: number | null;
  energy_kwh: number | null;
  reported_at: string | null;
}

/** A text of the integration by its key, with values that the card formats for its user. */
export interface Sentence {
  key: string;
  placeholders: Record<string, Placeholder>;
}

/** A value of a text; `at` is an instant, and a date may have a wall-clock time. */
export type Placeholder =
  | string
  | Sentence
  | { at: string }
  | { date?: string; clock?: string }
  | { minutes: number }
  | { price: number; currency: string | null };

/** Why the car charges or not, or why it will be preconditioned or not. */
export interface Explanation {
  reason: string;
  text: Sentence;
}

/** The departure that can be skipped or restored: the next one, even if it is skipped. */
export interface NextDeparture {
  id: string;
  name: string;
  at: string;
  skipped: boolean;
  can_cancel_until: string | null;
  precondition: boolean;
}

export interface NextWindow {
  begin: string;
  end: string;
  main: boolean;
}

/** The user's plan; `charge_enabled` is null until the schedule is read from the car. Edits change `revision`. */
export interface Plan {
  revision: string;
  charge_enabled: boolean | null;
  /** Whether the cheapest hours are chosen in place of the windows, absent where prices are not known. */
  cheapest_hours?: boolean;
  departures_enabled: boolean;
  paused: { from: string; to: string } | null;
  departures: Departure[];
  windows: PlannedWindow[];
  limit: ChargeLimit;
  next_departure: NextDeparture | null;
  next_window: NextWindow | null;
}

/** The copy of the charge schedule in the car, when it was read, and when the plan will next change it. */
export interface ScheduleCopy {
  status: "enabled" | "disabled" | "sending" | "differs" | "failed" | "delayed" | "delegated" | null;
  enabled: boolean | null;
  mode: string | null;
  windows: ChargeWindow[];
  read_at: string | null;
  next_change: string | null;
}

/** What the car can hold; null means no limit. */
export interface Limits {
  step_minutes: number;
  every_day: boolean;
  max_window_times: number | null;
  windows_a_day: number | null;
  timer: boolean;
}

/** The level at which charging is planned to end, 100 without a limit, and how that is enforced. */
export interface ChargeLimit {
  percent: number;
  how: "car" | "stop" | "windows" | "none";
}

/** The begin and end of a slot. */
export type Slot = [begin: string, end: string];

/** The charge that is planned for the cheapest hours; unknown values are null. */
export interface PlannedCharge {
  slots: Slot[];
  energy_kwh: number | null;
  cost: number | null;
  ready_by: string | null;
  target: number | null;
}

export interface Car {
  device_id: string;
  name: string;
  model: string | null;
  time_zone: string;
  now: string;
  features: string[];
  /** Whether the last poll succeeded; if not, `error` is the reason. */
  available: boolean;
  error: HassError | null;
  accepts_commands: boolean;
  outdated: boolean;
  battery: Battery | null;
  battery_read_at: string | null;
  threshold_percent: number;
  charging: Explanation;
  preconditioning: Explanation;
  commands: Command[];
  plan: Plan;
  copy: ScheduleCopy | null;
  limits: Limits;
  /** The known prices of a kWh from today on, in `currency`; absent if they are the same as in the message before. */
  prices?: [...Slot, price: number][];
  currency?: string | null;
  planned_charge?: PlannedCharge | null;
}

/** A message of the subscription; `car` is null while the account is not loaded. */
export interface CarMessage {
  car: Car | null;
}

/**
 * A problem of a draft; `days` are the affected weekdays, `layer` is the affected part of the draft, and `departure` is
 * the id of a departure, or the name of a new one.
 */
export interface Problem {
  layer: "windows" | "departures" | "plan";
  days: Weekday[];
  departure: string | null;
  translation_key: string;
  value: Placeholder;
}

/** A window of a draft, on weekdays or a date; one of a whole day has a duration instead of an end. */
export interface WindowInput {
  days?: Weekday[];
  date?: string;
  start: string;
  end?: string;
  duration?: { minutes: number };
  main: boolean;
  skipped?: string[];
}

/** A departure of a draft; a new one has no `id`. */
export interface DepartureInput {
  id?: string;
  name: string;
  time: string;
  days?: Weekday[];
  date?: string;
  precondition: boolean;
  enabled: boolean;
  robust: boolean;
  override: boolean;
  target_level: number | null;
  skipped?: string[];
}

/** A draft of the plan; omitted parts stay the same. It is refused if `revision` is not the current one. */
export interface PlanInput {
  revision?: string;
  windows?: WindowInput[];
  departures?: DepartureInput[];
  enable?: boolean;
  cheapest_hours?: boolean;
}

/** Subscribe to a car until the connection is lost; return a function that ends the subscription. */
export function subscribe(
  hass: HomeAssistant,
  deviceId: string,
  onMessage: (message: CarMessage) => void,
): Promise<() => Promise<void>> {
  const request = { type: "renault_ze/subscribe", device_id: deviceId };
  return hass.connection.subscribeMessage<CarMessage>(onMessage, request, { resubscribe: false });
}

/** Return the problems of a draft, without saving it. */
export async function checkPlan(hass: HomeAssistant, deviceId: string, draft: PlanInput): Promise<Problem[]> {
  const request = { type: "renault_ze/check_plan", device_id: deviceId, ...draft };
  return (await hass.callWS<{ problems: Problem[] }>(request)).problems;
}

/** Save a draft, and send the charge schedule if it has changed; throw the translated error if that is refused. */
export async function setPlan(hass: HomeAssistant, deviceId: string, draft: PlanInput): Promise<void> {
  await hass.callService("renault_ze", "set_plan", { device_id: deviceId, ...draft }, undefined, false);
}
