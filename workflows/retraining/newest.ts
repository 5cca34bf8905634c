/** The version in use is asked about the images that are new since it: a veto in the proof, where it can be had. */
import { patched } from "@temporalio/workflow";
import type { RetrainInput } from "../../spec/retraining/retraining.js";
import { heavy, orWhyNot } from "./heavy.js";

/** One pass of the frozen model over the newest test images. */
const TIME = "2 hours";

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
  const summary = `ask version ${champion} about the images that are new since it`;
  const answer = await orWhyNot(heavy("newest", summary, TIME).answerNewest({ run, champion, challenger }));
  if (typeof answer === "string")
    return say(`version ${champion} could not be asked about the newest images: ${answer}`);
  const { images, right = 0 } = answer;
  if (images > 0)
    say(
      `version ${champion} gets ${right} of the ${images} newest test images right, which it has never seen`,
    );
}
