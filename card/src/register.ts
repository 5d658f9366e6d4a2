/** Registration of the cards, the tile feature, and the dashboard. */

// The imports determine the order in the module: similar code next to each other is compressed better.
import "./styles";
import { ScheduleCard } from "./schedule/schedule-card";
import { CopyDialog } from "./schedule/copy-dialog";
import { ScheduleEditor } from "./schedule/editor";
import { CarCard } from "./car/car-card";
import { carSuggestion } from "./car/config";
import { CommandsFeature, isSupported, TYPE as FEATURE_TYPE } from "./tile-feature";
import { DashboardStrategy, TYPE as STRATEGY_TYPE } from "./strategy";
import { CAR_TYPE, SCHEDULE_TYPE, suggestion, text } from "./config";

type Kind = "customCards" | "customCardFeatures" | "customStrategies";

/** Register all elements with the browser and Home Assistant; do nothing if the module was loaded before. */
export function register(): void {
  if (customElements.get(CAR_TYPE)) return;
  ScheduleEditor.define("renault-ze-schedule-editor");
  CopyDialog.define("renault-ze-schedule-copy");
  CarCard.define(CAR_TYPE);
  ScheduleCard.define(SCHEDULE_TYPE);
  CommandsFeature.define(FEATURE_TYPE);
  customElements.define(`ll-strategy-dashboard-${STRATEGY_TYPE}`, DashboardStrategy);
  list("customCards", CAR_TYPE, "car", { preview: true, getEntitySuggestion: carSuggestion });
  const getEntitySuggestion = suggestion(SCHEDULE_TYPE, "calendar.");
  list("customCards", SCHEDULE_TYPE, "schedule", { preview: true, getEntitySuggestion });
  list("customCardFeatures", FEATURE_TYPE, "feature", { isSupported });
  list("customStrategies", STRATEGY_TYPE, "dashboard", { strategyType: "dashboard" });
}

/** Add an entry to a list of Home Assistant; its texts are looked up when shown, because they may load later. */
function list(kind: Kind, type: string, prefix: string, entry: object): void {
  const entries = ((window as Partial<Record<Kind, object[]>>)[kind] ??= []);
  const texts = {
    get name() {
      return text(`${prefix}.title`);
    },
    get description() {
      return text(`${prefix}.description`);
    },
  };
  entries.push(Object.assign(texts, { type, ...entry }));
}
