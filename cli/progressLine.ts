/** Progress of a command that does its work on this machine. */
import { createLogUpdate } from "log-update";
import type { Progress } from "../spec/records/training.js";
import type { Output } from "./output.js";
import { progressText } from "./render/runs/stages.js";

export interface ProgressLine {
  show(progress: Progress): void;
  /** Takes the line away. */
  end(): void;
}

/** A line on a terminal that goes away again; nothing elsewhere. */
export function showProgress(output: Output): ProgressLine {
  if (!output.screen.stderr.live) return { show: () => {}, end: () => {} };
  const update = createLogUpdate(process.stderr);
  return {
    show: (progress) => update(progressText(progress, output.screen.stderr)),
    end: () => {
      update.clear();
      update.done();
    },
  };
}
