/** Warnings after which a version's figures may mean nothing: whoever puts it to use has to know. */
import { subjectOf, type Warning } from "./warning.js";

/** Those that void a figure. */
export function voiding(warnings: readonly Warning[] | undefined): readonly Warning[] {
  return (warnings ?? []).filter(({ grade }) => grade === "voids");
}

/**
 * What may void a new version's figures and not those of the version in use: who promoted that one knew of its own.
 * @param accepted subjects of the warnings of the version in use
 */
export function newDoubts(
  warnings: readonly Warning[] | undefined,
  accepted: readonly string[],
): readonly Warning[] {
  return voiding(warnings).filter((warning) => !accepted.includes(subjectOf(warning)));
}

/** Ends a sentence about a version; empty without doubts. */
export function doubtsText(doubts: readonly Warning[]): string {
  return doubts.length === 0
    ? ""
    : `; but its figures may be void: ${doubts.map(({ sentence }) => sentence.replace(/\.$/, "")).join("; ")}`;
}
