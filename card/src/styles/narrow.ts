/** Styles of the timeline of one day from top to bottom, and of the tabs of the days. */

import { css } from "../element";

export const narrow = css`
  .tabs {
    display: flex;
    gap: 2px;
  }
  .tabs button {
    flex: 1;
    position: relative;
    min-width: 0;
    min-height: 60px;
    padding: 4px 1px;
    border: none;
    border-radius: 10px;
    text-align: center;
    font-size: 0.8125rem;
    line-height: 1.3;
  }
  .tabs button > span {
    display: block;
  }
  .tabs button[aria-selected="true"] {
    background: color-mix(in srgb, var(--primary-color) 22%, var(--card-background-color));
  }
  .tabs ha-icon {
    position: absolute;
    top: 0;
    inset-inline-end: 0;
    --mdc-icon-size: 14px;
  }
  .mini {
    position: relative;
    height: 8px;
    margin: 2px 3px 0;
    border-radius: 3px;
    background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
  }
  .mini i,
  .mini b {
    position: absolute;
    inset-block: 0;
    inset-inline-start: calc(var(--from) * 100%);
    width: calc((var(--to) - var(--from)) * 100%);
    background: var(--window-color);
    border-radius: 2px;
  }
  .mini b {
    width: 3px;
    background: var(--departure-color);
  }
  .narrow {
    --split: 50%;
    display: flex;
    padding-block: 12px;
  }
  .narrow.only-windows {
    --split: calc(100% - 4px);
  }
  .narrow.only-departures {
    --split: 4px;
  }
  .narrow .hours {
    flex: 0 0 56px;
  }
  .narrow .hours span {
    top: calc(var(--at) * 100%);
    transform: translateY(-50%);
  }
  .narrow .lane {
    flex: 1;
    min-width: 0;
  }
  .narrow .track {
    height: 576px;
    --time-axis: to bottom;
  }
  .narrow .priced {
    --strip: 14px;
  }
  .narrow .prices i {
    inset-inline-start: 0;
    width: calc(2px + var(--share) * 10px);
    top: calc(var(--from) * 100%);
    height: calc((var(--to) - var(--from)) * 100%);
  }
  .narrow :is(.window, .only-in-car, .slot) {
    inset-inline: calc(4px + var(--strip, 0px)) calc(100% - var(--split));
    top: calc(var(--from) * 100%);
    height: calc((var(--to) - var(--from)) * 100%);
  }
  .narrow .only-in-car {
    inset-inline: calc(2px + var(--strip, 0px)) calc(100% - var(--split) - 2px);
    align-items: end;
  }
  .narrow .window {
    display: flex;
    align-items: start;
  }
  .narrow .label {
    flex-wrap: wrap;
  }
  @container (max-height: 16px) {
    .narrow .window:not(:hover, :focus-visible) .label {
      display: none;
    }
  }
  .narrow .continued {
    border-start-start-radius: 0;
    border-start-end-radius: 0;
  }
  .narrow .continues {
    border-end-start-radius: 0;
    border-end-end-radius: 0;
  }
  .narrow .marker {
    top: calc(var(--at) * 100%);
    min-height: 44px;
    width: calc((100% - var(--split) - 4px) / max(1, var(--rows)));
    inset-inline-start: calc(var(--split) + (100% - var(--split) - 4px) / max(1, var(--rows)) * var(--row));
    border-top-width: 4px;
  }
  .narrow .marker.late {
    top: auto;
    bottom: calc((1 - var(--at)) * 100%);
    border-top-width: 1px;
    border-bottom-width: 4px;
  }
  .narrow .now {
    inset-inline: -4px;
    height: 2px;
    top: calc(var(--at) * 100%);
  }
  .narrow .handle {
    inset-inline-start: calc(var(--split) / 2);
    margin-inline-start: -22px;
    top: calc(var(--at) * 100%);
    cursor: ns-resize;
  }
  .narrow .handle.start {
    margin-top: -36px;
  }
  .narrow .handle.end {
    margin-top: -8px;
  }
`;
