/** The version in use is asked about the images that are new since it: a veto in the proof, where it can be had. */
import { ActivityFailure, isCancellation, patched, proxyActivities } from "@temporalio/workflow";
import { LOCAL_TRAINING_QUEUE } from "../spec/pipeline/run.js";
import type { NewestActivities } from "../spec/retraining/newest.js";
import type { RetrainInput } from "../spec/retraining/retraining.js";
import { shownFailure } from "./failure.js";
import { HEARTBEAT_TIME, PATIENCE } from "./patience.js";

/** One pass of the frozen model over the newest test images. */
const TIME = "2 hours";
/** Half a minute: a worker that waits for a stage's next attempt is free again. Whatever fails then is told, also by the proof. */
const ATTEMPTS = 6;

const NO_WORKER =
  "the version in use is not asked about new images: with `compute: kubernetes` no training worker is there after the run's pod; `thaw prove` asks it on a machine of yours";

/** Says what came of it: nothing where no image is new. */
export async function askAboutNewest(
  { run }: RetrainInput,
  champion: number,
  challenger: number,
  say: (step: string) => void,
): Promise<void> {
  if (!patched("newest")) return;
  if (run.file.compute === "kubernetes") return say(NO_WORKER);
  const { answerNewest } = proxyActivities<NewestActivities>({
    activityId: "newest",
    summary: `ask version ${champion} about the images that are new since it`,
    taskQueue: LOCAL_TRAINING_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry: { ...PATIENCE, maximumAttempts: ATTEMPTS },
  });
  try {
    const { images, right = 0 } = await answerNewest({ run, champion, challenger });
    if (images > 0)
      say(
        `version ${champion} gets ${right} of the ${images} newest test images right, which it has never seen`,
      );
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    const why = shownFailure(error)?.message ?? String(error.cause);
    say(`version ${champion} could not be asked about the newest images: ${why}`);
  }
}
