/** Variables of a run's pod: they stand in the run's history and in its Job, which many may read. */
import { z } from "zod";
import { hasCredentials } from "../network/masked.js";

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "use letters, digits and underscores");
/** Those of thaw's own variables that are secrets. */
const SECRETS: ReadonlySet<string> = new Set([
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "TEMPORAL_API_KEY",
]);
const MESSAGE =
  "a secret here would stand in the run's history and its Job; put it into a Secret, and name that in kubernetes.secrets";

const isSecret = (name: string, value: string): boolean => SECRETS.has(name) || hasCredentials(value);

export const podVariablesSchema = z.record(variableName, z.string()).superRefine((variables, context) => {
  for (const [name, value] of Object.entries(variables)) {
    if (isSecret(name, value)) context.addIssue({ code: "custom", message: MESSAGE, path: [name] });
  }
});

/** The same of variables and texts anywhere in a patch of the pod. @param at where `part` is in it */
export function refuseSecretsIn(
  part: unknown,
  context: z.RefinementCtx,
  at: readonly (string | number)[] = [],
): void {
  const { name, value } = (part ?? {}) as { readonly name?: unknown; readonly value?: unknown };
  if (typeof part === "string" && hasCredentials(part)) {
    context.addIssue({ code: "custom", message: MESSAGE, path: [...at] });
  } else if (typeof name === "string" && typeof value === "string" && isSecret(name, value)) {
    context.addIssue({ code: "custom", message: MESSAGE, path: [...at, "value"] });
  } else if (typeof part === "object" && part !== null) {
    for (const [key, inner] of Object.entries(part)) {
      refuseSecretsIn(inner, context, [...at, Array.isArray(part) ? Number(key) : key]);
    }
  }
}
