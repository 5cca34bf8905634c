/** A trained model is read from the files that a run leaves, its calibration folded into the head. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, it } from "node:test";
import { loadTrainedModel } from "../../../export/trainedModel.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { softmaxRows } from "../../../learn/training/step/loss.js";
import { ThawError } from "../../../spec/errors.js";
import { imageNetModel, ownProbabilities } from "../../support/models/exported.js";
import { assertClose, checkpointFile, temporaryFolder } from "../learn/support.js";

const PHOTOGRAPH = ["photographs/chelsea.png"];
let model: Awaited<ReturnType<typeof imageNetModel>>;
const chosen = async () => ({ name: "efficientnet-lite0", checkpoint: await checkpointFile() });

before(async () => {
  model = await imageNetModel();
});

async function weightsFile(folder: string): Promise<string> {
  const path = join(folder, "weights.safetensors");
  const head = [...model.parameters].filter(([name]) => name === HEAD_KERNEL || name === HEAD_BIAS);
  await writeSafetensors(path, new Map(head));
  return path;
}

it("the temperature divides the logits", async (t) => {
  const path = await weightsFile(await temporaryFolder(t));
  const { classes } = model;
  const temperature = 1.7;
  const calibrated = await loadTrainedModel(await chosen(), path, { classes, temperature });
  const raw = await ownProbabilities(model, PHOTOGRAPH);
  // Logits up to a constant, which the softmax takes away.
  const logits = raw.map((probability) => Math.log(probability) / temperature);
  assertClose(
    await ownProbabilities(calibrated, PHOTOGRAPH),
    softmaxRows(logits, classes.length),
    1e-5,
    "probabilities",
  );
});

it("without a temperature the weights are those of the file", async (t) => {
  const path = await weightsFile(await temporaryFolder(t));
  const loaded = await loadTrainedModel(await chosen(), path, { classes: model.classes });
  assert.deepEqual(loaded.parameters.get(HEAD_KERNEL), model.parameters.get(HEAD_KERNEL));
});

it("weights of another number of classes are refused", async (t) => {
  const path = await weightsFile(await temporaryFolder(t));
  const loading = loadTrainedModel(await chosen(), path, { classes: ["a", "b"] });
  await assert.rejects(
    loading,
    (error) => error instanceof ThawError && error.code === "ARTIFACT_CORRUPT" && /1000/.test(error.message),
  );
});
