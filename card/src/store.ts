/** One subscription for each car on a page, shared by all cards that show the car. */

import { subscribe, type Car, type CarMessage } from "./api";
import { errorOf, type Call } from "./commands";
import type { CardElement, Controller } from "./element";
import type { HassConnection, HassError, HomeAssistant } from "./hass";

const TICK_MS = 30_000;
// After a restart, Home Assistant accepts connections before the integration has registered its commands.
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

/** `ready`: the car was received; `not_loaded`: the account is not loaded; `error`: the subscription was refused. */
export type StoreStatus = "loading" | "ready" | "not_loaded" | "error";

/** The latest state of a car, and the calls from this page. */
export class CarStore {
  /** The latest state, kept while the account is not loaded or the connection is lost. */
  car: Car | null = null;
  status: StoreStatus = "loading";
  error: HassError | null = null;
  connected = true;
  readonly calls = new Map<string, Call>();
  readonly #listeners = new Set<() => void>();
  #end: (() => Promise<void>) | null = null;
  #attempt = 0;
  #failures = 0;
  #offset = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;

  constructor(
    private hass: HomeAssistant,
    readonly deviceId: string,
  ) {}

  /** The current time by the clock of the server. */
  get now(): Date {
    return new Date(Date.now() + this.#offset);
  }

  /** Call a listener after each change and every 30 seconds; return a function that removes it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  }

  /** Notify the listeners. */
  notify(): void {
    for (const each of [...this.#listeners]) each();
  }

  #open(): void {
    const { connection } = this.hass;
    connection.addEventListener("ready", this.#onReady);
    connection.addEventListener("disconnected", this.#onDisconnected);
    this.connected = connection.connected !== false;
    this.#tick = setInterval(() => this.notify(), TICK_MS);
    void this.#subscribe();
  }

  #close(): void {
    const { connection } = this.hass;
    connection.removeEventListener("ready", this.#onReady);
    connection.removeEventListener("disconnected", this.#onDisconnected);
    clearInterval(this.#tick);
    this.#unsubscribe();
  }

  readonly #onReady = (): void => {
    this.connected = true;
    this.#failures = 0;
    this.#unsubscribe();
    void this.#subscribe();
    this.notify();
  };

  readonly #onDisconnected = (): void => {
    this.connected = false;
    // The subscription ended with the connection.
    this.#end = null;
    this.notify();
  };

  async #subscribe(): Promise<void> {
    const attempt = ++this.#attempt;
    try {
      const end = await subscribe(this.hass, this.deviceId, (message) => {
        if (attempt === this.#attempt) this.#receive(message);
      });
      if (attempt === this.#attempt) this.#end = end;
      else await end().catch(() => undefined);
    } catch (err) {
      if (attempt === this.#attempt) this.#fail(errorOf(err));
    }
  }

  #unsubscribe(): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    const end = this.#end;
    this.#end = null;
    // The server may have ended it already.
    void end?.().catch(() => undefined);
  }

  #receive(message: CarMessage): void {
    this.#failures = 0;
    this.error = null;
    this.status = message.car === null ? "not_loaded" : "ready";
    if (message.car !== null) {
      this.car = { prices: this.car?.prices ?? [], ...message.car };
      this.#offset = Date.parse(message.car.now) - Date.now();
    }
    this.notify();
  }

  #fail(error: HassError): void {
    this.error = error;
    this.status = "error";
    const delay = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#subscribe(), delay);
    this.notify();
  }
}

const stores = new WeakMap<HassConnection, Map<string, CarStore>>();

/** Return the store of a car, the same for all cards. */
export function storeOf(hass: HomeAssistant, deviceId: string): CarStore {
  let found = stores.get(hass.connection);
  if (found === undefined) stores.set(hass.connection, (found = new Map()));
  let store = found.get(deviceId);
  if (store === undefined) found.set(deviceId, (store = new CarStore(hass, deviceId)));
  return store;
}

/** Keeps an element subscribed to a car while it is on the page, and updates it after each change. */
export class CarController implements Controller {
  store: CarStore | null = null;
  #stop: (() => void) | null = null;
  #isAttached = false;

  constructor(private readonly host: Pick<CardElement, "addController" | "requestUpdate">) {
    host.addController(this);
  }

  /** Follow a car, or none; call this before each update of the element. */
  watch(hass: HomeAssistant | undefined, deviceId: string | null | undefined): void {
    const store = hass && deviceId ? storeOf(hass, deviceId) : null;
    if (store === this.store) return;
    this.#stop?.();
    this.store = store;
    this.#stop = this.#isAttached ? this.#listen() : null;
  }

  hostConnected(): void {
    this.#isAttached = true;
    this.#stop ??= this.#listen();
  }

  hostDisconnected(): void {
    this.#isAttached = false;
    this.#stop?.();
    this.#stop = null;
  }

  #listen(): (() => void) | null {
    return this.store?.listen(() => this.host.requestUpdate()) ?? null;
  }
}
