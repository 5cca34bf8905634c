/** The version in use is asked about the images that are new since it: a veto in the proof, where it can be had. */
import { patched } from "@temporalio/workflow";
import type { RetrainInput } from "../../spec/retraining/retraining.js";
import { askInPod } from "./askInPod.js";
import { type Held, heavy, orWhyNot } from "./heavy.js";

const NO_WORKER =
  "the version in use is not asked about new images: with `compute: kubernetes` no training worker is there after the run's pod; `thaw prove` asks it on a machine of yours";

/** Says what came of it: nothing where no image is new. */
export async function askAboutNewest(
  input: RetrainInput,
  champion: number,
  challenger: number,
  { say, held }: { readonly say: (step: string) => void; readonly held: Held },
): Promise<void> {
  if (!patched("newest")) return;
  const { run } = input;
  const isLocal = run.file.compute !== "kubernetes";
  // Looks of before there were questions in pods.
  if (!isLocal && !patched("newest-in-pod")) return say(NO_WORKER);
  const question = { kind: "newest", champion, challenger } as const;
  const answer = isLocal
    ? await orWhyNot(heavy(run, question).answerNewest({ run, champion, challenger }))
    : await askInPod(input, question);
  if (typeof answer === "string")
    return say(`version ${champion} could not be asked about the newest images: ${answer}`);
  const { images, right = 0, usage } = answer;
  if (usage !== undefined) held("newest", usage);
  if (images > 0)
    say(
      `version ${champion} gets ${right} of the ${images} newest test images right, which it has never seen`,
    );
}
