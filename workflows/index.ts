/** The workflows that the control worker serves. */
export { approval } from "./approval.js";
export { announce, notify } from "./notify.js";
export { podQuestion } from "./retraining/podQuestion.js";
export { retrain } from "./retraining/retrain.js";
export { transferLearning } from "./transferLearning.js";
