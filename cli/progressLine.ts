/** Progress of a command that does its work on this machine. */
import type { Progress } from "../spec/records/training.js";
import type { Output } from "./output.js";

export interface ProgressLine {
  show(progress: Progress): void;
  /** A sentence that stays. */
  note(sentence: string): void;
  /** Takes the line away. */
  end(): void;
}

/** A line on a terminal that goes away again; nothing elsewhere. */
export async function showProgress(output: Output): Promise<ProgressLine> {
  const note = (sentence: string): void => output.talk(`! ${sentence}`);
  if (!output.screen.stderr.live) return { show: () => {}, note, end: () => {} };
  const [{ createLogUpdate }, { progressText }] = await Promise.all([
    import("log-update"),
    import("./render/runs/stages.js"),
  ]);
  const update = createLogUpdate(process.stderr);
  return {
    show: (progress) => update(progressText(progress, output.screen.stderr)),
    note: (sentence) => {
      update.clear();
      note(sentence);
    },
    end: () => {
      update.clear();
      update.done();
    },
  };
}
