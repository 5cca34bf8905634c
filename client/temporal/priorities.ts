/** Whether a Temporal server gives out what waits for a worker by priority. Whether models take turns, no server tells. */
import type { ConnectionLike } from "@temporalio/client";
import { openTemporal } from "../../runtime/openTemporal.js";
import type { TemporalSettings } from "../../spec/platform.js";

/** From here on it does unless it is told otherwise (`matching.useNewMatcher`). */
const SINCE = [1, 31] as const;

/** @throws ThawError TEMPORAL_UNREACHABLE, TEMPORAL_DENIED */
export async function serverVersion(temporal: TemporalSettings): Promise<string> {
  const connection = await openTemporal(temporal);
  try {
    return await versionOf(connection);
  } finally {
    await connection.close();
  }
}

/** Of the server at the far end of a connection that is open already. */
export async function versionOf({
  workflowService,
}: Pick<ConnectionLike, "workflowService">): Promise<string> {
  return (await workflowService.getSystemInfo({})).serverVersion;
}

/** @returns undefined for a server that does, and for a version that is none */
export function withoutPriorities(
  version: string,
): { readonly problem: string; readonly fix: string } | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const [first, second] = SINCE;
  const isOlder = Number(major) < first || (Number(major) === first && Number(minor) < second);
  if (!isOlder) return undefined;
  return {
    problem: `server ${version} may give stages to workers in the order of their coming, whatever the run file's priority says`,
    fix: `server ${SINCE.join(".")}, or matching.useNewMatcher=true in its dynamic configuration`,
  };
}
