/** The run's warnings as the report shows them. */
import type { ReportData } from "../spec/records/report.js";
import type { Grade, Warning, WarningCode } from "../spec/warnings/warning.js";
import { warningsOf } from "../spec/warnings/warnings.js";

/** The strongest first; numbers and their units do not break. */
export function reportWarnings({ dataset, recipe, evaluation }: ReportData): readonly Warning[] {
  const unbroken = (text: string): string => text.replaceAll(" %", "\u00a0%");
  return warningsOf({ dataset, recipe, evaluation }).map((warning) => ({
    ...warning,
    sentence: unbroken(warning.sentence),
    advice: unbroken(warning.advice),
  }));
}

export const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  voids: "The figure may be void",
  check: "To be checked",
  note: "Good to know",
};

/** Section with the details: its anchor. */
export const SECTION_OF: Readonly<Record<WarningCode, string>> = {
  "validation-unlike-test": "confidence",
  leaks: "checks",
  "known-to-base": "data",
  "tied-images": "data",
  shortcut: "checks",
  "no-better-than-largest": "classes",
  contradictions: "checks",
  "dark-samples": "checks",
  "layers-left-out": "checks",
  "suspected-copies": "checks",
  "no-test-images": "classes",
  "small-classes": "classes",
  "few-test-images": "folds",
  "unequal-classes": "classes",
  "files-left-out": "data",
  "label-suspects": "checks",
  "look-alikes": "checks",
  "base-does-not-suit": "recipe",
  "misnamed-files": "checks",
};
