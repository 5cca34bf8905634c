/** The base's origin as the end of a sentence, also where nobody stated it. */
import { type BaseOrigin, NOT_STATED } from "../spec/base.js";

/** What follows "pretrained on": of a base that was trained further, the data come first. */
export function pretrainedOnWords({ pretrainedOn }: Pick<BaseOrigin, "pretrainedOn">): string {
  return pretrainedOn.startsWith(NOT_STATED)
    ? `unstated data${pretrainedOn.slice(NOT_STATED.length)}`
    : pretrainedOn;
}

export function sourceWords({ source }: Pick<BaseOrigin, "source">): string {
  return source === NOT_STATED ? `source ${NOT_STATED}` : source;
}
