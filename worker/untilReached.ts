/** Whether the Temporal server is there and lets us in, and what is wrong else. */
import { isUnreachable, openTemporal } from "../runtime/openTemporal.js";
import type { ThawError } from "../spec/errors.js";
import type { TemporalSettings } from "../spec/platform.js";
import { visibleLines } from "../spec/text/visible.js";
import { patiently } from "../store/connection/patience.js";
import { podPatience, sentenceOf } from "./patience.js";

/** The errors of the SDK's own connection are those of its libraries. @throws ThawError TEMPORAL_… */
export async function untilReached(
  name: string,
  settings: TemporalSettings,
  signal: AbortSignal,
): Promise<void> {
  const patience = podPatience(signal);
  let isSaid = false;
  await patiently(patience, isUnreachable, async () => {
    try {
      await (await openTemporal(settings)).close();
    } catch (error) {
      if (patience !== undefined && !isSaid && isUnreachable(error)) {
        console.error(visibleLines(`${name} worker waits: ${sentenceOf(error as ThawError)}`));
        isSaid = true;
      }
      throw error;
    }
  });
}
