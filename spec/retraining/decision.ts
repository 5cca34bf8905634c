/** What follows from a look and from a proof: the rules of retraining, all in one place. */
import type { ModelProof } from "../records/proof.js";
import type { ModelSpec } from "../runFile/model.js";
import type { Look, RetrainReason } from "./retraining.js";

/** What of the newest version differs from what a run would make now. */
export interface Differences {
  /** There is no version yet. */
  readonly isFirst: boolean;
  readonly data: boolean;
  readonly settings: boolean;
  readonly code: boolean;
  readonly ageDays: number;
  readonly asked: boolean;
}

/** Every reason that holds, in the order in which they are told; none means that there is nothing to do. */
export function reasonsToTrain(
  { isFirst, data, settings, code, ageDays, asked }: Differences,
  { max_age_days }: Pick<ModelSpec, "max_age_days">,
): readonly RetrainReason[] {
  if (isFirst) return ["first"];
  const holds: Readonly<Record<RetrainReason, boolean>> = {
    first: false,
    data,
    settings,
    code,
    age: max_age_days > 0 && ageDays >= max_age_days,
    asked,
  };
  return (Object.keys(holds) as RetrainReason[]).filter((reason) => holds[reason]);
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

/** @param proof absent where no version is in use: then there is nothing to prove */
export function fateOf(promote: ModelSpec["promote"], proof: ModelProof | undefined): Fate {
  if (promote === "never") return "leave";
  if (proof !== undefined && !proof.promotable) return "not-proven";
  return promote === "automatic" ? "promote" : "ask";
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
