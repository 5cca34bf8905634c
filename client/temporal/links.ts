/** Links into the Temporal UI. */
import type { Platform } from "../../spec/platform.js";

/** The run's page, or undefined when it is not known where the UI is. */
export function runUrl({ temporal }: Pick<Platform, "temporal">, runId: string): string | undefined {
  if (temporal.uiUrl === undefined) return undefined;
  const base = temporal.uiUrl.replace(/\/+$/, "");
  return `${base}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${encodeURIComponent(runId)}`;
}
