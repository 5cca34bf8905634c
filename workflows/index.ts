/** The workflows that the control worker serves. */
export { retrain } from "./retrain.js";
export { transferLearning } from "./transferLearning.js";
