/** Versions of models as a table. */
import { serious } from "../../../spec/warnings/warning.js";
import type { ModelJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { percent, shortTime } from "../numbers.js";
import { FOLDS_TITLE, foldsCell } from "../runs/folds.js";
import { table } from "../table.js";
import { WARNINGS_TITLE, warningMark } from "../warnings.js";

export function modelsTable(models: readonly ModelJson[], screen: Screen, now = new Date()): string {
  if (models.length === 0) return "";
  const anyFolds = models.some(({ folds }) => folds !== undefined);
  const anyWarnings = models.some(({ warnings = [] }) => serious(warnings).length > 0);
  const ofWarnings = (cell: string): readonly string[] => (anyWarnings ? [cell] : []);
  const ofFolds = (cell: string): readonly string[] => (anyFolds ? [cell] : []);
  const anyUse = models.some(({ inUse }) => inUse !== undefined);
  const anyLicence = models.some(({ licenceConcern }) => licenceConcern !== undefined);
  const ofLicence = (cell: string): readonly string[] => (anyLicence ? [cell] : []);
  const ofUse = (cell: string): readonly string[] => (anyUse ? [cell] : []);
  const header: readonly string[] = [
    ...["MODEL", "ALIASES", ...ofUse("SINCE"), "ACCURACY", ...ofFolds(FOLDS_TITLE)],
    ...["CLASSES", "BASE", ...ofLicence("LICENCE"), "REGISTERED", "RUN", ...ofWarnings(WARNINGS_TITLE)],
  ];
  const rows = models.map(({ name, version, aliases, inUse = [], testAccuracy, folds, ...model }) => [
    `${name}@${version}`,
    aliases.join(", "),
    ...ofUse(inUse.map(({ since }) => shortTime(new Date(since), now)).join(", ")),
    percent(testAccuracy),
    ...ofFolds(foldsCell(folds)),
    String(model.classes.length),
    model.base,
    ...ofLicence(model.licenceConcern ?? ""),
    shortTime(new Date(model.createdAt), now),
    model.runId,
    ...ofWarnings(warningMark(model.warnings, screen.colours)),
  ]);
  const figures = ["ACCURACY", FOLDS_TITLE, "CLASSES"].map((title) => header.indexOf(title));
  return table(header, rows, screen, figures, [0, header.indexOf("RUN")]);
}
