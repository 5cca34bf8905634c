/** The workflows' code as one file: built once with the project, so that a worker starts in a second. */
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const inDist = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Beside the compiled modules. OpenTelemetry makes it almost twice as large, so only workers that trace load that one. */
export const BUNDLE_FILES = {
  plain: inDist("workflows.bundle.js"),
  traced: inDist("workflows.traced.bundle.js"),
} as const;
export type BundleKind = keyof typeof BUNDLE_FILES;

export async function buildWorkflowBundle(kind: BundleKind = "plain"): Promise<string> {
  const { bundleWorkflowCode, DefaultLogger } = await import("@temporalio/worker");
  const { code } = await bundleWorkflowCode({
    workflowsPath: inDist("workflows/index.js"),
    ...(kind === "traced" ? { workflowInterceptorModules: [inDist("workflows/tracing.js")] } : {}),
    logger: new DefaultLogger("WARN"),
  });
  return code;
}

/** The prebuilt bundle, or one made on the spot when there is none. */
export async function workflowBundle(kind: BundleKind): Promise<{ codePath: string } | { code: string }> {
  return access(BUNDLE_FILES[kind]).then(
    () => ({ codePath: BUNDLE_FILES[kind] }),
    async () => ({ code: await buildWorkflowBundle(kind) }),
  );
}
