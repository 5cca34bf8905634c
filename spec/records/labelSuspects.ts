/** Images whose labels are probably wrong, as the evaluation lists them. */
import type { Listed, Split } from "./dataset.js";

/** An image whose label is probably wrong. */
export interface LabelSuspect {
  readonly path: string;
  readonly split: Split;
  /** Indices into `classes`: the given one, and the one that the model is confident of. */
  readonly label: number;
  readonly suggested: number;
  /** In [0, 1]: `(p(label) - p(the most probable other) + 1) / 2`; the smaller, the more suspicious. */
  readonly margin: number;
}

/** By confident learning, the most suspicious first, at most 24. */
export interface LabelSuspects extends Listed<LabelSuspect> {
  /** Images that were looked at. */
  readonly judged: number;
}
