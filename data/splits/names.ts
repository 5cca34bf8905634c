/** The names that people give splits, in folders and in manifests. */
import type { Split } from "../../spec/records/dataset.js";

const SPLIT_OF: ReadonlyMap<string, Split> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["test", "test"],
  ["testing", "test"],
]);

/** Whether upper or lower case. Undefined for any other name. */
export function splitOf(name: string): Split | undefined {
  return SPLIT_OF.get(name.toLowerCase());
}

/** `training_set`, `Test images` and `val2017` are folders of splits as well. */
const OF_A_SPLIT = /^([a-z]+?)[ _.-]?(?:set|data|dataset|images|imgs|split|\d{4})$/i;

export function splitOfFolder(name: string): Split | undefined {
  return splitOf(name) ?? splitOf(OF_A_SPLIT.exec(name)?.[1] ?? "");
}
