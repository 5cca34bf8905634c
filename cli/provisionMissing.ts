/** Provisions components with a line of progress each. Loaded where one is missing: drawing takes as long to load as starting. */
import {
  type ComponentName,
  ensure,
  type Located,
  type ProvisionProgress,
} from "../runtime/components/components.js";
import type { Output } from "./output.js";
import { nextProvision, type Provision, provisionLine } from "./render/machine/provision.js";
import { EXIT_INTERRUPTED, Interrupted, interruptible } from "./signals.js";
import { createFrame } from "./terminal/frame.js";
import { cleanText } from "./terminal/shown.js";

/** Progress moves in quarters of a second; the ETA counts down between two reports. */
const REFRESH_MS = 500;
/** Downloaders and compilers end at once; what does not is left to the next sweep of the cache. */
const GRACE_MS = 3_000;

/**
 * @returns where they are, in the order of `names`
 * @throws ThawError RUNTIME_MISSING, PROVISION_FAILED, DISK_FULL; Interrupted after Ctrl-C
 */
export async function provisionMissing(
  names: readonly ComponentName[],
  output: Output,
): Promise<readonly Located[]> {
  const states = new Map<ComponentName, Provision>();
  const { live } = output.screen.stderr;
  const frame = createFrame();
  const draw = (): void => {
    if (states.size === 0) return;
    const { stderr } = output.screen;
    frame.update(
      cleanText([...states.values()], (all) =>
        all.map((state) => provisionLine(state, Date.now(), stderr)).join("\n"),
      ),
    );
  };
  const show = (progress: ProvisionProgress): void => {
    const last = states.get(progress.component);
    // What is ready from the start is not worth a line.
    if (last === undefined && progress.phase === "ready") return;
    const next = nextProvision(last, progress, Date.now());
    states.set(progress.component, next);
    if (live) draw();
    else if (last?.phase !== next.phase) {
      output.tell({ ...next, fraction: undefined }, (state, screen) =>
        provisionLine(state, Date.now(), screen),
      );
    }
  };
  const timer = live ? setInterval(draw, REFRESH_MS) : undefined;
  try {
    return await cleanlyInterruptible(() => ensure(names, show));
  } finally {
    clearInterval(timer);
    if (live) frame.done();
  }
}

/**
 * Ctrl-C in a terminal also ends the downloaders and compilers; their failure is awaited, because on it the
 * half-made parts are removed.
 */
function cleanlyInterruptible<T>(work: () => Promise<T>): Promise<T> {
  return interruptible(async (signal) => {
    signal.addEventListener("abort", () =>
      setTimeout(() => process.exit(EXIT_INTERRUPTED), GRACE_MS).unref(),
    );
    try {
      const result = await work();
      if (!signal.aborted) return result;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    throw new Interrupted();
  });
}
