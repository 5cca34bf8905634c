/** The checkpoint file of a pretrained base, provisioned when it is not there or no longer what was fetched. */
import { lookAt } from "../../../files/intact.js";
import { ThawError } from "../../../spec/errors.js";
import { forgetCached } from "../cache.js";
import type { BaseComponent, Recipe } from "../component.js";
import { ensure, locate } from "../components.js";
import { efficientnetLite0, efficientnetLite1, efficientnetLite2 } from "./downloads.js";

interface Weights {
  readonly component: BaseComponent;
  readonly recipe: Recipe;
  /** Of the checkpoint file, as `learn/bases/catalogue.ts` has it. */
  readonly sha256: string;
}

/** Bases whose weights come from a package. */
const WEIGHTS: Readonly<Record<string, Weights>> = {
  "efficientnet-lite0": {
    component: "base-weights:efficientnet-lite0",
    recipe: efficientnetLite0,
    sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
  },
  "efficientnet-lite1": {
    component: "base-weights:efficientnet-lite1",
    recipe: efficientnetLite1,
    sha256: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
  },
  "efficientnet-lite2": {
    component: "base-weights:efficientnet-lite2",
    recipe: efficientnetLite2,
    sha256: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
  },
};

/**
 * @param told a sentence when the copy on this machine was changed, and is fetched anew
 * @throws ThawError BASE_UNKNOWN, PROVISION_FAILED, and what `ensure` throws
 */
export async function baseCheckpoint(
  base: string,
  told: (sentence: string) => void = () => undefined,
): Promise<string> {
  const weights = WEIGHTS[base];
  if (weights === undefined) {
    throw new ThawError("BASE_UNKNOWN", `there are no weights for a base called "${base}"`, {
      hint: `bases: ${Object.keys(WEIGHTS).join(", ")}`,
    });
  }
  const path = await provided(weights);
  if ((await lookAt(path, weights.sha256)) === "intact") return path;
  told(`the weights of ${base} on this machine (${path}) were changed: they are fetched anew`);
  await forgetCached(weights.recipe);
  const again = await provided(weights);
  if ((await lookAt(again, weights.sha256)) === "intact") return again;
  throw new ThawError(
    "PROVISION_FAILED",
    `the weights of ${base} in ${again} are not those that are pinned`,
    {
      hint: "something changes them as they are written: look at the disk, and remove the folder",
    },
  );
}

/** Whether the weights are on this machine as they should be; nothing is fetched. @returns false for a base without weights of its own */
export async function hasCheckpoint(base: string): Promise<boolean> {
  const weights = WEIGHTS[base];
  const found = weights && (await locate(weights.component));
  return found !== undefined && (await lookAt(found.path, weights?.sha256 ?? "")) === "intact";
}

async function provided({ component }: Weights): Promise<string> {
  const [located] = await ensure([component], () => undefined);
  if (located === undefined) throw new Error(`${component} was not provided`);
  return located.path;
}
