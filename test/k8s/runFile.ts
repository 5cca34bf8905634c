/** Runs one test file; started in its sandbox by clusterTests.ts, which reads what came of it. */
import { writeFileSync } from "node:fs";
import { runFiles } from "../support/run/runFiles.js";

/** Of one test, hooks among them: the first of all builds the base of the image, which took 90 s on a busy machine. */
const TIMEOUT = 10 * 60_000;

const [file = "", result = ""] = process.argv.slice(2);
const run = await runFiles([file], TIMEOUT);
writeFileSync(result, JSON.stringify({ ...run, seconds: [...run.seconds] }));
