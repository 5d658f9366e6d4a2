/** A page with a car card, and what a person does with it. */

import type { Car, Command } from "../../src/api";
import type { CarCard } from "../../src/car/car-card";
import type { CarConfig } from "../../src/car/config";
import { register } from "../../src/register";
import { aCar, aHass, entities, type FakeHass, messages, NOW, withEntities } from "../fake";
import { Elements } from "../page";

/** Return a command that the car has not answered yet, with some fields changed. */
export function aCommand(changes: Partial<Command> = {}): Command {
  const pending = { status: "accepted", reason: null, settled_at: null, settled: false, done: false } as const;
  return { command: "precondition", route: null, sent_at: NOW, ...pending, ...changes };
}

/** Return a Home Assistant with the texts of the integration. */
export function aHome(language = "en"): FakeHass {
  return withEntities(aHass(language, { localize: messages(language) }), ...entities());
}

export class CardPage extends Elements<CarCard> {
  private constructor(
    card: CarCard,
    readonly hass: FakeHass,
  ) {
    super(card);
  }

  /** Open a page with a card, and let the integration send a car unless it is null. */
  static async open(car: Partial<Car> | null = {}, config: Partial<CarConfig> = {}, hass = aHome()): Promise<CardPage> {
    register();
    document.body.replaceChildren();
    const card = document.createElement("renault-ze-card") as CarCard;
    card.setConfig({ type: "custom:renault-ze-card", ...config });
    card.hass = hass;
    document.body.append(card);
    const page = new CardPage(card, hass);
    await page.settle();
    if (car !== null) await page.receive(car);
    return page;
  }

  /** Let the integration send a car, null for an account that is not loaded. */
  async receive(car: Partial<Car> | null): Promise<void> {
    const now = new Date().toISOString();
    this.hass.connection.send(car === null ? null : aCar({ now, ...car }));
    await this.settle();
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await this.card.updateComplete;
  }

  /** Press the button with a text or name. */
  async press(name: string, root: ParentNode = this.card.renderRoot): Promise<void> {
    const buttons = [...root.querySelectorAll<HTMLButtonElement>("button")];
    const texts = (each: HTMLElement): (string | null | undefined)[] => [
      each.querySelector(".label")?.textContent,
      each.textContent?.trim(),
      each.getAttribute("aria-label"),
    ];
    const found = buttons.find((each) => texts(each).includes(name));
    if (found === undefined) throw new Error(`no button ${name}`);
    found.click();
    await this.settle();
  }

  /** The dialog for a new departure. */
  get editor(): ShadowRoot {
    return this.get("renault-ze-schedule-editor").shadowRoot!;
  }
}
