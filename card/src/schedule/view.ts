/** The view model from which the parts of the schedule card are rendered. */

import type { Car, Problem } from "../api";
import type { Draft } from "../week/draft";
import type { Lane } from "../week/layout";
import type { ScheduleGestures } from "./gestures";
import type { ScheduleCard } from "./schedule-card";
import type { Words } from "./words";

/** A selected block, and the day of the week on which it was selected. */
export interface Selection {
  readonly key: string;
  readonly day: number;
}

export interface View {
  readonly words: Words;
  readonly car: Car;
  readonly draft: Draft;
  /** The next seven days, starting with today. */
  readonly lanes: readonly Lane[];
  /** The days of the user's week, in their order, for lists without dates. */
  readonly days: readonly number[];
  readonly isNarrow: boolean;
  readonly bySchedule: boolean;
  /** Whether the car charges in the windows: by schedule, and not in the cheapest hours. */
  readonly isActive: boolean;
  readonly activeDay: number;
  readonly today: string;
  /** The current time as a fraction of the day. */
  readonly now: number;
  readonly selected: Selection | null;
  readonly unsaved: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly supportsWindows: boolean;
  /** Whether windows can be edited: not before the schedule is read from the car. */
  readonly hasWindows: boolean;
  readonly hasDepartures: boolean;
  problemsOf(day: number): readonly Problem[];
  readonly card: ScheduleCard;
  readonly gestures: ScheduleGestures;
}

/** The part of the view model that the dialog uses. */
export type EditorView = Pick<View, "words" | "car" | "today" | "hasWindows" | "hasDepartures">;
