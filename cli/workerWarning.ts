/** Whether a run waits for a worker that is down, as a sentence with what mends it. */
import type { RunView } from "../client/runs/watch.js";
import { SERVICE_TITLES } from "../runtime/services/names.js";
import { status } from "../runtime/services/status.js";
import type { Platform } from "../spec/platform.js";

const WORKERS = ["control-worker", "training-worker"];
const UNKNOWN = "no worker takes the run's Temporal tasks; `thaw up` starts workers on this machine";

/**
 * Of embedded workers the process is looked at, because Temporal takes a minute to miss one. Of others
 * Temporal is what can be asked.
 */
export async function workerWarning(platform: Platform, view: RunView): Promise<string | undefined> {
  if (view.status !== "running") return undefined;
  const { services } = platform.embedded ? await status(platform.projectFolder) : { services: [] };
  // A run with a pod of its own does not need the machine's training worker.
  const needed = view.pod === undefined ? WORKERS : ["control-worker"];
  const down = services.filter(({ name, running }) => needed.includes(name) && !running);
  if (down.length > 0) return downText(down.map(({ name }) => SERVICE_TITLES[name]));
  return view.noWorker === true ? UNKNOWN : undefined;
}

/** @param titles of one worker or of both */
export function downText(titles: readonly string[]): string {
  const [verb, them] = titles.length === 1 ? ["is", "it"] : ["are", "them"];
  return `the ${titles.join(" and the ")} ${verb} not running: \`thaw up\` starts ${them}`;
}
