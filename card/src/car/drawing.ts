/** The drawing of a car from the side, with a charging cable if it is plugged in. */

import { svg, type SVGTemplateResult } from "lit/html.js";

export interface Drawing {
  isPlugged: boolean;
  isCharging: boolean;
}

const BODY = `M29 121C22 118 20 108 22 97C24 84 29 76 37 68C44 52 56 36 74 29C92 22 128 18 164 18C202 18 226 24
  248 37C264 46 284 58 298 68C326 72 352 79 363 91C371 99 374 112 371 120C369 125 364 127 357 127L344 127A36 36 0 0 0
  272 127L128 127A36 36 0 0 0 56 127L40 127C35 127 32 124 29 121Z`;
const WINDOWS = `M60 65C68 48 80 39 96 36C116 32 138 30 156 30L156 66L64 68Q58 68 60 65ZM166 30C200 30 220 35 240 47
  C252 54 262 60 270 65Q273 67 268 67L166 66Z`;
const GLOSS = "M37 70C90 78 210 72 300 70C330 74 352 80 362 91C300 82 120 90 27 88C29 80 33 74 37 70Z";

function wheel(x: number): SVGTemplateResult {
  return svg`<g transform="translate(${x} 127)">
    <circle class="tire" r="29.5" /><circle class="rim" r="20.5" /><circle class="spokes" r="12" />
  </g>`;
}

function cable(isCharging: boolean): SVGTemplateResult {
  const path = "M371 92C396 92 384 150 408 150C432 150 420 74 437 74";
  return svg`<g class="cable">
    <rect class="post" x="437" y="38" width="26" height="120" rx="6" />
    <rect class="screen" x="443" y="47" width="14" height="20" rx="3" />
    <path class="wire" d=${path} />
    ${isCharging ? svg`<path class="current" d=${path} />` : null}
    <rect class="plug" x="362" y="86" width="13" height="12" rx="4" />
    ${isCharging ? svg`<path class="bolt" d="M452 49L446 58H449.6L448 65L454 56H450.4Z" />` : null}
  </g>`;
}

/** Return the drawing, hidden from screen readers because the card shows the same as text. */
export function drawCar({ isPlugged, isCharging }: Drawing): SVGTemplateResult {
  return svg`<svg class="car" viewBox="8 8 464 156" aria-hidden="true" focusable="false">
    <ellipse class="shadow" cx="198" cy="156" rx="186" ry="6" />
    <path class="body" d=${BODY} />
    <path class="gloss" d=${GLOSS} />
    <path class="glass" d=${WINDOWS} />
    <path class="shine" d="M96 36L118 32.5L96 66L78 67ZM190 30.5L212 33L196 66L174 66Z" />
    <path class="seam" d="M161 22V104Q161 116 150 117M161 30V66M278 68Q284 96 270 116M64 69Q58 80 70 92" />
    <path class="handle" d="M132 78h16M226 77h16" />
    <path class="lamp" d="M322 76C340 79 354 84 361 92C350 93 332 88 322 76Z" />
    <path class="tail" d="M36 70C44 70 50 75 52 83C42 84 32 84 26 82C28 77 32 73 36 70Z" />
    <path class="mirror" d="M262 62Q276 60 278 67L264 69Q258 66 262 62Z" />
    <path class="bumper" d="M344 118Q358 116 371 110Q373 116 371 120C369 125 364 127 357 127L344 127Q344 122 344 118Z" />
    ${wheel(92)}${wheel(308)} ${isPlugged ? cable(isCharging) : null}
  </svg>`;
}
