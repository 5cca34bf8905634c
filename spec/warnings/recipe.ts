/** Warnings from the evidence that was measured before anything was tuned. */
import type { RecipeSummary } from "../records/recipe.js";
import { suspectWarnings } from "./labels.js";
import type { Warning } from "./warning.js";
import { counted } from "./words.js";

export function recipeWarnings(recipe: RecipeSummary): readonly Warning[] {
  const { copies, compatibility, labelSuspects } = recipe;
  const count = copies?.count ?? 0;
  return [
    ...(count === 0
      ? []
      : [
          {
            code: "suspected-copies" as const,
            grade: "check" as const,
            sentence: `${count} of ${counted(copies?.compared ?? 0, "validation and test image")} may be ${count === 1 ? "a copy" : "copies"} of images of another split, by the base's features; where they are, the accuracy flatters.`,
            advice:
              "look at the pairs in the report, and give copies the same group in a manifest of the images",
          },
        ]),
    ...(compatibility.verdict === "does not suit"
      ? [
          {
            code: "base-does-not-suit" as const,
            grade: "note" as const,
            sentence: `${compatibility.sentence.charAt(0).toUpperCase()}${compatibility.sentence.slice(1)}.`,
            advice: "compare other bases: bases: [a, b] in the run file",
          },
        ]
      : []),
    ...suspectWarnings(labelSuspects, "training and validation images"),
  ];
}
