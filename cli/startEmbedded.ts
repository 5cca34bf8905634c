/** Provisions what this machine lacks and starts a project's embedded services. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ComponentName } from "../runtime/components/components.js";
import { down } from "../runtime/services/down.js";
import { layoutOf } from "../runtime/services/layout.js";
import { readRecord, temporalOf } from "../runtime/services/record.js";
import { hasSearchAttributes } from "../runtime/services/searchAttributes.js";
import { status } from "../runtime/services/status.js";
import { type UpOptions, up } from "../runtime/services/up.js";
import type { Output } from "./output.js";
import { provision } from "./provision.js";
import { Interrupted, interruptible } from "./signals.js";
import { say } from "./terminal/shown.js";

/** All that training on this machine needs. */
const COMPONENTS = [
  "libtensorflow",
  "tfjs-binding",
  "temporal",
  "s3-server",
  "base-weights:efficientnet-lite0",
] as const;

/** Compiled, this file is `dist/cli/startEmbedded.js`. */
const worker = (name: string): string => fileURLToPath(new URL(`../worker/${name}.js`, import.meta.url));
const WORKERS = { control: worker("control"), training: worker("training") };

/**
 * @param ports those that are asked for; the others may be any
 * @param more components that are wanted besides
 * @returns where each component is
 * @throws ThawError PORT_BUSY, RUNTIME_MISSING, PROVISION_FAILED, DISK_FULL …; Interrupted after Ctrl-C,
 *   when what this call has started is stopped again
 */
export async function startEmbedded(
  projectFolder: string,
  output: Output,
  ports: Pick<UpOptions, "temporalPort" | "uiPort" | "s3Port">,
  more: readonly ComponentName[] = [],
): Promise<ReadonlyMap<ComponentName, string>> {
  const found = await provision([...COMPONENTS, ...more], output);
  const before = await status(projectFolder);
  await interruptible(async (signal) => {
    signal.addEventListener("abort", () => output.talk(say`Interrupted: stopping what was started.`));
    await up({
      ...ports,
      projectFolder,
      temporal: found.temporal.path,
      weed: found["s3-server"].path,
      workers: WORKERS,
      onProgress: (line) => output.talk(say`${line}`),
    });
    if (!signal.aborted) return registerAttributes(projectFolder);
    if (!before.supervised) await down(projectFolder);
    throw new Interrupted();
  });
  return new Map(Object.values(found).map(({ name, path }) => [name, path]));
}

/** A database of an older thaw lacks those that are new: the server registers them only when it makes one. */
async function registerAttributes(projectFolder: string): Promise<void> {
  const record = readRecord(layoutOf(resolve(projectFolder)));
  if (record === undefined || (await hasSearchAttributes(record))) return;
  const { lookAtAttributes } = await import("../client/temporal/lookAtAttributes.js");
  // What is missing still, a run says that needs it.
  await lookAtAttributes(temporalOf(record), true).catch(() => undefined);
}
