/** All styles, together in the module because similar text next to each other is compressed better. */

export { controls } from "./controls";
export { car } from "./car";
export { drawing } from "./drawing";
export { feature } from "./feature";
export { dialog } from "./dialog";
export { schedule } from "./schedule";
export { blocks } from "./blocks";
export { wide } from "./wide";
export { narrow } from "./narrow";
