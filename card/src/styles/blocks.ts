/** Styles of the blocks on the timeline, in both directions. */

import { css } from "../element";

export const blocks = css`
  .timeline {
    position: relative;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  .hours {
    position: relative;
    font-size: 0.75rem;
    color: var(--secondary-text-color);
  }
  .hours span {
    position: absolute;
    white-space: nowrap;
  }
  .track {
    background-image: repeating-linear-gradient(
      var(--time-axis),
      color-mix(in srgb, var(--primary-text-color) 14%, transparent) 0 1px,
      transparent 1px calc(100% / 8)
    );
    position: relative;
    border-radius: 8px;
    background-color: color-mix(in srgb, var(--primary-text-color) 5%, transparent);
    cursor: cell;
  }
  .track.problem {
    box-shadow: inset 0 0 0 2px var(--error-color);
  }
  .window,
  .marker,
  .only-in-car,
  .preview {
    position: absolute;
    min-width: 0;
    min-height: 0;
    padding: 0;
    border-radius: 6px;
    overflow: hidden;
    font-size: 0.8125rem;
    line-height: 1.2;
    text-align: start;
    color: var(--primary-text-color);
  }
  .window {
    --tint: color-mix(in srgb, var(--window-color) 32%, var(--card-background-color));
    border: 1px solid var(--window-color);
    background: var(--tint);
    container-type: size;
    cursor: grab;
  }
  .window:is(:hover, :focus-visible) {
    overflow: visible;
    z-index: 3;
  }
  .window:is(:hover, :focus-visible) .label {
    position: absolute;
    top: 0;
    inset-inline-start: 0;
    min-width: 100%;
    box-sizing: border-box;
    border-radius: 5px;
    white-space: nowrap;
    background: var(--tint);
    box-shadow: 0 0 0 1px var(--window-color);
  }
  .window.late:is(:hover, :focus-visible) .label {
    inset-inline: auto 0;
  }
  .window:hover:not(:disabled) {
    background: color-mix(in srgb, var(--window-color) 45%, var(--card-background-color));
  }
  .inactive .window,
  .window.skipped {
    background: repeating-linear-gradient(-45deg, var(--tint) 0 5px, var(--card-background-color) 5px 10px);
  }
  .inactive .label span,
  .skipped .label span {
    background: var(--card-background-color);
  }
  .window.skipped .label span,
  .marker.skipped .label span {
    text-decoration: line-through;
  }
  .label {
    display: flex;
    align-items: center;
    gap: 3px;
    padding: 1px 3px;
  }
  .label ha-icon {
    --mdc-icon-size: 15px;
  }
  .marker {
    display: flex;
    align-items: center;
    border: 1px solid var(--departure-color);
    background: color-mix(in srgb, var(--departure-color) 24%, var(--card-background-color));
    cursor: grab;
    z-index: 1;
  }
  .marker:hover:not(:disabled) {
    background: color-mix(in srgb, var(--departure-color) 40%, var(--card-background-color));
  }
  .marker.off,
  .marker.skipped {
    background: var(--card-background-color);
    border-style: dotted;
  }
  .unsaved {
    border-style: dashed;
    border-width: 2px;
  }
  .selected {
    z-index: 2;
    box-shadow: 0 0 0 2px var(--primary-text-color);
    touch-action: none;
  }
  .only-in-car {
    display: flex;
    align-items: start;
    justify-content: end;
    gap: 3px;
    padding: 1px 2px;
    box-sizing: border-box;
    border: 2px dotted var(--secondary-text-color);
    color: var(--secondary-text-color);
    pointer-events: none;
    font-size: 0.6875rem;
    white-space: nowrap;
    container-type: size;
  }
  .only-in-car ha-icon {
    --mdc-icon-size: 13px;
  }
  @container (max-width: 90px) or (max-height: 16px) {
    .only-in-car span {
      display: none;
    }
    .only-in-car ha-icon {
      --mdc-icon-size: 11px;
    }
  }
  @container (max-width: 10px) or (max-height: 10px) {
    .only-in-car ha-icon {
      display: none;
    }
  }
  .prices {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .prices i {
    position: absolute;
    pointer-events: auto;
    background: color-mix(in srgb, var(--warning-color) calc(40% + var(--share) * 60%), transparent);
  }
  .slot {
    position: absolute;
    z-index: 1;
    display: flex;
    align-items: center;
    padding-inline: 2px;
    box-sizing: border-box;
    border: 2px solid var(--success-color);
    border-radius: 6px;
    background: color-mix(in srgb, var(--success-color) 40%, transparent);
    overflow: hidden;
    white-space: nowrap;
    font-size: 0.8125rem;
    pointer-events: none;
    container-type: size;
  }
  .slot ha-icon {
    --mdc-icon-size: 13px;
  }
  @container (max-width: 84px) or (max-height: 12px) {
    .slot span {
      display: none;
    }
  }
  .now {
    position: absolute;
    z-index: 3;
    background: var(--error-color);
    pointer-events: none;
  }
  .handle {
    position: absolute;
    z-index: 4;
    width: 44px;
    height: 44px;
    touch-action: none;
    cursor: ew-resize;
  }
  .handle::after {
    content: "";
    position: absolute;
    inset: 11px;
    border: 3px solid var(--card-background-color);
    border-radius: 50%;
    background: var(--window-color);
    box-shadow: 0 1px 4px rgb(0 0 0 / 50%);
  }
  .preview,
  .bubble {
    position: absolute;
    top: 0;
    left: 0;
    display: none;
    pointer-events: none;
    will-change: transform;
    z-index: 5;
  }
  .preview {
    box-sizing: border-box;
    border: 2px solid var(--window-color);
    background: color-mix(in srgb, var(--window-color) 55%, transparent);
  }
  .marking .preview {
    border-color: var(--departure-color);
    min-width: 4px;
    min-height: 4px;
    background: var(--departure-color);
  }
  .refused .preview {
    border-color: var(--error-color);
    background: color-mix(in srgb, var(--error-color) 40%, transparent);
  }
  .dragging :is(.preview, .bubble) {
    display: block;
  }
  .bubble {
    margin-top: -36px;
    padding: 4px 10px;
    border-radius: 8px;
    white-space: nowrap;
    background: var(--primary-text-color);
    color: var(--card-background-color);
  }
  .dragged,
  .dragging .handle {
    opacity: 0.35;
  }
`;
