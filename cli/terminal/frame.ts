/** Lines on stderr that are written over, for progress on a terminal. */
import { createLogUpdate } from "log-update";
import { type Clean, forTerminal } from "./shown.js";

export interface Frame {
  update(text: Clean): void;
  /** Takes it away. */
  clear(): void;
  /** Leaves it standing. */
  done(): void;
}

export function createFrame(): Frame {
  const lines = createLogUpdate(process.stderr);
  return { update: (text) => lines(forTerminal(text)), clear: lines.clear, done: lines.done };
}
