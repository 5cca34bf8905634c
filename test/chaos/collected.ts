/** What garbage collection would leave of a run some days later: its artifacts, and nothing that kills left behind. */
import { collectGarbage } from "../../client/gc/collect.js";
import { evidenceOf, leftoversOf, patientlyOf, type RunEvidence } from "./evidence.js";
import type { Testbed } from "./testbed.js";

const DAY_MS = 24 * 3600 * 1000;
/** Beyond every grace of what is collected here. */
const LATER_MS = 10 * DAY_MS;

/** @returns a sentence for each thing that is there and should not be, or the other way round */
export async function brokenByCollection(
  testbed: Testbed,
  runId: string,
  before: RunEvidence,
): Promise<readonly string[]> {
  const session = { ...testbed.session, store: patientlyOf(testbed) };
  const now = new Date(Date.now() + LATER_MS);
  await collectGarbage(session, { keepDays: 1, now, dryRun: false, onProgress: () => undefined });
  const { claims, attempts } = await leftoversOf(testbed);
  const after = await evidenceOf(testbed, runId);
  return [
    ...(claims > 0 ? [`garbage collection leaves ${claims} claims`] : []),
    ...(attempts > 0 ? [`garbage collection leaves ${attempts} folders of attempts`] : []),
    ...(JSON.stringify(after) === JSON.stringify(before)
      ? []
      : ["garbage collection changed the run's artifacts"]),
  ];
}
