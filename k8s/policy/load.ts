/** Reads the installation's policy for pods. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { type PodPolicy, podPolicySchema } from "../../spec/pods/policy.js";

/**
 * @param file YAML that THAW_POD_POLICY names; undefined or empty: the strict policy
 * @throws ThawError USAGE when it cannot be read or is wrong: no pods then, in place of pods without a policy
 */
export async function podPolicy(file: string | undefined): Promise<PodPolicy> {
  if (file === undefined || file === "") return podPolicySchema.parse({});
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"));
  } catch (error) {
    throw wrong(file, `cannot be read: ${(error as Error).message}`, error);
  }
  const result = podPolicySchema.safeParse(content ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(file, `is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.message}`);
}

function wrong(file: string, why: string, cause?: unknown): ThawError {
  return new ThawError("USAGE", `${file}, which THAW_POD_POLICY names, ${why}`, {
    hint: "its keys are those of podPolicy in the chart's values (docs/kubernetes.md)",
    cause,
  });
}
