/** The workflows' code as one file: built once with the project, so that a worker starts in a second. */
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";

/** `dist/workflows.bundle.js`, beside the compiled modules. */
export const BUNDLE_FILE = fileURLToPath(new URL("../workflows.bundle.js", import.meta.url));
const WORKFLOWS = fileURLToPath(new URL("../workflows/index.js", import.meta.url));

export async function buildWorkflowBundle(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    logger: new DefaultLogger("WARN"),
  });
  return code;
}

/** The prebuilt bundle, or one made on the spot when there is none. */
export async function workflowBundle(): Promise<{ codePath: string } | { code: string }> {
  return access(BUNDLE_FILE).then(
    () => ({ codePath: BUNDLE_FILE }),
    async () => ({ code: await buildWorkflowBundle() }),
  );
}
