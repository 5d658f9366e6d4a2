/** A page with a schedule card, and what a person does with it. */

import type { Car, Plan } from "../../src/api";
import { register } from "../../src/register";
import type { ScheduleCard } from "../../src/schedule/schedule-card";
import { aCar, aHass, type FakeHass } from "../fake";
import { Elements } from "../page";
import { aDeparture, aPlan, aWindow } from "../week/plans";

const WIDE_PX = 1000;
const LANE_PX = 60;

/** Return a plan with a night window on all days, and a departure on Monday and Tuesday. */
export function nightPlan(parts: Partial<Plan> = {}): Plan {
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
  const windows = days.map((day) => aWindow(`${day} 01:00-05:00`, { main: true }));
  return aPlan({ windows, departures: [aDeparture("07:30 mon tue")], ...parts });
}

export class Page extends Elements<ScheduleCard> {
  private constructor(
    card: ScheduleCard,
    readonly hass: FakeHass,
  ) {
    super(card);
  }

  /** Open a page with a card of some width, whose lanes are as high or wide as in a browser. */
  static async open(car: Partial<Car> = {}, { width = WIDE_PX, hass = aHass(), config = {}, dir = "ltr" } = {}) {
    register();
    document.body.replaceChildren();
    document.body.style.direction = dir;
    hass.locale = { ...hass.locale, first_weekday: "monday" };
    const card = document.createElement("renault-ze-schedule-card") as ScheduleCard;
    card.setConfig({ type: "custom:renault-ze-schedule-card", device_id: "car", ...config });
    card.hass = hass;
    document.body.append(card);
    card.width = width;
    const page = new Page(card, hass);
    await page.settle();
    await page.receive(car);
    return page;
  }

  /** Let the integration send a car. */
  async receive(car: Partial<Car> | null): Promise<void> {
    this.hass.connection.send(car === null ? null : aCar({ plan: nightPlan(), ...car }));
    await this.settle();
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await this.card.updateComplete;
    this.layOut();
  }

  /** Give the lanes a size, which the test environment does not compute. */
  private layOut(): void {
    const tracks = this.all(".track");
    tracks.forEach((track, index) => {
      const box = this.card.isNarrow ? new DOMRect(0, 0, 200, 960) : new DOMRect(0, index * LANE_PX, 960, LANE_PX);
      track.getBoundingClientRect = () => box;
    });
  }

  /** Return the windows of a day, such as `01:00–05:00`. */
  windows(day: number): string[] {
    return this.all(`.track[data-day="${day}"] .window`).map((each) => label(each));
  }

  departures(day: number): string[] {
    return this.all(`.track[data-day="${day}"] .marker`).map((each) => label(each));
  }

  window(day: number, at = 0): HTMLElement {
    return this.all(`.track[data-day="${day}"] .window`)[at]!;
  }

  async click(element: HTMLElement | string, detail = 1): Promise<void> {
    const target = typeof element === "string" ? this.get(element) : element;
    target.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, cancelable: true, detail }));
    await this.settle();
  }

  /** Click the button with a text or name. */
  async press(name: string, root: ParentNode = this.card.renderRoot): Promise<void> {
    const buttons = [...root.querySelectorAll<HTMLButtonElement>("button")];
    const found = buttons.find((each) => each.textContent?.trim() === name || each.getAttribute("aria-label") === name);
    if (found === undefined) throw new Error(`no button ${name}`);
    await this.click(found);
  }

  async key(element: HTMLElement, key: string, options: KeyboardEventInit = {}): Promise<void> {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, ...options }));
    await this.settle();
    await this.settle();
  }

  /** Drag an element by some pixels with a pointer, and look at the page before it is released. */
  async drag(element: HTMLElement, dx: number, dy: number, pointerType = "mouse", look = () => {}): Promise<void> {
    element.setPointerCapture ??= () => undefined;
    const send = (type: string, x: number, y: number): void => {
      const options = { bubbles: true, composed: true, button: 0, pointerType, pointerId: 1, clientX: x, clientY: y };
      element.dispatchEvent(new PointerEvent(type, options));
    };
    send("pointerdown", 0, 0);
    send("pointermove", dx / 2, dy / 2);
    send("pointermove", dx, dy);
    await new Promise((resolve) => requestAnimationFrame(() => resolve(undefined)));
    look();
    send("pointerup", dx, dy);
    await this.settle();
  }

  /** The dialog for windows and departures. */
  get editor(): ShadowRoot {
    return this.get("renault-ze-schedule-editor").shadowRoot!;
  }

  get copyDialog(): ShadowRoot {
    return this.get("renault-ze-schedule-copy").shadowRoot!;
  }

  /** Submit the dialog. */
  async submit(): Promise<void> {
    this.editor.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await this.settle();
  }
}

function label(element: HTMLElement): string {
  return (element.querySelector(".label")?.textContent ?? "").replace(/\s+/g, " ").trim();
}
