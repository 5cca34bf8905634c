/** Waits for the moment of a disturbance, and does it there: between two bytes of the stage's work, where it says so. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultProxy } from "../support/services/faultProxy.js";
import { isIn } from "./phases.js";
import type { Moment } from "./plan.js";
import type { Sight, Watch } from "./watch.js";

const POLL_MS = 20;
/** A stage that is never left is lost; whoever waits for the run's end says so. */
const PATIENCE_MS = 120_000;

/**
 * @param stillThere whether the stage is not over
 * @param seconds that the stage takes undisturbed
 * @returns whether the moment came before the stage was over
 */
export async function atMoment(
  moment: Moment,
  { proxy, watch }: { readonly proxy: FaultProxy; readonly watch: Watch },
  stillThere: (sight: Sight) => boolean,
  seconds: number,
  act: () => Promise<void>,
): Promise<boolean> {
  const isOver = (): boolean => watch.now().closed || !stillThere(watch.now());
  if (moment.by === "time") {
    const at = Date.now() + 1000 * moment.share * seconds;
    while (Date.now() < at && !isOver()) await sleep(POLL_MS);
    if (isOver()) return false;
    await act();
    return true;
  }
  const deadline = Date.now() + PATIENCE_MS;
  if (moment.by === "progress") {
    while (!hasTold(watch.now(), moment.share) && !isOver() && Date.now() < deadline) await sleep(POLL_MS);
    if (isOver() || !hasTold(watch.now(), moment.share)) return false;
    await act();
    return true;
  }
  let acting: Promise<void> | undefined;
  proxy.listen({
    [moment.place]: (request: { readonly method: string; readonly path: string }) => {
      if (acting !== undefined || !isIn(moment.phase, request)) return;
      acting = act();
      return acting;
    },
  });
  while (acting === undefined && !isOver() && Date.now() < deadline) await sleep(POLL_MS);
  proxy.listen({});
  await acting;
  return acting !== undefined;
}

function hasTold({ progress }: Sight, share: number): boolean {
  const { phase = "", step = 0, total = 1 } = progress ?? {};
  return phase.includes("epoch") && step >= share * total;
}
