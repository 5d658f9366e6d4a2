/** Dragging of blocks: only a preview moves, and the draft is edited when it is dropped. */

import type { Shift } from "../week/moves";
import { DAY } from "../week/time";

const THRESHOLD_PX = 4;
// A mouse may move so far during a click.
const CLICK_PX = 12;

/** The block after a shift: its parts by day, its times as text, whether it is refused there or joins another one. */
export interface Candidate {
  readonly parts: readonly { day: number; from: number; to: number }[];
  readonly text: string;
  readonly isRefused: boolean;
  readonly joins: boolean;
}

/**
 * What is dragged, no `blocks` if a new one is drawn; `dates` are date numbers by day, `cross` the offset and size
 * across the time axis in pixels. Without a candidate, nothing is dropped.
 */
export interface Subject {
  readonly blocks: readonly HTMLElement[];
  readonly day: number;
  readonly dates: ReadonlyMap<number, number>;
  readonly changesDay: boolean;
  readonly isMarker: boolean;
  readonly cross: { offset: number; size: number };
  readonly candidate: (shift: Shift) => Candidate | null;
  readonly drop: (shift: Shift) => void;
}

const NOTHING: Candidate = { parts: [], text: "", isRefused: false, joins: false };

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One drag, from pressing the pointer until it is released or canceled. */
export class Drag {
  isActive = false;
  #shift: Shift = { quarters: 0, days: 0 };
  #latest: PointerEvent;
  #frame = 0;
  #width = 0;
  readonly #abort = new AbortController();
  readonly #boxes = new Map<number, Box>();
  readonly #previews: HTMLElement[];
  readonly #bubble: HTMLElement;
  readonly #joined: HTMLElement;
  readonly #isRtl: boolean;

  constructor(
    private readonly start: PointerEvent,
    private readonly timeline: HTMLElement,
    private readonly isVertical: boolean,
    private readonly subject: Subject,
    private readonly onEnd: () => void,
  ) {
    this.#latest = start;
    this.#previews = [...timeline.querySelectorAll<HTMLElement>(".preview")];
    this.#bubble = timeline.querySelector<HTMLElement>(".bubble")!;
    this.#joined = timeline.querySelector<HTMLElement>(".joined")!;
    this.#isRtl = getComputedStyle(timeline).direction === "rtl";
    const element = start.currentTarget as HTMLElement;
    element.setPointerCapture(start.pointerId);
    const { signal } = this.#abort;
    element.addEventListener("pointermove", this.#onMove, { signal });
    element.addEventListener("pointerup", () => this.#end(true), { signal });
    element.addEventListener("pointercancel", () => this.#end(false), { signal });
    element.addEventListener("lostpointercapture", () => this.#end(false), { signal });
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(false), { signal });
  }

  readonly #onMove = (event: PointerEvent): void => {
    this.#latest = event;
    if (!this.isActive && this.#distance < THRESHOLD_PX) return;
    if (!this.isActive) this.#begin();
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#update();
    });
  };

  /** Start the drag; elements are only measured here, because measuring during the drag is slow. */
  #begin(): void {
    this.isActive = true;
    const outer = this.timeline.getBoundingClientRect();
    for (const track of this.timeline.querySelectorAll<HTMLElement>(".track")) {
      const { left, top, width, height } = track.getBoundingClientRect();
      this.#boxes.set(Number(track.dataset["day"]), { x: left - outer.left, y: top - outer.top, width, height });
    }
    for (const each of this.subject.blocks) each.classList.add("dragged");
    this.#width = outer.width;
    this.timeline.classList.add("dragging");
    this.timeline.classList.toggle("marking", this.subject.isMarker);
    this.#update(true);
  }

  get #distance(): number {
    return Math.hypot(this.#latest.clientX - this.start.clientX, this.#latest.clientY - this.start.clientY);
  }

  #update(isFirst = false): void {
    const shift = this.#currentShift();
    const isSame = shift.quarters === this.#shift.quarters && shift.days === this.#shift.days;
    if (!isSame || isFirst) {
      this.#shift = shift;
      this.#show(this.subject.candidate(shift));
    }
  }

  #currentShift(): Shift {
    const box = this.#boxes.get(this.subject.day);
    if (box === undefined) return this.#shift;
    const [dx, dy] = [this.#latest.clientX - this.start.clientX, this.#latest.clientY - this.start.clientY];
    const along = this.isVertical ? dy / box.height : (dx / box.width) * (this.#isRtl ? -1 : 1);
    return { quarters: Math.round(along * DAY), days: this.subject.changesDay ? this.#days(box, dy) : 0 };
  }

  /** Return how many days the lane under the pointer is after the lane of the block. */
  #days(box: Box, dy: number): number {
    if (this.isVertical) return 0;
    const middle = box.y + box.height / 2 + dy;
    const distance = ({ y, height }: Box): number => Math.abs(y + height / 2 - middle);
    const [day] = [...this.#boxes].reduce((one, other) => (distance(other[1]) < distance(one[1]) ? other : one));
    return (this.subject.dates.get(day) ?? 0) - (this.subject.dates.get(this.subject.day) ?? 0);
  }

  #show(candidate: Candidate | null): void {
    const { parts, text, isRefused, joins } = candidate ?? NOTHING;
    this.#previews.forEach((preview, index) => this.#place(preview, parts[index]));
    this.timeline.classList.toggle("refused", isRefused);
    this.#bubble.textContent = text;
    this.#bubble.style.visibility = candidate === null ? "hidden" : "visible";
    const spoken = joins ? text : "";
    if (this.#joined.textContent !== spoken) this.#joined.textContent = spoken;
    const first = parts.find((part) => this.#boxes.has(part.day));
    const at = first && this.#boxOf(first);
    if (at === undefined) return;
    const isLeft = at.x < this.#width / 2;
    const x = isLeft ? `${at.x}px` : `calc(${at.x + at.width}px - 100%)`;
    this.#bubble.style.transform = `translate(${x}, ${at.y}px)`;
  }

  #place(preview: HTMLElement, part: Candidate["parts"][number] | undefined): void {
    const box = part && this.#boxOf(part);
    preview.style.visibility = box ? "visible" : "hidden";
    if (!box) return;
    preview.style.transform = `translate(${box.x}px, ${box.y}px)`;
    preview.style.width = `${box.width}px`;
    preview.style.height = `${box.height}px`;
  }

  #boxOf({ day, from, to }: Candidate["parts"][number]): Box | undefined {
    const box = this.#boxes.get(day);
    if (box === undefined) return undefined;
    const { offset, size } = this.subject.cross;
    const [begin, length] = [from / DAY, (to - from) / DAY];
    if (this.isVertical) {
      return { x: box.x + offset, y: box.y + begin * box.height, width: size, height: length * box.height };
    }
    const along = this.#isRtl ? 1 - begin - length : begin;
    return { x: box.x + along * box.width, y: box.y + offset, width: length * box.width, height: size };
  }

  #end(isDropped: boolean): void {
    this.#abort.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.isActive) this.#finish(isDropped);
    this.onEnd();
  }

  #finish(isDropped: boolean): void {
    this.timeline.classList.remove("dragging", "marking", "refused");
    for (const each of this.subject.blocks) each.classList.remove("dragged");
    for (const preview of this.#previews) preview.style.visibility = "hidden";
    this.#joined.textContent = "";
    const shift = this.#currentShift();
    const isNothing = this.subject.candidate(shift) === null;
    if (!isNothing || this.#distance > CLICK_PX) stopClick();
    if (isDropped && !isNothing) this.subject.drop(shift);
  }
}

/** Ignore the click that follows, because it is part of the drag. */
function stopClick(): void {
  const stop = (event: Event): void => event.stopPropagation();
  window.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 0);
}
