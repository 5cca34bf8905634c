/** A warning about a run's images or figures: what a reader has to know before the accuracy is believed. */

/** `voids`: the figure may mean nothing; `check`: to be looked at before the model is used; `note`: good to know. */
export const GRADES = ["voids", "check", "note"] as const;
export type Grade = (typeof GRADES)[number];

/** In the order in which they stand among those of one grade. */
export const WARNING_CODES = [
  "validation-unlike-test",
  "leaks",
  "known-to-base",
  "tied-images",
  "shortcut",
  "no-better-than-largest",
  "contradictions",
  "dark-samples",
  "layers-left-out",
  "suspected-copies",
  "no-test-images",
  "small-classes",
  "few-test-images",
  "unequal-classes",
  "files-left-out",
  "label-suspects",
  "look-alikes",
  "base-does-not-suit",
  "misnamed-files",
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

export interface Warning {
  readonly code: WarningCode;
  /** What it is about, where there may be several of one code: a property of the files. */
  readonly about?: string;
  readonly grade: Grade;
  /** One sentence, with a full stop. */
  readonly sentence: string;
  /** What to do, without a full stop. */
  readonly advice: string;
}

/** The strongest first. */
export function strongestFirst(warnings: readonly Warning[]): readonly Warning[] {
  const rank = ({ grade, code }: Warning): number =>
    GRADES.indexOf(grade) * WARNING_CODES.length + WARNING_CODES.indexOf(code);
  return warnings.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * Warnings of several stages as one list, the strongest first. A later stage knows more: its warning takes the place of an
 * earlier one about the same thing.
 */
export function mergeWarnings(lists: readonly (readonly Warning[] | undefined)[]): readonly Warning[] {
  const known = new Map<string, Warning>();
  for (const warning of lists.flatMap((list) => list ?? [])) known.set(subjectOf(warning), warning);
  return strongestFirst([...known.values()]);
}

/** A warning is the same where it is of the same thing, whatever its figures are. */
export const subjectOf = ({ code, about = "" }: Pick<Warning, "code" | "about">): string =>
  `${code} ${about}`;

/** Without what is only good to know. */
export function serious(warnings: readonly Warning[]): readonly Warning[] {
  return warnings.filter(({ grade }) => grade !== "note");
}
