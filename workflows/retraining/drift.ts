/** Drift in a retraining: how the new images look to the version in use. It decides nothing, and hinders nothing. */
import { patched } from "@temporalio/workflow";
import { eventOfDrift } from "../../spec/notifications/events.js";
import type { DriftInBrief } from "../../spec/records/drift.js";
import { isAlarming, looksForDrift } from "../../spec/retraining/drift.js";
import type { Look, RetrainInput } from "../../spec/retraining/retraining.js";
import { announceQuietly } from "../announce.js";
import { heavy, orWhyNot } from "./heavy.js";

/** At most a thousand images are read, and as many go through the network. */
const TIME = "1 hour";

/**
 * Whoever should hear of it is told at once: training may take hours.
 * @returns undefined where nothing is to be compared
 */
export async function driftOf(
  { run, schedule }: RetrainInput,
  look: Look,
  { at, workflowId }: { readonly at: string; readonly workflowId: string },
): Promise<DriftInBrief | undefined> {
  const { name, model, compute } = run.file;
  const version = look.inUse;
  if (version === undefined || !looksForDrift(look, model) || !patched("drift")) return undefined;
  if (compute !== "local") return { version, sentence: NO_WORKER };
  const drift = await compared(run, version, look.source);
  if (isAlarming(drift))
    await announceQuietly(
      eventOfDrift(drift, { model: name, at, workflowId, ...(schedule === undefined ? {} : { schedule }) }),
    );
  return drift;
}

const NO_WORKER =
  "not looked at: with `compute: kubernetes` no training worker is there before the run's pod; `thaw drift` looks from a machine of yours";

async function compared(run: RetrainInput["run"], version: number, source: string): Promise<DriftInBrief> {
  const summary = `hold the new images against those that version ${version} was evaluated on`;
  const drift = await orWhyNot(heavy("drift", summary, TIME).compareDrift({ run, version, source }));
  return typeof drift === "string" ? { version, sentence: `it could not be told: ${drift}` } : drift;
}
