/** Styles of the schedule card around the timeline, and of the list. */

import { css } from "../element";

export const schedule = css`
  :host {
    display: block;
    --window-color: var(--primary-color);
    --departure-color: var(--accent-color);
  }
  ha-card {
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding: 12px 16px 16px;
    height: 100%;
    box-sizing: border-box;
    color: var(--primary-text-color);
  }
  ha-card > .segments {
    width: 100%;
    max-width: 420px;
    box-sizing: border-box;
  }
  .header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
  }
  .tools {
    display: flex;
  }
  h2 {
    flex: 1 1 90px;
    margin: 0;
    font-size: 1.25rem;
    font-weight: 500;
    overflow-wrap: anywhere;
  }
  h3 {
    flex: 1;
    margin: 0;
    font-size: 1rem;
    font-weight: 500;
  }
  .number,
  .muted,
  .empty {
    color: var(--secondary-text-color);
    font-weight: 400;
  }
  .status {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    font-size: 0.875rem;
  }
  .status span {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .dock {
    position: sticky;
    bottom: 8px;
    z-index: 6;
    display: grid;
    gap: 8px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    padding: 8px 12px;
    border: 1px solid var(--divider-color);
    border-radius: 12px;
    background: var(--card-background-color);
    box-shadow: 0 2px 10px rgb(0 0 0 / 30%);
  }
  .bar p {
    flex: 1 1 80px;
  }
  .selection .icon {
    order: 1;
  }
  .narrow-dock .selection .icon {
    order: 0;
  }
  .narrow-dock .selection p {
    flex: 1 1 calc(100% - 60px);
  }
  .narrow-dock .selection button:not(.icon) {
    flex: 1 0 auto;
    padding-inline: 4px;
  }
  .list {
    display: grid;
    gap: 8px;
  }
  .list section {
    display: grid;
    gap: 6px;
    padding: 4px 0 8px;
    border-bottom: 1px solid var(--divider-color);
  }
  .day-head {
    display: flex;
    align-items: center;
  }
  .item {
    display: flex;
    align-items: center;
    gap: 10px;
    width: 100%;
    text-align: start;
  }
  .item > span {
    flex: 1;
    min-width: 0;
  }
  .item.off .text {
    color: var(--secondary-text-color);
    text-decoration: line-through;
  }
  .problem-text {
    color: color-mix(in srgb, var(--error-color) 70%, var(--primary-text-color));
  }
  .later {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  details summary {
    min-height: 40px;
    display: flex;
    align-items: center;
    gap: 6px;
    cursor: pointer;
    color: var(--secondary-text-color);
  }
  details ul {
    margin: 0;
    padding-inline-start: 24px;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
