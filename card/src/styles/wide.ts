/** Styles of the timeline with a row for each day. */

import { css } from "../element";

export const wide = css`
  .wide {
    --layer: 36px;
  }
  .wide.only-departures {
    --layer: 10px;
  }
  .wide .hours {
    height: 20px;
    margin-inline-start: 92px;
  }
  .wide .hours span {
    inset-inline-start: calc(var(--at) * 100%);
    transform: translateX(-50%);
  }
  .wide .hours span:dir(rtl) {
    transform: translateX(50%);
  }
  .wide .lane {
    display: flex;
    gap: 4px;
    margin-bottom: 4px;
  }
  .wide .head {
    flex: 0 0 88px;
  }
  .day {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    width: 100%;
    padding: 2px 4px;
    border: none;
    text-align: start;
  }
  .day .number {
    grid-row: 2;
    font-size: 0.75rem;
  }
  .day ha-icon {
    grid-column: 2;
    grid-row: 1 / 3;
    --mdc-icon-size: 16px;
    opacity: 0.6;
  }
  .day ha-icon[icon="mdi:alert-circle"],
  .tabs ha-icon {
    color: var(--error-color);
    opacity: 1;
  }
  .today > .day span:first-child,
  .today h3,
  .tabs .today span:first-child {
    font-weight: 700;
  }
  .wide .column {
    flex: 1;
    min-width: 0;
  }
  .wide .track {
    height: calc(var(--layer) + 2px + var(--rows) * 28px);
    min-height: 44px;
    padding-bottom: var(--strip);
    --time-axis: to right;
  }
  .wide .priced {
    --strip: 14px;
  }
  .wide .prices i {
    bottom: 0;
    height: calc(2px + var(--share) * 10px);
    inset-inline-start: calc(var(--from) * 100%);
    width: calc((var(--to) - var(--from)) * 100%);
  }
  .wide :is(.window, .only-in-car, .slot) {
    top: 4px;
    height: 30px;
    inset-inline-start: calc(var(--from) * 100%);
    width: calc((var(--to) - var(--from)) * 100%);
  }
  .wide .only-in-car {
    top: 2px;
    height: 34px;
  }
  .wide .continued {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
  }
  .wide .continues {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
  }
  .wide .window .label {
    height: 100%;
    box-sizing: border-box;
    white-space: nowrap;
  }
  @container (max-width: 104px) {
    .wide .window .label {
      flex-direction: column;
      align-items: start;
      gap: 0;
    }
    .wide .label ha-icon {
      --mdc-icon-size: 12px;
    }
  }
  @container (max-width: 84px) {
    .wide .window:not(:hover, :focus-visible) .until {
      display: none;
    }
  }
  @container (max-width: 35px) {
    .wide .window:not(:hover, :focus-visible) .label {
      display: none;
    }
  }
  .wide .marker {
    top: calc(var(--layer) + var(--row) * 28px);
    height: 25px;
    max-width: 320px;
    inset-inline-start: calc(var(--at) * 100%);
    border-inline-start-width: 4px;
  }
  .wide .marker.late {
    inset-inline: auto calc((1 - var(--at)) * 100%);
    border-inline-start-width: 1px;
    border-inline-end-width: 4px;
  }
  .wide .now {
    top: -2px;
    bottom: -2px;
    width: 2px;
    inset-inline-start: calc(var(--at) * 100%);
  }
  .wide .handle {
    top: -3px;
    inset-inline-start: calc(var(--at) * 100%);
  }
  .wide .handle.start {
    margin-inline-start: -36px;
  }
  .wide .handle.end {
    margin-inline-start: -8px;
  }
`;
