/** A model, and the files that a run has made. */
import type { ModelVersion } from "../../../spec/records/model.js";
import type { GetJson } from "../../json/get.js";
import type { Screen } from "../../output.js";
import { percent, size } from "../numbers.js";
import { foldsHeadline } from "../runs/folds.js";
import { table } from "../table.js";

/** As many as the model card lists; `--json` has all. */
const MOST_CLASSES = 60;

export function modelText(model: ModelVersion, screen: Screen): string {
  const { name, version, base, classes, runId, createdAt, testAccuracy, folds } = model;
  const named = `${name}@${version}`;
  const more = classes.length - MOST_CLASSES;
  return [
    ...(folds === undefined
      ? [`${screen.colours.bold(named)}  test accuracy ${percent(testAccuracy)}`]
      : [
          foldsHeadline(named, folds, screen),
          `hold-out ${percent(testAccuracy)}, the model that is registered, once`,
        ]),
    `base     ${base}`,
    `run      ${runId}, registered ${createdAt}`,
    `classes  ${classes.slice(0, MOST_CLASSES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  ].join("\n");
}

export function filesTable(files: GetJson["files"], screen: Screen): string {
  const rows = files.map(({ what, bytes }) => [what, size(bytes)]);
  return table(["WHAT", "SIZE"], rows, screen, [1], [0]);
}
