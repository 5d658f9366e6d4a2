/** The list: each day with its windows and departures as text. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { iconButton } from "../notice";
import { MORNING } from "../week/forms";
import { laterBlocks, type Lane, type Marker, type Segment } from "../week/layout";
import { MINUTES } from "../week/time";
import type { Selection, View } from "./view";
import {
  dateText,
  dayName,
  daysText,
  kindText,
  departureText,
  minuteText,
  optionTexts,
  present,
  problemText,
  spanText,
  windowDetails,
  windowText,
} from "./words";

const ICONS = { window: "mdi:ev-station", departure: "mdi:car-clock" };

/** Return the list. */
export function list(view: View): TemplateResult {
  return html`<div class="list">${view.lanes.map((lane) => day(view, lane))}</div>`;
}

function day(view: View, lane: Lane): TemplateResult {
  const { localize } = view.words;
  const problems = view.problemsOf(lane.day);
  const windows = lane.segments.filter((each) => !each.isContinued);
  const items = [
    ...windows.map((each) => [each.from * MINUTES, windowItem(view, lane, each)] as const),
    ...lane.markers.map((each) => [each.departure.at, departureItem(view, lane, each)] as const),
  ].sort(([one], [other]) => one - other);
  const name = dayName(view.words, lane.day, "long");
  return html`<section class=${lane.isToday ? "today" : ""}>
    <div class="day-head">
      <h3>
        ${name} <span class="number">${dateText(view.words, lane.date, { day: "numeric", month: "short" })}</span>
      </h3>
      ${iconButton("mdi:content-copy", `${localize("schedule.copy_day")}: ${name}`, () => view.card.copyDay(lane.day))}
      ${iconButton("mdi:plus", `${localize("common.add")}: ${name}`, () =>
        view.card.openNew("window", lane.day, MORNING),
      )}
    </div>
    ${problems.map((each) => html`<p class="problem-text">${problemText(view, each)}</p>`)}
    ${items.length === 0 ? html`<p class="empty">${localize("schedule.nothing")}</p>` : items.map(([, each]) => each)}
  </section>`;
}

function windowItem(view: View, lane: Lane, each: Segment): TemplateResult {
  const { words } = view;
  const { key } = each.window;
  const details = windowDetails(view, each).join(" · ");
  const isOff = !view.isActive || each.isSkipped;
  return item(view, { key, day: lane.day }, "window", spanText(words, each.window), details, isOff);
}

function departureItem(view: View, lane: Lane, each: Marker): TemplateResult {
  const { words } = view;
  const { departure } = each;
  const details = present(
    daysText(words, departure),
    ...optionTexts(words, departure),
    each.isSkipped && words.localize("schedule.skipped_on", { date: dateText(words, each.date) }),
    view.unsaved.has(departure.key) && words.localize("schedule.unsaved"),
  ).join(" · ");
  const text = `${minuteText(words, departure.at)} ${departure.name}`;
  const isOff = !departure.enabled || each.isSkipped;
  return item(view, { key: departure.key, day: lane.day }, "departure", text, details, isOff);
}

function item(
  view: View,
  selection: Selection,
  kind: "window" | "departure",
  text: string,
  details: string,
  isOff: boolean,
): TemplateResult {
  const classes = `item ${isOff ? "off" : ""} ${view.unsaved.has(selection.key) ? "unsaved" : ""}`;
  return html`<button class=${classes} data-key=${selection.key} @click=${() => view.card.edit(selection)}>
    <ha-icon icon=${ICONS[kind]}></ha-icon>
    <span>
      <span class="hidden">${kindText(view.words, kind)}</span>
      <span class="text">${text}</span><small>${details}</small>
    </span>
    <ha-icon icon="mdi:pencil"></ha-icon>
  </button>`;
}

/** Return the blocks on dates after the week that is shown. */
export function laterDates(view: View): TemplateResult | typeof nothing {
  const { words } = view;
  const { windows, departures } = laterBlocks(view.draft, view.today);
  if (windows.length + departures.length === 0) return nothing;
  const button = (key: string, icon: string, text: string): TemplateResult =>
    html`<button class="chip" data-key=${key} @click=${() => view.card.edit({ key, day: 0 })}>
      <ha-icon icon=${icon}></ha-icon><span>${text}</span>
    </button>`;
  return html`<div class="later">
    <span>${words.localize("schedule.later_dates")}</span>
    ${windows.map((each) => button(each.key, ICONS.window, windowText(words, each)))}
    ${departures.map((each) => button(each.key, ICONS.departure, `${departureText(words, each, 0)} ${each.name}`))}
  </div>`;
}
