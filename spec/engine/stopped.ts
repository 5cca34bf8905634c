/** What a stage of training ends with when it was told to stop, on both sides of the engine's channel. */

import { ThawError } from "../errors.js";
import type { StopReason } from "./job.js";

export function stopped(reason: StopReason): ThawError {
  return reason === "pause"
    ? new ThawError("PAUSED", "training is paused", { hint: "it goes on from its checkpoint when told" })
    : new ThawError("WORKER_STOPPING", "the worker was told to stop while it trained");
}
