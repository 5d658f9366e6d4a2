/** The view model of the schedule card, from a car and the draft of its plan. */

import type { Car, Problem } from "../api";
import { dateIn, minutesIn } from "../format";
import type { HomeAssistant } from "../hass";
import { localizer } from "../texts";
import { changes, type DraftDeparture } from "../week/draft";
import { lanes, type Extent } from "../week/layout";
import { isBlocking } from "../week/problems";
import { DAY_MINUTES, daysFrom, dayOf, weekday } from "../week/time";
import { daysOfWeek } from "./config";
import type { ScheduleCard } from "./schedule-card";
import type { View } from "./view";
import { minuteText, type Words } from "./words";

// A marker is as wide as its text in a row, and as high as a finger in the layout from top to bottom.
const CHARACTER_PX = 7.5;
const ICON_PX = 34;
const ROW_MARGIN_PX = 128;
const NARROW_EXTENT = (44 / 576) * DAY_MINUTES;

/** Return the view model. */
export function createView(card: ScheduleCard, hass: HomeAssistant, car: Car): View {
  const { saved, history } = card.editing!;
  const { draft } = history;
  const words = { hass, localize: localizer(hass) };
  const now = card.controller.store!.now;
  const today = dateIn(now, car.time_zone);
  const { gestures, problems } = card;
  const supportsWindows = car.features.includes("charge_schedule");
  return {
    words,
    car,
    draft,
    lanes: lanes(draft, saved, daysFrom(dayOf(today)), today, car.copy, extent(words, card)),
    days: daysOfWeek(hass),
    isNarrow: card.isNarrow,
    bySchedule: draft.bySchedule === true,
    isActive: draft.bySchedule === true && !draft.isCheapest,
    activeDay: card.activeDay ?? dayOf(today),
    today,
    now: minutesIn(now, car.time_zone) / DAY_MINUTES,
    selected: card.selected,
    unsaved: changes(draft, saved).keys,
    problems,
    supportsWindows,
    hasWindows: supportsWindows && draft.bySchedule !== null,
    hasDepartures: car.features.includes("preconditioning"),
    problemsOf: (day) => problems.filter((each) => isBlocking(each, draft) && isOn(each, day, draft.departures)),
    card,
    gestures,
  };
}

/** Return whether a problem affects a day or a departure on that day. */
function isOn(problem: Problem, day: number, departures: readonly DraftDeparture[]): boolean {
  if (problem.days.includes(weekday(day))) return true;
  const departure = departures.find((each) => each.id === problem.departure || each.name === problem.departure);
  return problem.departure !== null && (departure?.days.includes(day) ?? false);
}

/** Return the function that estimates how many minutes the marker of a departure covers. */
function extent(words: Words, card: ScheduleCard): Extent {
  if (card.isNarrow) return () => NARROW_EXTENT;
  const minutesPerPixel = DAY_MINUTES / Math.max(1, card.width - ROW_MARGIN_PX);
  return (each) => {
    const text = `${minuteText(words, each.at)} ${each.name}`;
    return Math.min(320, ICON_PX + text.length * CHARACTER_PX) * minutesPerPixel;
  };
}
