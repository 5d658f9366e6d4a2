/** The timeline: a row for each day, or one day from top to bottom if the card is narrow. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { formatClock } from "../format";
import type { CarSegment, Lane, Marker, Segment } from "../week/layout";
import { DAY, DAY_MINUTES } from "../week/time";
import { priceText, pricesOn, rangeText, spansOn, type Span } from "./prices";
import type { View } from "./view";
import {
  dateText,
  dayName,
  isInCar,
  minuteText,
  optionTexts,
  present,
  problemText,
  quarterText,
  times,
  windowLabel,
} from "./words";

const HOURS = [3, 6, 9, 12, 15, 18, 21];
const MOST_REPEATED = 2;
// The text of a short window from 20:00 extends to its start, to stay on the card.
const LATE = 80;
const IN_CAR = "mdi:check";
const NOT_IN_CAR = "mdi:clock-outline";
const ONLY_IN_CAR = "mdi:car";
const PLANNED = "mdi:lightning-bolt";

/** Return the timeline. */
export function timeline(view: View): TemplateResult {
  return html`
    ${view.isNarrow ? html`${tabs(view)}${problemTexts(view, view.activeDay)}` : nothing}
    <div class=${timelineClasses(view)}>
      <div class="hours" aria-hidden="true">${hours(view)}</div>
      ${view.isNarrow ? activeLane(view) : view.lanes.map((lane) => row(view, lane))}
      <div class="preview"></div>
      <div class="preview"></div>
      <div class="bubble" aria-hidden="true"></div>
      <div class="hidden joined" role="status"></div>
    </div>
    ${legend(view)}
  `;
}

function timelineClasses(view: View): string {
  const layers = view.hasWindows ? (view.hasDepartures ? "" : "only-windows") : "only-departures";
  return `timeline ${view.isNarrow ? "narrow" : "wide"} ${layers} ${view.isActive ? "" : "inactive"}`;
}

function hours(view: View): TemplateResult[] {
  return HOURS.map((hour) => html`<span style="--at: ${(hour * 4) / DAY}">${quarterText(view.words, hour * 4)}</span>`);
}

/** Return the tabs of the days, each with a small preview of its blocks. */
function tabs(view: View): TemplateResult {
  return html`<div class="tabs" role="tablist" aria-label=${view.words.localize("schedule.days")}>
    ${view.lanes.map((lane) => {
      const isActive = lane.day === view.activeDay;
      return html`<button
        role="tab"
        id="tab-${lane.day}"
        aria-selected=${isActive}
        aria-controls="lane"
        tabindex=${isActive ? 0 : -1}
        class=${lane.isToday ? "today" : ""}
        @click=${() => view.card.showDay(lane.day)}
        @keydown=${(event: KeyboardEvent) => view.card.onTabKey(event, lane.day)}
      >
        <span>${dayName(view.words, lane.day)}</span>
        <span class="number">${dateText(view.words, lane.date, { day: "numeric" })}</span>
        <span class="mini">
          ${lane.segments.map((each) => html`<i style="--from: ${each.from / DAY}; --to: ${each.to / DAY}"></i>`)}
          ${lane.markers.map((each) => html`<b style="--from: ${each.departure.at / DAY_MINUTES}"></b>`)}
        </span>
        ${view.problemsOf(lane.day).length > 0 ? html`<ha-icon icon="mdi:alert-circle"></ha-icon>` : nothing}
        <span class="hidden">${dayLabel(view, lane)}</span>
      </button>`;
    })}
  </div>`;
}

function dayLabel(view: View, lane: Lane): string {
  const date = dateText(view.words, lane.date, { weekday: "long", day: "numeric", month: "long" });
  return [
    lane.isToday ? `${date} (${view.words.localize("schedule.today")})` : date,
    ...view.problemsOf(lane.day).map((each) => problemText(view, each)),
  ].join(", ");
}

function activeLane(view: View): TemplateResult {
  const lane = view.lanes.find((each) => each.day === view.activeDay) ?? view.lanes[0]!;
  return html`<div class="lane" id="lane" role="tabpanel" aria-labelledby="tab-${lane.day}">${track(view, lane)}</div>`;
}

/** Return a day as a row, with a button that copies the day. */
function row(view: View, lane: Lane): TemplateResult {
  const problems = view.problemsOf(lane.day);
  return html`<div class="lane" role="group" aria-label=${dayLabel(view, lane)}>
    <div class="head ${lane.isToday ? "today" : ""}">
      <button class="day" @click=${() => view.card.copyDay(lane.day)} title=${view.words.localize("schedule.copy_day")}>
        <span>${dayName(view.words, lane.day)}</span>
        <span class="number">${dateText(view.words, lane.date, { day: "numeric", month: "short" })}</span>
        <ha-icon icon=${problems.length > 0 ? "mdi:alert-circle" : "mdi:content-copy"}></ha-icon>
      </button>
    </div>
    <div class="column">${track(view, lane)}${problemTexts(view, lane.day)}</div>
  </div>`;
}

/** Return the problems to show next to a day: in rows, a problem of many days is not repeated. */
export function problemsAt(view: View, day: number): View["problems"] {
  return view.problemsOf(day).filter((each) => view.isNarrow || each.days.length <= MOST_REPEATED);
}

function problemTexts(view: View, day: number): TemplateResult[] {
  return problemsAt(view, day).map((each) => html`<p class="problem-text">${problemText(view, each)}</p>`);
}

/** Return a day with its charge windows and departures. */
function track(view: View, lane: Lane): TemplateResult {
  const hasProblem = view.problemsOf(lane.day).length > 0;
  const strip = prices(view, lane);
  const planned = spansOn(view.car.planned_charge?.slots ?? [], lane.date, view.car.time_zone);
  return html`<div
    class="track ${hasProblem ? "problem" : ""} ${strip === nothing ? "" : "priced"}"
    data-day=${lane.day}
    style="--rows: ${lane.rows}"
    @click=${(event: MouseEvent) => view.gestures.trackClicked(event, lane)}
    @pointerdown=${(event: PointerEvent) => view.gestures.trackPressed(event, lane)}
  >
    ${lane.isToday ? html`<div class="now" style="--at: ${view.now}" aria-hidden="true"></div>` : nothing}
    ${strip}
    ${lane.onlyInCar.filter((each) => !isPlanned(planned, each)).map((each) => onlyInCar(view, each))}
    ${lane.segments.map((each) => segment(view, lane, each))} ${planned.map((each) => slot(view, each))}
    ${lane.markers.map((each) => marker(view, lane, each))}
  </div>`;
}

/** Return the prices of a day as a strip of bars. */
function prices({ car, words }: View, lane: Lane): TemplateResult | typeof nothing {
  const found = pricesOn(car, lane.date);
  if (found.length === 0) return nothing;
  return html`<div class="prices" role="img" aria-label="${words.localize("schedule.prices")}: ${rangeText(words, car)}">
    ${found.map(
      (each) =>
        html`<i
          style="--from: ${each.from}; --to: ${each.to}; --share: ${each.share}"
          title=${priceText(words, car, each)}
        ></i>`,
    )}
  </div>`;
}

/** Return a slot of the planned charge, which is not edited. */
function slot({ words }: View, { from, to }: Span): TemplateResult {
  const [start, end] = [from, to].map((at) => minuteText(words, at * DAY_MINUTES));
  return html`<div class="slot" style="--from: ${from}; --to: ${to}">
    <ha-icon icon=${PLANNED}></ha-icon>
    <span class="hidden">${words.localize("schedule.planned")}</span><span>${start}–${end}</span>
  </div>`;
}

/** Return whether a window in the car is part of the planned charge. */
function isPlanned(planned: readonly Span[], { from, to }: CarSegment): boolean {
  return planned.some((each) => each.from <= from / DAY && to / DAY <= each.to);
}

function onlyInCar(view: View, { from, to, window }: CarSegment): TemplateResult {
  const [start, end] = [window.start, window.end].map((time) => formatClock(view.words.hass, time));
  return html`<div class="only-in-car" style="--from: ${from / DAY}; --to: ${to / DAY}">
    <ha-icon icon=${ONLY_IN_CAR}></ha-icon>
    <span class="hidden">${view.words.localize("schedule.only_in_car")}</span><span>${start}–${end}</span>
  </div>`;
}

function segment(view: View, lane: Lane, each: Segment): TemplateResult {
  const { key } = each.window;
  const isSelected = view.selected?.key === key;
  const [start, until] = times(view.words, each.window);
  const classes = present(
    "window",
    isSelected && "selected",
    view.unsaved.has(key) && "unsaved",
    each.isSkipped && "skipped",
    each.from > LATE && "late",
    each.isContinued && "continued",
    each.continues && "continues",
  ).join(" ");
  const label = windowLabel(view, each);
  const style = `--from: ${each.from / DAY}; --to: ${each.to / DAY}`;
  const content = html`${icon(view, each)}<span>${start}<span class="until">–${until}</span></span>`;
  return html`${block(view, lane, key, { classes, style, label, isSelected }, content)}
    ${isSelected ? handles(view, lane, each) : nothing}`;
}

/** Return the icon that shows whether a window is in the car. */
function icon(view: View, each: Segment): TemplateResult | typeof nothing {
  const inCar = isInCar(view, each);
  return inCar === null ? nothing : html`<ha-icon icon=${inCar ? IN_CAR : NOT_IN_CAR}></ha-icon>`;
}

/** Return what the icons on the windows mean that are shown. */
function legend(view: View): TemplateResult | typeof nothing {
  const { localize } = view.words;
  const segments = view.lanes.flatMap((lane) => lane.segments);
  const has = (inCar: boolean): boolean => segments.some((each) => isInCar(view, each) === inCar);
  const entries = [
    [has(true), IN_CAR, "schedule.in_car"],
    [has(false), NOT_IN_CAR, "schedule.not_in_car"],
    [view.lanes.some((lane) => lane.onlyInCar.length > 0), ONLY_IN_CAR, "schedule.only_in_car"],
    [!!view.car.planned_charge?.slots.length, PLANNED, "schedule.planned"],
  ] as const;
  const range = rangeText(view.words, view.car);
  const shown = entries.filter(([isShown]) => isShown);
  if (shown.length === 0 && !range) return nothing;
  return html`<div class="status muted" role="group" aria-label=${localize("schedule.legend")}>
    ${shown.map(([, icon, key]) => html`<span><ha-icon icon=${icon}></ha-icon>${localize(key)}</span>`)}
    ${range ? html`<span>${localize("common.labeled", { label: localize("schedule.prices"), text: range })}</span>` : nothing}
  </div>`;
}

/** Return handles to drag the ends of the selected window. */
function handles(view: View, lane: Lane, each: Segment): TemplateResult {
  const { key } = each.window;
  const handle = (edge: "start" | "end", at: number): TemplateResult => {
    const grip = { key, edge, day: lane.day };
    return html`<div
      class="handle ${edge}"
      style="--at: ${at / DAY}"
      @click=${(event: Event) => event.stopPropagation()}
      @pointerdown=${(event: PointerEvent) => view.gestures.blockPressed(event, grip, lane)}
    ></div>`;
  };
  const start = each.isContinued ? nothing : handle("start", each.from);
  return html`${start}${each.continues ? nothing : handle("end", each.to)}`;
}

function marker(view: View, lane: Lane, each: Marker): TemplateResult {
  const { departure } = each;
  const { key } = departure;
  const isSelected = view.selected?.key === key && view.selected.day === lane.day;
  const isUnsaved = view.unsaved.has(key);
  const isOff = !departure.enabled || !view.car.plan.departures_enabled || isPaused(view, each.date);
  const classes = present(
    "marker",
    isSelected && "selected",
    isUnsaved && "unsaved",
    each.isSkipped && "skipped",
    isOff && "off",
    each.isLate && "late",
  ).join(" ");
  const label = markerLabel(view, lane, each, isUnsaved);
  const style = `--at: ${departure.at / DAY_MINUTES}; --row: ${each.row}`;
  const content = html`<ha-icon icon=${departure.precondition ? "mdi:car-seat-heater" : "mdi:car"}></ha-icon>
    <span>${minuteText(view.words, departure.at)} ${departure.name}</span>`;
  return block(view, lane, key, { classes, style, label, isSelected }, content);
}

interface Block {
  classes: string;
  style: string;
  label: string;
  isSelected: boolean;
}

/** Return a block that can be selected, moved, and dragged. */
function block(view: View, lane: Lane, key: string, look: Block, content: TemplateResult): TemplateResult {
  const grip = { key, edge: null, day: lane.day };
  return html`<button
    class=${look.classes}
    style=${look.style}
    aria-label=${look.label}
    title=${look.label}
    aria-describedby="keys"
    aria-pressed=${look.isSelected}
    data-key=${key}
    @click=${(event: MouseEvent) => view.gestures.blockClicked(event, { key, day: lane.day })}
    @keydown=${(event: KeyboardEvent) => view.gestures.blockKey(event, grip)}
    @pointerdown=${(event: PointerEvent) => view.gestures.blockPressed(event, grip, lane)}
  >
    <span class="label">${content}</span>
  </button>`;
}

/** Return the accessible name of a departure, which begins with the visible text. */
function markerLabel(view: View, lane: Lane, each: Marker, isUnsaved: boolean): string {
  const { words } = view;
  return present(
    `${minuteText(words, each.departure.at)} ${each.departure.name}`,
    `${words.localize("schedule.departure")} ${dayName(words, lane.day, "long")}`,
    ...optionTexts(words, each.departure),
    each.isSkipped && words.localize("schedule.skipped_on", { date: dateText(words, each.date) }),
    isUnsaved && words.localize("schedule.unsaved"),
  ).join(", ");
}

function isPaused(view: View, date: string): boolean {
  const { paused } = view.car.plan;
  return paused !== null && paused.from <= date && date <= paused.to;
}
