/** Build step: writes the workflow bundles. */
import { rename, writeFile } from "node:fs/promises";
import { BUNDLE_FILES, type BundleKind, buildWorkflowBundle } from "./workflowBundle.js";

for (const [kind, file] of Object.entries(BUNDLE_FILES)) {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, await buildWorkflowBundle(kind as BundleKind));
  await rename(partial, file);
}
