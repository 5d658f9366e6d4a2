/** Styles of the dialogs. */

import { css } from "../element";

export const dialog = css`
  dialog {
    box-sizing: border-box;
    width: min(480px, 100vw - 16px);
    max-height: min(100dvh - 16px, 900px);
    padding: 0;
    border: none;
    border-radius: var(--ha-card-border-radius, 12px);
    background: var(--card-background-color);
    color: var(--primary-text-color);
    box-shadow: 0 8px 32px rgb(0 0 0 / 45%);
    overflow: auto;
    overscroll-behavior: contain;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  form {
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding: 16px;
  }
  h2 {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 500;
    outline: none;
  }
  .field > span,
  .field label > span,
  legend {
    display: block;
    padding: 0;
    margin-bottom: 4px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .field :is(input, select) {
    width: 100%;
    min-height: 44px;
    padding: 6px 10px;
    border: 1px solid var(--divider-color);
    border-radius: 10px;
    background: var(--secondary-background-color);
    color-scheme: light dark;
  }
  option {
    background: var(--card-background-color);
    color: var(--primary-text-color);
  }
  .time {
    display: flex;
    align-items: end;
    gap: 8px;
  }
  .time label {
    flex: 1;
    min-width: 0;
  }
  .step {
    min-height: 44px;
    padding: 6px;
    min-width: 48px;
  }
  .toggle {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    cursor: pointer;
  }
  .toggle input {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0 4px;
    accent-color: var(--primary-color);
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: none;
    min-width: 0;
  }
  .days {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .days button {
    padding: 6px 8px;
    min-width: 44px;
  }
  .days.weekdays {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(0, 1fr);
    gap: 4px;
  }
  .days.weekdays button {
    min-width: 0;
    padding: 6px 0;
  }
  .days button[aria-pressed="true"] {
    border-color: var(--primary-color);
    background: color-mix(in srgb, var(--primary-color) 25%, var(--card-background-color));
  }
  .skip button[aria-pressed="true"] {
    text-decoration: line-through;
  }
  .refusal:empty {
    display: none;
  }
  .refusal {
    color: color-mix(in srgb, var(--error-color) 70%, var(--primary-text-color));
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    position: sticky;
    bottom: 0;
    margin: 0 -16px -16px;
    padding: 12px 16px;
    background: var(--card-background-color);
  }
  .stack {
    display: grid;
    gap: 8px;
  }
`;
