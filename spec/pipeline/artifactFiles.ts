/** Names of the files in the stages' artifacts: the engine writes them, workers and clients read them. */
export const WEIGHTS_FILE = "weights.safetensors";
/** What a stage that was rolled back had trained, where `unfreeze.keep_rolled_back` asks for it. */
export const ROLLED_BACK_FILE = "rolled-back.safetensors";
export const FEATURES_FILE = "features.f32";
/** A shard's images in the order of their rows, a line each. */
export const SHARD_FILE = "shard.jsonl";
/** All shards of a set with their images, a line each. */
export const SHARD_LIST_FILE = "shards.jsonl";
/** The recipe: its evidence, and what was decided by it. */
export const RECIPE_FILE = "recipe.json";
/** Out-of-fold predictions of the recipe's linear probe. */
export const PROBE_FILE = "probe.jsonl";
export const PREDICTIONS_FILE = "predictions.jsonl";
/** Features of held-out images, by which predictions tell images that are not like them. */
export const FAMILIAR_FILE = "familiar.safetensors";
/** Suspected copies across the splits, a pair a line. */
export const COPIES_FILE = "copies.jsonl";
export const ACTIVATION_MAPS_FILE = "activation-maps.json";
export const FEATURE_MAP_FILE = "feature-map.json";
export const MODEL_CARD_FILE = "model-card.md";
