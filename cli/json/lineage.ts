/** JSON of `thaw lineage`. Public API. */
import type { Lineage } from "../../client/lineage/lineage.js";
import { damagedJson } from "./damaged.js";

export type LineageJson = Pick<Lineage, "subject" | "up" | "down"> & ReturnType<typeof damagedJson>;

export function lineageJson({ subject, up, down, damaged }: Lineage): LineageJson {
  return { subject, up, down, ...damagedJson(damaged) };
}
