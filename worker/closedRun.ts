/** Ends a run's own worker when the run is over, also where nobody could tell it: after a termination, for instance. */
import { Client } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import type { NativeConnection } from "@temporalio/worker";
import type { Platform } from "../spec/platform.js";

/** A GPU that idles costs money, a question costs nothing. */
const ASK_MS = 30_000;

/** @param onClosed called once, when the run is closed or forgotten; an outage of the server says nothing */
export function whenClosed(
  connection: NativeConnection,
  { temporal: { namespace } }: Platform,
  runId: string,
  onClosed: () => void,
): { stop(): void } {
  const handle = new Client({ connection, namespace }).workflow.getHandle(runId);
  const ask = async (): Promise<void> => {
    if (!(await isClosed(handle))) return;
    clearInterval(timer);
    onClosed();
  };
  const timer = setInterval(ask, ASK_MS);
  return { stop: () => clearInterval(timer) };
}

async function isClosed(handle: ReturnType<Client["workflow"]["getHandle"]>): Promise<boolean> {
  try {
    return (await handle.describe()).status.name !== "RUNNING";
  } catch (error) {
    return error instanceof WorkflowNotFoundError;
  }
}
