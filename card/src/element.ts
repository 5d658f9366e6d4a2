/** Base of the elements: what they render follows their properties, with one update for all changes of a moment. */

import { render, type nothing, type TemplateResult } from "lit/html.js";

/** Follows whether an element is on the page. */
export interface Controller {
  hostConnected(): void;
  hostDisconnected(): void;
}

/** The properties that changed since the last update, with their values before. */
export type Changed = ReadonlyMap<string, unknown>;

/** When a property that is set counts as changed; without a function, when its value is another one. */
export type Properties = Readonly<Record<string, ((now: never, before: never) => boolean) | null>>;

/** The tag of style sheets. */
export const css = String.raw;

const sheets = new Map<string, CSSStyleSheet>();

export abstract class CardElement extends HTMLElement {
  static styles: readonly string[] = [];
  static properties: Properties = {};

  readonly renderRoot = this.attachShadow({ mode: "open" });
  readonly #values: Record<string, unknown> = {};
  readonly #controllers: Controller[] = [];
  #changed = new Map<string, unknown>();
  #update: Promise<void> | null = null;
  #attach: () => void = () => undefined;
  readonly #attached = new Promise<void>((resolve) => (this.#attach = resolve));

  constructor() {
    super();
    this.renderRoot.adoptedStyleSheets = (this.constructor as typeof CardElement).styles.map(sheetOf);
  }

  /** Register an element, and let changes of its properties update it. */
  static define(name: string): void {
    for (const [key, hasChanged] of Object.entries(this.properties)) {
      const isOther = (hasChanged as ((now: unknown, before: unknown) => boolean) | null) ?? differ;
      Object.defineProperty(this.prototype, key, {
        get(this: CardElement) {
          return this.#values[key];
        },
        set(this: CardElement, now: unknown) {
          const before = this.#values[key];
          this.#values[key] = now;
          if (!isOther(now, before)) return;
          if (!this.#changed.has(key)) this.#changed.set(key, before);
          this.requestUpdate();
        },
      });
    }
    customElements.define(name, this as unknown as CustomElementConstructor);
  }

  /** Call a controller when the element is added to the page, and when it is removed. */
  addController(controller: Controller): void {
    this.#controllers.push(controller);
  }

  connectedCallback(): void {
    this.#attach();
    for (const each of this.#controllers) each.hostConnected();
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    for (const each of this.#controllers) each.hostDisconnected();
  }

  /** Update the element soon, together with other changes; the first time when it is on the page. */
  requestUpdate(): void {
    this.#update ??= this.#attached.then(() => this.#perform());
  }

  /** Resolves after the requested update. */
  get updateComplete(): Promise<void> {
    return this.#update ?? Promise.resolve();
  }

  #perform(): void {
    const changed = this.#changed;
    try {
      if (!this.shouldUpdate()) return;
      this.willUpdate(changed);
      render(this.render(), this.renderRoot);
    } finally {
      this.#changed = new Map();
      this.#update = null;
    }
    this.updated(changed);
  }

  /** Return whether to update now. */
  protected shouldUpdate(): boolean {
    return true;
  }

  /** Prepare an update; properties that change meanwhile belong to it. */
  protected willUpdate(_changed: Changed): void {}

  protected abstract render(): TemplateResult | typeof nothing;

  /** Act on what was rendered. */
  protected updated(_changed: Changed): void {}
}

function differ(now: unknown, before: unknown): boolean {
  return !Object.is(now, before);
}

function sheetOf(text: string): CSSStyleSheet {
  let sheet = sheets.get(text);
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    sheets.set(text, sheet);
  }
  return sheet;
}
