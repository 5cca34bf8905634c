/** How a map of evidence lies over its picture, and what it says in words. */
import type { ReportData } from "../../spec/records/report.js";
import type { ActivationMap } from "../../spec/records/visuals.js";

/** A map that is ready to be laid over a thumbnail. */
export interface PictureMap {
  /** Width of the whole picture over its height. */
  readonly ratio: number;
  /** Where the map lies: the square that the network was shown, in shares of the picture. */
  readonly box: Readonly<Record<"left" | "top" | "width" | "height", string>>;
  /** A data URI. */
  readonly overlay: string;
  readonly description: string;
}

/** The maps by path; none in reports from before there were maps. */
export function pictureMaps(data: ReportData): ReadonlyMap<string, PictureMap> {
  const { activationMaps, overlays = {} } = data;
  if (activationMaps === undefined) return new Map();
  const nameOf = (label: number): string => data.evaluation.classes[label] ?? `class ${label}`;
  return new Map(
    activationMaps.maps.flatMap((map) => {
      const overlay = Object.hasOwn(overlays, map.path) ? overlays[map.path] : undefined;
      if (!overlay?.startsWith("data:image/")) return [];
      const where = whereStrongest(map.values, activationMaps.columns);
      const description = `Map of the evidence for ${nameOf(map.predicted)}: ${where}`;
      return [[map.path, { ratio: map.width / map.height, box: boxOf(map), overlay, description }] as const];
    }),
  );
}

function boxOf({ width, height, side }: ActivationMap): PictureMap["box"] {
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)}%`;
  return {
    left: share((width - side) / 2, width),
    top: share((height - side) / 2, height),
    width: share(side, width),
    height: share(side, height),
  };
}

/** Names of the thirds of a side. */
const DOWN = ["top", "middle", "bottom"];
const ACROSS = ["left", "centre", "right"];

/** The place of the largest value in words, on a grid with so many columns. */
export function whereStrongest(values: readonly number[], columns: number): string {
  const largest = Math.max(...values);
  if (!(largest > 0)) return "nothing spoke for it";
  const at = values.indexOf(largest);
  const rows = values.length / columns;
  const third = (place: number, extent: number): number => Math.floor((3 * (place + 0.5)) / extent);
  const [row, column] = [third(Math.floor(at / columns), rows), third(at % columns, columns)];
  return row === 1 && column === 1
    ? "strongest in the centre"
    : `strongest at the ${DOWN[row]} ${ACROSS[column]}`;
}
