/** Drift in a retraining: how the new images look to the version in use. It decides nothing, and hinders nothing. */
import { patched } from "@temporalio/workflow";
import { eventOfDrift } from "../../spec/notifications/events.js";
import type { DriftInBrief } from "../../spec/records/drift.js";
import type { Metered } from "../../spec/records/usage.js";
import { isAlarming, looksForDrift } from "../../spec/retraining/drift.js";
import type { Look, RetrainInput } from "../../spec/retraining/retraining.js";
import { announceQuietly } from "../announce.js";
import { askInPod } from "./askInPod.js";
import { type Held, heavy, orWhyNot } from "./heavy.js";

/**
 * Whoever should hear of it is told at once: training may take hours.
 * @returns undefined where nothing is to be compared
 */
export async function driftOf(
  input: RetrainInput,
  look: Look,
  { at, workflowId }: { readonly at: string; readonly workflowId: string },
  held: Held,
): Promise<DriftInBrief | undefined> {
  const { run, schedule } = input;
  const { name, model, compute } = run.file;
  const version = look.inUse;
  if (version === undefined || !looksForDrift(look, model) || !patched("drift")) return undefined;
  // Looks of before there were questions in pods. Not the patch of the other question: a look may be between the two.
  if (compute !== "local" && !patched("drift-in-pod")) return { version, sentence: NO_WORKER };
  const { usage, ...drift } = await compared(input, version, look.source);
  if (usage !== undefined) held("drift", usage);
  if (isAlarming(drift))
    await announceQuietly(
      eventOfDrift(drift, { model: name, at, workflowId, ...(schedule === undefined ? {} : { schedule }) }),
    );
  return drift;
}

const NO_WORKER =
  "not looked at: with `compute: kubernetes` no training worker is there before the run's pod; `thaw drift` looks from a machine of yours";

async function compared(
  input: RetrainInput,
  version: number,
  source: string,
): Promise<Metered<DriftInBrief>> {
  const { run } = input;
  const question = { kind: "drift", version, source } as const;
  const drift =
    run.file.compute === "local"
      ? await orWhyNot(heavy(run, question).compareDrift({ run, version, source }))
      : await askInPod(input, question);
  return typeof drift === "string" ? { version, sentence: `it could not be told: ${drift}` } : drift;
}
