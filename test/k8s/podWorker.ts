/** The worker in a pod, as a process of this machine. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { engineOf } from "../support/services/faults.js";
import { until } from "../support/until.js";
import type { Cluster } from "./cluster/cluster.js";

/** Its process id: this machine's own training worker looks the same. */
async function workerPid(cluster: Cluster, pod: string): Promise<number> {
  const uid = await cluster.kubectl("get", "pod", pod, "-o=jsonpath={.metadata.uid}");
  const listing = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" });
  for (const line of listing.split("\n").filter((text) => text.includes("worker/training.js"))) {
    const pid = Number.parseInt(line, 10);
    if (readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(uid)) return pid;
  }
  return assert.fail(`no worker of ${pod} in\n${listing}`);
}

/** Kills the worker, and with it the container. */
export async function killWorker(cluster: Cluster, pod: string): Promise<void> {
  process.kill(await workerPid(cluster, pod), "SIGKILL");
}

/** Process id of the engine of a pod's worker, once it has one. */
export async function engineInPod(cluster: Cluster, pod: string): Promise<number> {
  let engine: number | undefined;
  await until(`pod ${pod} has an engine`, async () => {
    const worker = await workerPid(cluster, pod).catch(() => undefined);
    engine = worker === undefined ? undefined : engineOf(worker);
    return engine !== undefined;
  });
  return engine as number;
}
