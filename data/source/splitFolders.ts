/** Folders named like splits, `train/CLASS/…` beside `val/CLASS/…` or `test/CLASS/…`, as many sets of images come. */

import { ThawError } from "../../spec/errors.js";
import type { Split } from "../../spec/records/dataset.js";
import { splitOfFolder } from "../splits/names.js";

/** Whether the folders divide the images instead of naming classes: a classifier of the splits would be of no use. */
export function areSplitFolders(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => splitOfFolder(name) !== undefined);
}

/**
 * The split of each folder's images. Where no folder is for testing, the one for validation is held out: figures that
 * others give for such a set are of these images. Validation images are then drawn from those for training.
 * @param source names the folders' folder in errors
 * @param withClasses the folders that have class folders in them: a test folder may have unlabelled images
 * @throws ThawError DATA_INVALID when there is nothing to train on or nothing to hold out, or two folders are for one split
 */
export function rolesOfSplitFolders(
  source: string,
  names: readonly string[],
  withClasses: readonly string[],
): ReadonlyMap<string, Split> {
  const roles = new Map<string, Split>();
  for (const name of withClasses) {
    const split = splitOfFolder(name) as Split;
    const other = [...roles].find(([, role]) => role === split);
    if (other !== undefined) refuse(source, names, `${other[0]} and ${name} are both for ${split}`);
    roles.set(name, split);
  }
  const splits = new Set(roles.values());
  const without = names.filter((name) => !withClasses.includes(name));
  const bare = without.length === 0 ? "" : ` (no class folder in ${without.join(", ")})`;
  if (!splits.has("train")) refuse(source, names, `none with class folders is for training${bare}`);
  if (splits.size === 1) refuse(source, names, `none with class folders besides the one for training${bare}`);
  if (splits.has("test")) return roles;
  return new Map([...roles].map(([name, split]) => [name, split === "validation" ? "test" : split]));
}

function refuse(source: string, names: readonly string[], what: string): never {
  throw new ThawError(
    "DATA_INVALID",
    `the folders in ${source} are named like splits (${names.join(", ")}), not like classes, but ${what}`,
    {
      hint:
        "put class folders into them, as in train/cat/1.jpg and test/cat/2.jpg; point data.path at the training folder, " +
        "and thaw makes its own split; or write a manifest with the columns path, label and split",
    },
  );
}
