/** What the tests find in a card. */

import type { CardElement } from "../src/element";

export class Elements<Card extends CardElement> {
  constructor(readonly card: Card) {}

  all(selector: string): HTMLElement[] {
    return [...this.card.renderRoot.querySelectorAll<HTMLElement>(selector)];
  }

  get(selector: string): HTMLElement {
    const found = this.all(selector)[0];
    if (found === undefined) throw new Error(`no ${selector}`);
    return found;
  }

  texts(selector: string): string[] {
    return this.all(selector).map((each) => (each.textContent ?? "").replace(/\s+/g, " ").trim());
  }
}
