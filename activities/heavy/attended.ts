/** Heavy activities that are no stage of a run: they beat, end when they are told to, and a later attempt takes them up again. */
import { Context } from "@temporalio/activity";
import { fitting } from "../../spec/engine/diskFull.js";
import { startPulse } from "../life/pulse.js";
import type { RunningStages, StageHooks } from "./runningStages.js";
import { attemptOf } from "./stageRunner.js";

interface Attended {
  /** Equal for attempts at the same. */
  readonly name: string;
  readonly workFolder: string;
  /** What the disk has to hold, as it is told where it does not fit. */
  readonly holding: string;
}

/** What an outage of the server cut off is not begun anew. */
export async function attended<Outcome>(
  running: RunningStages<Outcome>,
  { name, workFolder, holding }: Attended,
  work: (hooks: StageHooks) => Promise<Outcome>,
): Promise<Outcome> {
  const activity = Context.current();
  const pulse = startPulse((progress) => activity.heartbeat(progress));
  try {
    return await running.attend(
      name,
      (hooks) => fitting(holding, workFolder, () => work(hooks)),
      attemptOf(activity, pulse.report),
    );
  } finally {
    pulse.stop();
  }
}
