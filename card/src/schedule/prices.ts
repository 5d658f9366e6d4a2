/** Electricity prices and the planned charge, by day. */

import type { Car, Slot } from "../api";
import { formatMoney, wallClock } from "../format";
import { DAY_MINUTES, minutesOf } from "../week/time";
import { minuteText, type Words } from "./words";

/** A part of a day, as fractions of the day. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A price during a part of a day; `share` is 0 for the lowest known price, and 1 for the highest. */
export interface PriceSpan extends Span {
  readonly price: number;
  readonly share: number;
}

/** Return the parts of slots on a date in a time zone, with the slot of each. */
export function spansOn<T extends Slot | [...Slot, number]>(
  slots: readonly T[],
  date: string,
  timeZone: string,
): (Span & { slot: T })[] {
  return slots.flatMap((slot) => {
    const [begin, end] = [clockAt(slot[0], timeZone), clockAt(slot[1], timeZone)];
    if (begin.date > date || end.date < date) return [];
    const from = begin.date < date ? 0 : begin.minutes / DAY_MINUTES;
    const to = end.date > date ? 1 : end.minutes / DAY_MINUTES;
    return to > from ? [{ from, to, slot }] : [];
  });
}

/** Return the known prices of a date. */
export function pricesOn({ prices, time_zone: zone }: Car, date: string): PriceSpan[] {
  if (!prices) return [];
  const [lowest, highest] = rangeOf(prices);
  const share = (price: number): number => (price - lowest) / (highest - lowest || 1);
  return spansOn(prices, date, zone).map(({ from, to, slot }) => ({ from, to, price: slot[2], share: share(slot[2]) }));
}

/** Return the lowest and the highest price as text, empty if none is known. */
export function rangeText({ hass }: Words, { prices, currency }: Car): string {
  if (!prices?.length) return "";
  const texts = rangeOf(prices).map((price) => formatMoney(hass, price, currency, 3));
  return `${[...new Set(texts)].join(" – ")}/kWh`;
}

/** Return when a price applies, and the price. */
export function priceText(words: Words, { currency }: Car, { from, to, price }: PriceSpan): string {
  const [start, end] = [from, to].map((at) => minuteText(words, at * DAY_MINUTES));
  return `${start}–${end} ${formatMoney(words.hass, price, currency, 3)}/kWh`;
}

function rangeOf(prices: NonNullable<Car["prices"]>): [number, number] {
  const values = prices.map((each) => each[2]);
  return [Math.min(...values), Math.max(...values)];
}

interface Clock {
  readonly date: string;
  readonly minutes: number;
}

// The same instants are shown on seven days, and again after each message.
const clocks = new Map<string, Clock>();
const MOST_CLOCKS = 1000;

function clockAt(at: string, timeZone: string): Clock {
  const key = at + timeZone;
  let found = clocks.get(key);
  if (found === undefined) {
    const text = wallClock(new Date(at), timeZone);
    if (clocks.size > MOST_CLOCKS) clocks.clear();
    clocks.set(key, (found = { date: text.slice(0, 10), minutes: minutesOf(text.slice(-5)) }));
  }
  return found;
}
