/** The workflows that the control worker serves. */
export { transferLearning } from "./transferLearning.js";
