/** Runs one test file; started in its sandbox by clusterTests.ts, which reads the totals. */
import { writeFileSync } from "node:fs";
import { runTests } from "../support/runTests.js";

/** Of one test, hooks among them: the first of all builds the base of the image, which took 90 s on a busy machine. */
const TIMEOUT = 10 * 60_000;

const [file = "", totals = ""] = process.argv.slice(2);
writeFileSync(totals, JSON.stringify(await runTests([file], 1, TIMEOUT)));
