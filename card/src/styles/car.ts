/** Styles of the car card, in the colors of the theme. */

import { css } from "../element";

export const car = css`
  :host {
    display: block;
    --charging-color: var(--green-color, #43a047);
  }
  ha-card {
    box-sizing: border-box;
    height: 100%;
    padding: 16px;
    display: flex;
    flex-direction: column;
    gap: 12px;
    color: var(--primary-text-color);
    overflow-wrap: anywhere;
  }
  .compact {
    gap: 8px;
    padding: 12px;
  }
  .head,
  .levels,
  .state {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 4px 12px;
  }
  .levels {
    justify-content: start;
  }
  h2,
  .head select {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 500;
  }
  select {
    max-width: 100%;
    min-height: 44px;
    border: 1px solid var(--divider-color);
    border-radius: 10px;
    background: var(--card-background-color);
  }
  .age,
  .state,
  .phase,
  .lines ha-icon,
  .departure ha-icon {
    color: var(--secondary-text-color);
  }
  .age,
  .phase {
    font-size: 0.75rem;
  }
  .look {
    max-width: 460px;
    width: 100%;
    margin: auto;
    /* A car drives the same way in all languages. */
    direction: ltr;
  }
  .picture {
    width: 100%;
    max-height: 260px;
    object-fit: contain;
  }
  .level {
    font-size: 2rem;
    line-height: 1.1;
    font-weight: 500;
  }
  .compact .level {
    font-size: 1.5rem;
  }
  .meter {
    position: relative;
    height: 16px;
    border-radius: 8px;
    background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
  }
  .fill {
    height: 100%;
    border-radius: 8px;
    background: var(--charging-color);
    transition: width 0.6s;
  }
  .low .fill {
    background: var(--warning-color);
  }
  .charging .fill {
    background-image: linear-gradient(90deg, transparent, rgb(255 255 255 / 55%), transparent);
    background-size: 40% 100%;
    background-repeat: no-repeat;
    animation: charge 2s linear infinite;
  }
  .fill:dir(rtl) {
    animation-direction: reverse;
  }
  .mark {
    position: absolute;
    inset-block: -4px;
    width: 2px;
    background: var(--primary-text-color);
  }
  .mark.limit {
    inset-block: 0 -8px;
    width: 0;
    background: none;
    border-inline-start: 2px dashed var(--primary-text-color);
  }
  @keyframes charge {
    from {
      background-position: -70% 0;
    }
    to {
      background-position: 170% 0;
    }
  }
  strong {
    color: var(--primary-text-color);
    font-weight: 500;
  }
  .lines {
    display: grid;
    gap: 8px;
  }
  .lines p,
  .departure {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .lines ha-icon,
  .departure ha-icon,
  .command ha-icon {
    --mdc-icon-size: 24px;
  }
  .next {
    display: grid;
    gap: 8px;
    padding-top: 12px;
    border-top: 1px solid var(--divider-color);
  }
  .compact .lines ha-icon {
    display: none;
  }
  .departure p {
    flex: 1;
  }
  renault-ze-schedule-editor {
    position: absolute;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .results {
    display: grid;
    gap: 8px;
  }
  .results:empty {
    display: none;
  }
  .command {
    display: flex;
    flex: 1 1 118px;
    flex-direction: column;
    align-items: center;
    gap: 4px;
    padding: 10px 8px;
  }
  .command:not(.done, .failed) ha-icon {
    color: var(--primary-color);
  }
  .failed {
    border-color: var(--error-color);
  }
  .add {
    display: flex;
    align-items: center;
    justify-self: start;
    gap: 8px;
  }
  .empty {
    padding-block: 16px;
    text-align: center;
    color: var(--secondary-text-color);
  }
  @media (prefers-reduced-motion: reduce) {
    .fill {
      animation: none !important;
      transition: none;
    }
  }
`;
