/** Entry point of the control worker. */
import "./toldToLeave.js";

await import("./controlWorker.js");
