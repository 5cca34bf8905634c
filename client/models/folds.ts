/** The accuracy over the folds of models that were registered before their records had it. */
import type { RunResult } from "../../spec/pipeline/run.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../../store/connection/connection.js";
import { readRun } from "../../store/records/records.js";

/** The model as it is, or with what the record of the run that registered it says of the folds. */
export async function readFolds(store: Store, model: ModelVersion): Promise<ModelVersion> {
  return model.folds === undefined ? withFoldsOf(await readRun(store, model.runId), model) : model;
}

/** @param run that registered the model; undefined where its record is gone, or not yet written */
export function withFoldsOf(run: Pick<RunResult, "folds"> | undefined, model: ModelVersion): ModelVersion {
  const folds = model.folds ?? run?.folds;
  return folds === undefined ? model : { ...model, folds };
}
