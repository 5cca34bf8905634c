/** Versions of models as a table. */
import type { ModelJson } from "../json/models.js";
import type { Screen } from "../output.js";
import { dateTime, percent } from "./numbers.js";
import { table } from "./table.js";

const HEADER = ["MODEL", "ALIASES", "ACCURACY", "CLASSES", "BASE", "REGISTERED", "RUN"];
const NUMBERS = [2, 3];

export function modelsTable(models: readonly ModelJson[], screen: Screen): string {
  if (models.length === 0) return "";
  const rows = models.map(({ name, version, aliases, testAccuracy, classes, base, createdAt, runId }) => [
    `${name}@${version}`,
    aliases.join(", "),
    percent(testAccuracy),
    String(classes.length),
    base,
    dateTime(new Date(createdAt)),
    runId,
  ]);
  return table(HEADER, rows, screen, NUMBERS);
}
