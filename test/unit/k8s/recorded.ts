/** What a real cluster said of pods in trouble (`test/k8s/recordPods.ts`). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ObjectSerializer } from "@kubernetes/client-node/dist/gen/models/ObjectSerializer.js";
import type { Snapshot } from "../../../k8s/state/snapshot.js";

interface Recorded {
  readonly job?: unknown;
  readonly pods: readonly unknown[];
  readonly events: readonly unknown[];
}

const as = (value: unknown, type: string) => ObjectSerializer.deserialize(value, type, "");

/** @param name the situation with its room, as `waiting/quota` */
export function recorded(name: string): Snapshot {
  const file = join(process.cwd(), "test", "fixtures", "pods", `${name}.json`);
  const { job, pods, events } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  return {
    job: job === undefined ? undefined : as(job, "V1Job"),
    pods: pods.map((pod) => as(pod, "V1Pod")),
    events: events.map((event) => as(event, "CoreV1Event")),
  };
}
