/** Finds and kills parts of a running stack. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { getRun } from "../../../client/runs/watch.js";
import type { ServiceName } from "../../../runtime/services/names.js";
import { status } from "../../../runtime/services/status.js";
import type { LiveStage } from "../../../spec/pipeline/run.js";
import type { Stack } from "./stack.js";

const PATIENCE_MS = 120_000;
const POLL_MS = 100;

/** Process id of an embedded service, while it runs. */
export async function servicePid(
  { folder }: Pick<Stack, "folder">,
  name: ServiceName,
): Promise<number | undefined> {
  const { services } = await status(folder);
  return services.find((service) => service.name === name)?.pid;
}

/** Process id of the training worker's engine, while there is one. */
export async function enginePid(stack: Pick<Stack, "folder">): Promise<number | undefined> {
  const worker = await servicePid(stack, "training-worker");
  if (worker === undefined) return undefined;
  // Its exit code is 1 when the worker has no children, or is gone itself.
  const { stdout } = spawnSync("ps", ["-o", "pid=,args=", "--ppid", String(worker)], { encoding: "utf8" });
  const line = stdout.split("\n").find((text) => text.includes("engine/main.js"));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

/** Waits until the stage is in the state that `wanted` asks for. */
export async function waitForStage(
  stack: Stack,
  runId: string,
  name: string,
  wanted: (stage: LiveStage) => boolean,
): Promise<LiveStage> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { stages, failure } = await getRun(stack.session, runId);
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage !== undefined && wanted(stage)) return stage;
    if (failure !== undefined) throw new Error(`the run failed: ${failure.message}`);
    if (Date.now() > deadline) throw new Error(`stage ${name} stays ${JSON.stringify(stage)}`);
    await sleep(POLL_MS);
  }
}

/** Whether the stage's engine has reported work on images or batches. */
export function isComputing(stage: LiveStage): boolean {
  return stage.state === "running" && (stage.progress?.step ?? 0) > 0;
}

/** Whether that work is training: before it, the stage passes its images through the frozen layers. */
export function isTraining(stage: LiveStage): boolean {
  return isComputing(stage) && (stage.progress?.phase ?? "").startsWith("epoch");
}
