/** The dialogs of the schedule card. */

import { copyDay } from "../week/departures";
import { isRefused } from "../week/draft";
import { entered, without, type Form } from "../week/forms";
import type { CopyDialog } from "./copy-dialog";
import type { ScheduleEditor } from "./editor";
import type { ScheduleCard } from "./schedule-card";

/** Open the dialog of a window or a departure on a day. */
export async function openEditor(card: ScheduleCard, form: Form, day: number): Promise<void> {
  const { key } = form;
  const dialog = await dialogOf<ScheduleEditor>(card, "renault-ze-schedule-editor");
  void dialog?.open({
    form,
    days: card.view?.days ?? [],
    enter: (values) => {
      if (card.view === null) return { refused: "not_on_that_day" };
      const result = entered(card.view.draft, values);
      if (!isRefused(result)) card.apply(result, values.days.includes(day) ? day : (values.days[0] ?? day));
      return result;
    },
    remove: key === null ? null : () => void (card.view && card.apply(without(card.view.draft, key), day)),
  });
}

/** Open the dialog that copies a day to others. */
export async function openCopyDialog(card: ScheduleCard, day: number): Promise<void> {
  const dialog = await dialogOf<CopyDialog>(card, "renault-ze-schedule-copy");
  void dialog?.open(day, (days) => card.view && card.apply(copyDay(card.view.draft, day, days), day));
}

async function dialogOf<Dialog extends Element>(card: ScheduleCard, name: string): Promise<Dialog | null> {
  card.hasDialogs = true;
  card.requestUpdate();
  await card.updateComplete;
  return card.renderRoot.querySelector<Dialog>(name);
}
