/** Whether a run is over, and what a run's own worker does then. */
import type { Client } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import { repeatedly } from "../spec/processes/repeated.js";

/** A GPU that idles costs money, a question costs nothing. */
const ASK_MS = 30_000;

/**
 * Ends a worker when its run is over, also where nobody could tell it: after a termination, for instance.
 * @param onClosed called once; an outage of the server says nothing
 * @returns what ends the asking
 */
export function whenClosed(client: Client, runId: string, onClosed: () => void): () => void {
  return repeatedly(async () => {
    if ((await isOpen(client, runId)) !== false) return undefined;
    onClosed();
    return "over";
  }, ASK_MS);
}

/** Undefined when the server does not say; false also for a run that it has forgotten. */
export async function isOpen(client: Client, runId: string): Promise<boolean | undefined> {
  try {
    return (await client.workflow.getHandle(runId).describe()).status.name === "RUNNING";
  } catch (error) {
    return error instanceof WorkflowNotFoundError ? false : undefined;
  }
}
