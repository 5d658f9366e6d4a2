/** Editing on the timeline with a pointer or the keyboard: add, move, resize, and delete blocks. */

import { findDeparture, findWindow, hasJoined, isRefused, type Draft, type Edited } from "../week/draft";
import { without } from "../week/forms";
import { partsOf, type Lane } from "../week/layout";
import { move, shifted, shiftedTime, type Grip, type Shift } from "../week/moves";
import { clampedLength, DAY, MINUTES, modulo, numberOf } from "../week/time";
import { addWindow } from "../week/windows";
import { Drag, type Candidate, type Subject } from "./drag";
import type { Selection, View } from "./view";
import { departureText, windowText } from "./words";

const LAYER_PX = 36;
const WINDOW_PX = { offset: 4, size: 30 };
// Tapped times are rounded to half an hour.
const TAP = 2;

/** The card whose timeline this is. */
export interface GestureHost {
  readonly view: View | null;
  readonly timeline: HTMLElement | null;
  apply(edit: Edited, day: number): boolean;
  select(selection: Selection | null): void;
  openNew(kind: "window" | "departure", day: number, quarter: number): void;
  focusBlock(day: number): void;
  dragEnded(): void;
}

export class ScheduleGestures {
  #drag: Drag | null = null;

  constructor(private readonly host: GestureHost) {}

  /** Whether a block is being dragged; the card is not rendered during a drag. */
  get isDragging(): boolean {
    return this.#drag?.isActive ?? false;
  }

  /** Open the dialog for a new block where the user has tapped an empty time. */
  trackClicked(event: MouseEvent, lane: Lane): void {
    const { view } = this.host;
    if (view === null || event.target !== event.currentTarget) return;
    const { along, across, isRtl } = position(event, view.isNarrow);
    const isSecond = view.isNarrow ? (isRtl ? across < 0.5 : across > 0.5) : across > LAYER_PX;
    const isDeparture = view.hasDepartures && (isSecond || !view.hasWindows);
    this.host.openNew(isDeparture ? "departure" : "window", lane.day, Math.floor((along * DAY) / TAP) * TAP);
  }

  /** Draw a window with the mouse; with a finger, the page scrolls. */
  trackPressed(event: PointerEvent, lane: Lane): void {
    const { view } = this.host;
    const isMouse = event.pointerType === "mouse" && event.button === 0;
    if (!view?.hasWindows || !isMouse || event.target !== event.currentTarget) return;
    const start = Math.floor(position(event, view.isNarrow).along * DAY);
    const drawn = ({ quarters }: Shift): Place & { date: null } => {
      const from = Math.max(0, start + Math.min(0, quarters));
      const length = clampedLength(quarters < 0 ? start - from : quarters);
      return { day: lane.day, start: from, length, date: null };
    };
    const edit = (shift: Shift): Edited => addWindow(view.draft, { ...drawn(shift), main: false });
    const width = (event.currentTarget as HTMLElement).clientWidth;
    this.#start(event, {
      ...this.#placing(view, lane),
      blocks: [],
      changesDay: false,
      isMarker: false,
      cross: view.isNarrow ? { offset: 4, size: width / 2 - 4 } : WINDOW_PX,
      candidate: (shift) => (shift.quarters === 0 ? null : windowCandidate(view, edit(shift), drawn(shift))),
      drop: (shift) => this.host.apply(edit(shift), lane.day),
    });
  }

  /** Move a block or one of its ends; with a finger only the selected one, so that the page scrolls otherwise. */
  blockPressed(event: PointerEvent, grip: Grip, lane: Lane): void {
    const { view } = this.host;
    const isTouch = event.pointerType === "touch";
    if (view === null || event.button !== 0 || (isTouch && view.selected?.key !== grip.key)) return;
    const track = (event.currentTarget as HTMLElement).closest<HTMLElement>(".track");
    const selector = `[data-key="${grip.key}"]`;
    const block = track?.querySelector<HTMLElement>(selector);
    if (!track || !block) return;
    const isMarker = view.draft.departures.some((each) => each.key === grip.key);
    // A departure is moved on one of its days, a window with all its parts.
    const blocks = isMarker ? [block] : [...(this.host.timeline?.querySelectorAll<HTMLElement>(selector) ?? [])];
    this.#start(event, {
      ...this.#placing(view, lane),
      blocks,
      changesDay: grip.edge === null,
      isMarker,
      cross: view.isNarrow
        ? { offset: block.offsetLeft, size: block.offsetWidth }
        : { offset: block.offsetTop, size: block.offsetHeight },
      candidate: (shift) => candidate(view, grip, shift),
      drop: (shift) => this.host.apply(move(view.draft, grip, shift), modulo(grip.day + shift.days, 7)),
    });
  }

  /** Select a block, or open it if it is selected already or was activated with the keyboard. */
  blockClicked(event: MouseEvent, selection: Selection): void {
    const { view } = this.host;
    const isSelected = view?.selected?.key === selection.key;
    if (event.detail === 0 || isSelected) view?.card.edit(selection);
    else this.host.select(selection);
  }

  /** Move, resize, or delete a block with the keyboard. */
  blockKey(event: KeyboardEvent, grip: Grip): void {
    const { view } = this.host;
    if (view === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.host.apply(without(view.draft, grip.key, grip.day), grip.day);
    } else if (event.key === "Escape") {
      this.host.select(null);
    } else {
      this.#shiftByKey(event, grip, view);
    }
  }

  #shiftByKey(event: KeyboardEvent, grip: Grip, view: View): void {
    const isRtl = getComputedStyle(event.currentTarget as HTMLElement).direction === "rtl";
    const shift = shiftOf(event.key, view.isNarrow, isRtl);
    if (shift === null) return;
    event.preventDefault();
    const edge = event.shiftKey ? "end" : null;
    const day = modulo(grip.day + (edge === null ? shift.days : 0), 7);
    if (this.host.apply(move(view.draft, { ...grip, edge }, shift), day)) this.host.focusBlock(day);
  }

  #placing(view: View, lane: Lane): Pick<Subject, "day" | "dates"> {
    return { day: lane.day, dates: new Map(view.lanes.map((each) => [each.day, numberOf(each.date)])) };
  }

  #start(event: PointerEvent, subject: Subject): void {
    const { timeline, view } = this.host;
    if (timeline === null || view === null || this.#drag !== null) return;
    this.#drag = new Drag(event, timeline, view.isNarrow, subject, () => {
      this.#drag = null;
      this.host.dragEnded();
    });
  }
}

type Place = Parameters<typeof windowText>[1];

/** Return a block after a shift, and whether the edit would be refused. */
function candidate(view: View, grip: Grip, shift: Shift): Candidate {
  const edit = move(view.draft, grip, shift);
  const window = findWindow(view.draft, grip.key);
  if (window !== undefined) {
    const { days, start, length } = shifted(window, grip, shift);
    const day = modulo(window.day + days + Math.floor(start / DAY), 7);
    const place = { day, start: modulo(start, DAY), length, date: null };
    return windowCandidate(view, edit, place);
  }
  const departure = departureAt(view.draft, grip.key);
  const at = shiftedTime(departure.at, shift.quarters);
  const day = modulo(grip.day + shift.days + Math.floor(at / (DAY * MINUTES)), 7);
  const quarter = modulo(at / MINUTES, DAY);
  const text = departureText(view.words, { ...departure, at, date: null }, day);
  return { parts: [{ day, from: quarter, to: quarter }], text, isRefused: isRefused(edit), joins: false };
}

/** Return a window as it is after an edit, or where it would be if the edit is refused. */
function windowCandidate(view: View, edit: Edited, place: Place): Candidate {
  const edited = isRefused(edit) ? undefined : findWindow(edit.draft, edit.key);
  const { day, start, length } = edited ?? place;
  const joins = !isRefused(edit) && hasJoined(view.draft, edit.draft, edit.key);
  const window = windowText(view.words, { day, start, length, date: null });
  const text = joins ? view.words.localize("schedule.joins", { window }) : window;
  return { parts: partsOf(day, start, length), text, isRefused: isRefused(edit), joins };
}

function departureAt(draft: Draft, key: string): Draft["departures"][number] {
  const found = findDeparture(draft, key);
  if (found === undefined) throw new Error(`no block ${key}`);
  return found;
}

/** Return the shift of an arrow key: a quarter along the time axis, or a day across it; null for other keys. */
function shiftOf(key: string, isVertical: boolean, isRtl: boolean): Shift | null {
  const forward = isRtl ? -1 : 1;
  const [x, y] = { ArrowLeft: [-forward, 0], ArrowRight: [forward, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [
    0, 0,
  ];
  if (x === 0 && y === 0) return null;
  return isVertical ? { quarters: y!, days: x! } : { quarters: x!, days: y! };
}

/** Return where in its track a pointer is: along the time axis as a fraction, across it in pixels or as a fraction. */
function position(event: MouseEvent, isVertical: boolean): { along: number; across: number; isRtl: boolean } {
  const track = event.currentTarget as HTMLElement;
  const box = track.getBoundingClientRect();
  const isRtl = getComputedStyle(track).direction === "rtl";
  const [x, y] = [(event.clientX - box.left) / box.width, event.clientY - box.top];
  const along = isVertical ? y / box.height : isRtl ? 1 - x : x;
  return { along: Math.min(Math.max(along, 0), 1 - 1 / DAY), across: isVertical ? x : y, isRtl };
}
