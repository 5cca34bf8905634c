/** What lineage is told in: things of the store, each with what it has to do with the one above it. */
import type { Split } from "./records/dataset.js";

export const NODE_KINDS = [
  "model",
  "run",
  "retraining",
  "artifact",
  "dataset",
  "source",
  "upload",
  "base",
  "checkpoint",
  "image",
  "decision",
  "proof",
] as const;

/** What a thing is to the one above it in the tree. */
export const RELATIONS = [
  // Upwards: it is what the one above was made of.
  "registered-by",
  "started-by",
  "goes-on-from",
  "stage",
  "input",
  "read-from",
  "uploaded-as",
  "base",
  "checkpoint",
  "layer",
  "tuned-on",
  "keeps-splits-of",
  "knows-images-of",
  // Downwards: it was made of the one above, or stands on it.
  "registered",
  "given-again-by",
  "gone-on-with-by",
  "base-of",
  "splits-kept-by",
  "input-of",
  "held-by",
  "source-of",
  "meant-by",
  "challenger-in",
  "champion-in",
  "evidence-of",
  // Of an image.
  "in-dataset",
  "trained-on-by",
  "validated-by",
  "held-out-by",
] as const;

export interface LineageNode {
  readonly kind: (typeof NODE_KINDS)[number];
  /** `digits@3`, a run's id, a stage, a path; of an alias' decision the alias. */
  readonly name: string;
  readonly relation?: (typeof RELATIONS)[number];
  /** SHA-256: of an artifact over files and summary, of files over their bytes. */
  readonly digest?: string;
  /** Of an artifact, as in its place in the bucket. */
  readonly key?: string;
  /** ISO 8601. */
  readonly at?: string;
  /** Of an image in a dataset. */
  readonly label?: string;
  readonly split?: Split;
  /** Of an alias' decision: whether the alias means it now. */
  readonly now?: boolean;
  /** What else there is to say, without a full stop. */
  readonly text?: string;
  readonly nodes?: readonly LineageNode[];
}

/** Without `nodes` where there are none. */
export function withNodes(node: Omit<LineageNode, "nodes">, nodes: readonly LineageNode[]): LineageNode {
  return nodes.length === 0 ? node : { ...node, nodes };
}
