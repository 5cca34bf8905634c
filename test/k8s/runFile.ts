/** Runs one test file; started in its sandbox by clusterTests.ts, which reads what came of it. */
import { writeFileSync } from "node:fs";
import { runFiles } from "../support/run/runFiles.js";

/**
 * Of one test, hooks among them, and of the whole file, which counts as one: the first of all builds the base of the image, and two cores
 * that are shared with eight others took ten minutes for a file that takes three.
 */
const TIMEOUT = 30 * 60_000;

const [file = "", result = ""] = process.argv.slice(2);
await runFiles([file], { timeout: TIMEOUT }, (run) => writeFileSync(result, JSON.stringify(run)));
