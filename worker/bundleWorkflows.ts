/** Build step: writes the workflow bundle. */
import { rename, writeFile } from "node:fs/promises";
import { BUNDLE_FILE, buildWorkflowBundle } from "./workflowBundle.js";

const partial = `${BUNDLE_FILE}.${process.pid}`;
await writeFile(partial, await buildWorkflowBundle());
await rename(partial, BUNDLE_FILE);
