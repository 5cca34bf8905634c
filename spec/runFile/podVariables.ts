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

export const podVariablesSchema = z.record(variableName, z.string()).superRefine((variables, context) => {
  for (const [name, value] of Object.entries(variables)) {
    if (!SECRETS.has(name) && !hasCredentials(value)) continue;
    context.addIssue({ code: "custom", message: MESSAGE, path: [name] });
  }
});
