/** Styles of the tile feature, which is as high as the others. */

import { css } from "../element";

export const feature = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .buttons {
    display: flex;
    gap: 8px;
  }
  button {
    display: flex;
    flex: 1;
    align-items: center;
    justify-content: center;
    gap: 8px;
    height: var(--feature-height, 42px);
    min-height: 0;
    padding: 0 8px;
    border-radius: var(--feature-border-radius, 12px);
    font-size: 0.75rem;
    line-height: 1.2;
    color: var(--primary-text-color);
    overflow: hidden;
  }
  button:not(.done, .failed) ha-icon {
    color: var(--primary-color);
  }
  @container (width < 260px) {
    span {
      display: none;
    }
  }
`;
