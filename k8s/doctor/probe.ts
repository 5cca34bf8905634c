/** A short-lived pod as runs get one, that runs `thaw doctor` where a training worker would be. */
import type { V1Job } from "@kubernetes/client-node";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { doctorSchema } from "../../spec/schemas/cli/machine.js";
import { answered } from "../answered.js";
import { deleteJob, ensureJob, type Place } from "../job/jobs.js";
import { jobManifest } from "../job/manifest.js";
import { CONTAINER } from "../job/names.js";
import type { PodSettings } from "../job/settings.js";
import { watchJob } from "../job/watch.js";
import type { Made } from "../policy/enforce.js";
import { podState } from "../state/podState.js";
import { currentPod, hasEnded } from "../state/snapshot.js";
import { type Check, failed } from "./check.js";

const COMMAND = ["dist/cli/main.js", "doctor", "--json"];
/** It loads nothing: Node.js and a few questions. */
const RESOURCES = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } };
/** Should the doctor be killed before it removes its Job. */
const TTL_SECONDS = 60;

/** The run that the doctor's pod would be one of. */
export function probeOf(runId: string, settings: PodSettings, env: Readonly<Record<string, string>>): Made {
  const file = runFileSchema.parse({ name: "doctor", data: { path: "." } });
  const run = { runId, file, dataPath: ".", thawVersion: "" };
  // No control worker takes it for one of its own whose run is over.
  return { run, settings, context: { env, graceSeconds: 1, installation: "doctor" } };
}

/** The Job of a run without its GPUs and its worker: it is not to wait for a GPU, nor to take one. */
export function probeManifest(
  runId: string,
  settings: PodSettings,
  env: Readonly<Record<string, string>>,
  seconds: number,
): V1Job {
  const { run, context } = probeOf(runId, settings, env);
  const job = jobManifest(run, settings, context);
  const { template } = job.spec ?? {};
  for (const container of template?.spec?.containers ?? []) {
    if (container.name === CONTAINER) Object.assign(container, { args: COMMAND, resources: RESOURCES });
  }
  Object.assign(job.spec ?? {}, {
    backoffLimit: 0,
    activeDeadlineSeconds: seconds + LEAVING_MS / 1000,
    ttlSecondsAfterFinished: TTL_SECONDS,
  });
  return job;
}

/**
 * Findings about the pod, then those of the doctor inside. The Job is removed in any case.
 * @param seconds that it may take, the pulling of the image included
 */
export async function probe(
  place: Place,
  settings: PodSettings,
  env: Readonly<Record<string, string>>,
  seconds: number,
): Promise<readonly Check[]> {
  const found = {
    name: "a run's pod",
    purpose: "starts with the image and reaches the services",
    where: settings.image,
  };
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const job = probeManifest(place.runId, settings, env, seconds);
    await answered(place.cluster, "creating the doctor's Job", () => ensureJob(place, job, signal));
    const end = await inTime(follow(place, signal), signal);
    if (typeof end === "string") {
      const problem = signal.aborted ? `not done after ${seconds} s: ${end}` : end;
      return [{ ...found, state: "missing", problem, fix: FIX }];
    }
    return [{ ...found, state: "ok" }, ...end];
  } catch (error) {
    if (signal.aborted)
      return [{ ...found, state: "missing", problem: `not done after ${seconds} s`, fix: FIX }];
    return [failed(found, error)];
  } finally {
    const patience = AbortSignal.timeout(LEAVING_MS);
    await inTime(deleteJob(place, patience), patience).catch(() => undefined);
  }
}

/** A single request may hang, which looks at no signal. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => setTimeout(() => reject(signal.reason as Error), GRACE_MS), {
        once: true,
      });
    }),
  ]);
}

/** In which what looks at the signal says how far it came. */
const GRACE_MS = 2_000;

/** The doctor has a patience of its own. */
const ENDLESS = { queue: Number.POSITIVE_INFINITY, start: Number.POSITIVE_INFINITY };
const FIX = "correct the installation's defaults, or give it more time with --timeout";
const LEAVING_MS = 30_000;

/** @returns what the doctor in the pod found, or why the pod came to nothing */
async function follow(place: Place, signal: AbortSignal): Promise<readonly Check[] | string> {
  let last = "it was not made";
  for await (const snapshot of watchJob(place, signal)) {
    const pod = currentPod(snapshot.pods);
    if (pod !== undefined && hasEnded(pod)) {
      const inside = await report(place, pod.metadata?.name ?? "");
      if (inside !== undefined) return inside;
    }
    const { sentence, final } = podState(snapshot, ENDLESS, new Date());
    last = sentence;
    if (final !== undefined || snapshot.job === undefined) return sentence;
  }
  return last;
}

/** What it wrote; undefined where that was no doctor, because the container never started, for example. */
async function report({ cluster, namespace }: Place, name: string): Promise<readonly Check[] | undefined> {
  const text = await answered(cluster, `reading what pod ${name} wrote`, () =>
    cluster.core.readNamespacedPodLog({ namespace, name, container: CONTAINER }),
  );
  try {
    const { checks } = doctorSchema.parse(JSON.parse(text));
    return checks.map((check) => ({ ...check, name: `in the pod: ${check.name}` }));
  } catch {
    return undefined;
  }
}
