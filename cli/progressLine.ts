/** Progress of a command that does its work on this machine. */
import type { Progress } from "../spec/records/training.js";
import type { Output } from "./output.js";
import { cleanText } from "./terminal/shown.js";

export interface ProgressLine {
  show(progress: Progress): void;
  /** Takes the line away. */
  end(): void;
}

/** A line on a terminal that goes away again; nothing elsewhere. */
export async function showProgress(output: Output): Promise<ProgressLine> {
  if (!output.screen.stderr.live) return { show: () => {}, end: () => {} };
  const [{ createFrame }, { progressText }] = await Promise.all([
    import("./terminal/frame.js"),
    import("./render/runs/stages.js"),
  ]);
  const frame = createFrame();
  return {
    show: (progress) =>
      frame.update(cleanText(progress, (shown) => progressText(shown, output.screen.stderr))),
    end: () => {
      frame.clear();
      frame.done();
    },
  };
}
