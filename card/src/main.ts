/** Entry point: registers the cards, the tile feature, and the dashboard. */

import { register } from "./register";
import { currentHass } from "./devices";
import { loadTexts } from "./texts";

register();
void loadTexts(currentHass());
