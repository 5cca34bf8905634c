/** Real servers and the real workflow for small runs that stand-ins train, for one test file. */
import { join } from "node:path";
import { parseRunFile } from "../../../client/runFile/parse.js";
import type { RunFile } from "../../../spec/runFile/runFile.js";
import { smallImageSet } from "../images/images.js";
import type { Stack } from "./stack.js";
import { type StandIns, startStandIns } from "./standIns.js";

export interface StandInRuns extends Stack {
  /** Images for the runs. */
  readonly dataPath: string;
  /** Workers with the stand-ins; there are none before. @returns stops them */
  startWorkers(standIns: StandIns): Promise<() => Promise<void>>;
}

/** @param stack services without workers */
export async function standInRunsOn(stack: Stack): Promise<StandInRuns> {
  const { folder, session } = stack;
  const dataPath = await smallImageSet(join(folder, "images"), 4);
  return { ...stack, dataPath, startWorkers: (standIns) => startStandIns(session, folder, standIns) };
}

/** A run of model `small` with one stage of unfreezing. @param set as of `--set` */
export const smallRunFile =
  (folds: number) =>
  (seed: number, ...set: string[]): RunFile => {
    const text = `name: small\ndata: { path: images }\nunfreeze: { stages: [blocks.6] }\nevaluation: { folds: ${folds} }\n`;
    return parseRunFile(text, "thaw.yaml", [`seed=${seed}`, ...set]);
  };
