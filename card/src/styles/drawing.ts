/** Styles of the drawn car. */

import { css } from "../element";

export const drawing = css`
  .car {
    display: block;
    width: 100%;
    height: auto;
    --body: var(--car-color, var(--primary-color));
  }
  .shadow {
    fill: #000;
    opacity: 0.14;
  }
  .body {
    fill: var(--body);
    stroke: color-mix(in srgb, var(--body) 70%, #000);
    stroke-width: 1.5;
  }
  .gloss {
    fill: #fff;
    opacity: 0.18;
  }
  .bumper {
    fill: #000;
    opacity: 0.28;
  }
  .glass {
    fill: #27323c;
  }
  .shine {
    fill: #fff;
    opacity: 0.14;
  }
  .seam,
  .handle {
    fill: none;
    stroke: #000;
    stroke-opacity: 0.28;
    stroke-width: 1.6;
    stroke-linecap: round;
  }
  .handle {
    stroke-width: 3.5;
    stroke-opacity: 0.35;
  }
  .lamp {
    fill: #f4f8fb;
    stroke: #0003;
  }
  .tail {
    fill: #c62828;
  }
  .mirror {
    fill: color-mix(in srgb, var(--body) 80%, #000);
  }
  .tire {
    fill: #23282d;
  }
  .rim {
    fill: #8d979f;
  }
  .spokes {
    fill: none;
    stroke: #dfe4e8;
    stroke-width: 14;
    stroke-dasharray: 6 9.08;
  }
  .post {
    fill: var(--secondary-text-color);
  }
  .screen {
    fill: #1c2429;
  }
  .wire,
  .current {
    fill: none;
    stroke: var(--primary-text-color);
    stroke-width: 4;
    stroke-linecap: round;
  }
  .current {
    stroke: var(--charging-color);
    stroke-dasharray: 7 14;
    animation: current 1.2s linear infinite;
  }
  .plug {
    fill: var(--primary-text-color);
  }
  .bolt {
    fill: #7ee787;
  }
  @keyframes current {
    to {
      stroke-dashoffset: 21;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .current {
      animation: none;
    }
  }
`;
