/** Progress of a command that does its work on this machine. */
import type { Progress } from "../spec/records/training.js";
import type { Output } from "./output.js";
import { cleanText, say } from "./terminal/shown.js";

export interface ProgressLine {
  show(progress: Progress): void;
  /** A sentence that stays. */
  note(sentence: string): void;
  /** Takes the line away. */
  end(): void;
}

/** A line on a terminal that goes away again; nothing elsewhere. */
export async function showProgress(output: Output): Promise<ProgressLine> {
  const note = (sentence: string): void => output.talk(say`! ${sentence}`);
  if (!output.screen.stderr.live) return { show: () => {}, note, end: () => {} };
  const [{ createFrame }, { progressText }] = await Promise.all([
    import("./terminal/frame.js"),
    import("./render/runs/stages.js"),
  ]);
  const frame = createFrame();
  return {
    show: (progress) =>
      frame.update(cleanText(progress, (shown) => progressText(shown, output.screen.stderr))),
    note: (sentence) => {
      frame.clear();
      note(sentence);
    },
    end: () => {
      frame.clear();
      frame.done();
    },
  };
}
