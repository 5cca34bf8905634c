/** What follows from a look and from a proof: the rules of retraining, all in one place. */
import type { ModelProof } from "../records/proof.js";
import type { ModelSpec } from "../runFile/model.js";
import type { Look, RetrainReason } from "./retraining.js";
import { NEW_IMAGES } from "./terms.js";

/** Images that were not trained on yet. */
export interface NewImages extends Pick<Look, "added" | "mostAdded"> {}

/** What of the newest version differs from what a run would make now. */
export interface Differences {
  /** There is no version yet. */
  readonly isFirst: boolean;
  readonly data: boolean;
  /** Where nothing of the data is different but that there are more images. */
  readonly onlyNew?: NewImages;
  readonly settings: boolean;
  readonly code: boolean;
  readonly ageDays: number;
  readonly asked: boolean;
}

/** Every reason that holds, in the order in which they are told; none means that there is nothing to do. */
export function reasonsToTrain(
  { isFirst, data, onlyNew, settings, code, ageDays, asked }: Differences,
  policy: Pick<ModelSpec, "max_age_days"> & FewestNew,
): readonly RetrainReason[] {
  if (isFirst) return ["first"];
  const holds: Readonly<Record<RetrainReason, boolean>> = {
    first: false,
    data: data && (onlyNew === undefined || tooFew(onlyNew, policy).length === 0),
    settings,
    code,
    age: policy.max_age_days > 0 && ageDays >= policy.max_age_days,
    asked,
  };
  return (Object.keys(holds) as RetrainReason[]).filter((reason) => holds[reason]);
}

/** Absent in run files of older clients. */
type FewestNew = Partial<Pick<ModelSpec, "min_new_images" | "min_new_per_class">>;

/** In which respects there are too few new images, in words; none: there are enough, or none at all. */
function tooFew(
  { added, mostAdded }: NewImages,
  { min_new_images = NEW_IMAGES.min_new_images, min_new_per_class = NEW_IMAGES.min_new_per_class }: FewestNew,
): readonly string[] {
  if (added === 0) return [];
  const most = mostAdded?.images ?? 0;
  return [
    ...(added < min_new_images ? [`${added} of ${min_new_images} new ones`] : []),
    ...(most < min_new_per_class
      ? [`no class has ${min_new_per_class} new ones, the most are ${most} of "${mostAdded?.label}"`]
      : []),
  ];
}

/** Why a look that has no reason to train is not one at unchanged images; undefined where it is. */
export function waitsForImages(look: Look, policy: FewestNew): string | undefined {
  const few = tooFew(look, policy);
  if (look.reasons.length > 0 || few.length === 0) return undefined;
  return `waits for more images: ${few.join("; ")} since version ${look.version}`;
}

/** What becomes of a trained version. */
export type Fate =
  /** The alias is pointed at it. */
  | "promote"
  /** A person is asked. */
  | "ask"
  /** The policy says that nobody is asked. */
  | "leave"
  /** It is not proven to be what the policy wants. */
  | "not-proven";

/**
 * @param proof absent where no version is in use: then there is nothing to prove
 * @param isDoubtful whether its figures may mean nothing, for a reason that nobody has accepted: a proof is made of such figures
 */
export function fateOf(
  promote: ModelSpec["promote"],
  proof: Pick<ModelProof, "promotable"> | undefined,
  isDoubtful: boolean,
): Fate {
  if (promote === "never") return "leave";
  if (proof !== undefined && !proof.promotable) return "not-proven";
  return promote === "automatic" && !isDoubtful ? "promote" : "ask";
}

/** The reasons as a person would say them. */
export function reasonText(reason: RetrainReason, look: Look): string {
  switch (reason) {
    case "first":
      return "there is no version yet";
    case "data":
      return `the images changed: ${changesText(look)}`;
    case "settings":
      return "the run file has other values";
    case "code":
      return "this version of thaw trains in another way";
    case "age":
      return `version ${look.version} is ${Math.floor(look.ageDays ?? 0)} days old`;
    case "asked":
      return "it was asked for";
  }
}

export function changesText({ added, removed, changed }: Look): string {
  const parts = [
    ...(added === 0 ? [] : [`${added} new`]),
    ...(removed === 0 ? [] : [`${removed} gone`]),
    ...(changed === 0 ? [] : [`${changed} changed`]),
  ];
  return parts.length === 0 ? "contents, splits or groups" : parts.join(", ");
}
