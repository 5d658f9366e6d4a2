/** Styles of buttons, fields, and notices, with the variables of Home Assistant's themes. */

import { css } from "../element";

export const controls = css`
  button,
  select,
  input {
    font: inherit;
    color: inherit;
    box-sizing: border-box;
  }
  button {
    min-height: 40px;
    min-width: 40px;
    padding: 6px 12px;
    border: 1px solid var(--divider-color);
    border-radius: 10px;
    background: transparent;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  button:hover:not(:disabled, .primary) {
    background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
  }
  button:disabled {
    opacity: 0.4;
    cursor: default;
  }
  :is(button, select, input):focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  button.primary {
    border-color: transparent;
    background: color-mix(in srgb, var(--primary-color) 65%, black);
    color: white;
  }
  button.danger {
    color: color-mix(in srgb, var(--error-color) 70%, var(--primary-text-color));
  }
  button.icon {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    padding: 0;
    border: none;
    border-radius: 50%;
  }
  ha-icon {
    --mdc-icon-size: 18px;
    flex: none;
  }
  small {
    display: block;
    color: var(--secondary-text-color);
  }
  .space {
    flex: 1;
  }
  .segments {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 3px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
  }
  .segments label {
    flex: 1;
    position: relative;
  }
  .segments input {
    position: absolute;
    inset: 0;
    opacity: 0;
    margin: 0;
    width: 100%;
    height: 100%;
    cursor: pointer;
  }
  .segments span {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 34px;
    padding: 3px 12px;
    box-sizing: border-box;
    border-radius: 10px;
    text-align: center;
  }
  .segments input:checked + span {
    background: var(--card-background-color);
    box-shadow: 0 1px 3px rgb(0 0 0 / 30%);
  }
  .segments input:focus-visible + span {
    outline: 2px solid var(--primary-color);
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 8px 12px;
    border-radius: 10px;
    --tone: var(--info-color, var(--primary-color));
    background: color-mix(in srgb, var(--tone) 14%, var(--card-background-color));
  }
  .notice > ha-icon {
    color: var(--tone);
  }
  .notice > p {
    flex: 1 1 100px;
  }
  .notice.warning {
    --tone: var(--warning-color);
  }
  .notice.error {
    --tone: var(--error-color);
  }
  .notice.success {
    --tone: var(--success-color);
  }
  .done ha-icon {
    color: var(--success-color);
  }
  .failed ha-icon {
    color: var(--error-color);
  }
  @media (prefers-reduced-motion: no-preference) {
    :is(.sending, .waiting) ha-icon {
      animation: pulse 1.2s ease-in-out infinite;
    }
  }
  @keyframes pulse {
    50% {
      opacity: 0.25;
    }
  }
  @media (pointer: coarse) {
    button,
    select,
    input:not([type="checkbox"]),
    .segments span {
      min-height: 44px;
      min-width: 44px;
    }
  }
`;
