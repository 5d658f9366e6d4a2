/** The part of Home Assistant's frontend that the cards use. */

export interface HassEntity {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
}

/** An entry of `hass.entities`, the entity registry in the frontend. */
export interface EntityEntry {
  entity_id: string;
  device_id?: string;
  platform?: string;
  translation_key?: string;
  hidden?: boolean;
}

/** An entry of `hass.devices`. */
export interface DeviceEntry {
  id: string;
  name: string | null;
  name_by_user: string | null;
}

export interface HassConnection {
  connected?: boolean;
  subscribeMessage<T>(
    callback: (message: T) => void,
    message: object,
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  addEventListener(event: "ready" | "disconnected", listener: () => void): void;
  removeEventListener(event: "ready" | "disconnected", listener: () => void): void;
}

export interface HomeAssistant {
  states: Record<string, HassEntity | undefined>;
  entities: Record<string, EntityEntry | undefined>;
  devices: Record<string, DeviceEntry | undefined>;
  config: { time_zone: string; unit_system: { length: string } };
  locale: {
    language: string;
    time_format: "language" | "system" | "12" | "24";
    time_zone: "local" | "server";
    first_weekday: string;
  };
  language: string;
  connected?: boolean;
  connection: HassConnection;
  localize(key: string, placeholders?: Record<string, string>): string;
  loadBackendTranslation(category: string, integration?: string): Promise<unknown>;
  callWS<T>(message: object): Promise<T>;
  callService(
    domain: string,
    service: string,
    data?: object,
    target?: object,
    notifyOnError?: boolean,
    returnResponse?: boolean,
  ): Promise<unknown>;
}

/** An error of Home Assistant's websocket API, with its translation key and placeholders if it has them. */
export interface HassError {
  code?: string | number;
  message: string;
  translation_domain?: string;
  translation_key?: string;
  translation_placeholders?: Record<string, string>;
}
