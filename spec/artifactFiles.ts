/** Names of the files in the stages' artifacts: the engine writes them, workers and clients read them. */
export const WEIGHTS_FILE = "weights.safetensors";
export const FEATURES_FILE = "features.f32";
/** Out-of-fold predictions of the recipe's linear probe. */
export const PROBE_FILE = "probe.jsonl";
export const PREDICTIONS_FILE = "predictions.jsonl";
