/** What a licence keeps people from, read from its text: said wherever a model that carries it is used. */
import { NOT_STATED } from "./base.js";

/** Why somebody should look at the licence first. */
export type LicenceConcern = "unknown" | "gated" | "non-commercial";

/** Where a publisher states none for the weights themselves. */
export const SEE_THE_PUBLISHER = "see the publisher";

/** `CC-BY-NC-4.0`, `CC BY-NC-SA`, "non-commercial", "for research only", "academic use". */
const NON_COMMERCIAL = /\bNC\b|non-?\s?commercial|research\s+(use|purposes?)?\s*only|academic/i;
const GATED = /\bgated\b|\bon request\b/i;

/** @param licence as it was stated, or `NOT_STATED` */
export function licenceConcern(licence: string): LicenceConcern | undefined {
  if (NON_COMMERCIAL.test(licence)) return "non-commercial";
  if (GATED.test(licence)) return "gated";
  const stated = licence.trim().toLowerCase();
  const isUnknown = stated === "" || stated === NOT_STATED || /\bunknown\b/.test(stated);
  return isUnknown || stated.startsWith(SEE_THE_PUBLISHER) ? "unknown" : undefined;
}

const WORDS: Readonly<Record<LicenceConcern, string>> = {
  unknown:
    "nobody has stated under which licence its weights are; ask their publisher before you pass a model on",
  gated:
    "its weights are only given to those who accept their publisher's terms, which bind a model made from them",
  "non-commercial": "its weights may not be used commercially, and neither may a model made from them",
};

/**
 * @param base how people call it
 * @returns a sentence where there is something to say of it
 */
export function licenceSentence(base: string, licence: string): string | undefined {
  const concern = licenceConcern(licence);
  return concern === undefined ? undefined : `Licence of the base ${base} – ${licence}: ${WORDS[concern]}.`;
}
