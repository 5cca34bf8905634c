/** Entry point of a training worker. */
import "./toldToLeave.js";

await import("./trainingWorker.js");
