/** Known advisories, as a person recorded them, against the versions that are installed and fetched. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { isBefore } from "./versions.js";

const text = z.string().min(1);
const advisorySchema = z.strictObject({
  id: text,
  aliases: z.array(text).optional(),
  ecosystem: z.enum(["npm", "pypi"]),
  package: text,
  summary: text,
  /** From the first version to the one that mends it, which is out; `null` is not known, or none. */
  affected: z.array(z.strictObject({ introduced: text, fixed: text.nullable() })).min(1),
  source: z.url(),
});
const advisoriesSchema = z.strictObject({
  recorded: z.iso.date(),
  how: text,
  lookedUp: z.array(text),
  advisories: z.array(advisorySchema),
  /** Hits that are lived with, each with the reason, for one version only. */
  handled: z.array(z.strictObject({ package: text, version: text, ids: z.array(text).min(1), reason: text })),
  /** What could not be matched to versions. */
  undecided: z.array(z.strictObject({ id: text, package: text, why: text })),
});

export type Advisories = z.infer<typeof advisoriesSchema>;

export const readAdvisories = (): Advisories =>
  advisoriesSchema.parse(JSON.parse(readFileSync("docs/supply/advisories.json", "utf8")));

export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly registry: "npm" | "pypi";
}

export interface Hit {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly summary: string;
  readonly isHandled: boolean;
}

/** Which of the recorded advisories are of a version at hand. */
export function hitsIn({ advisories, handled }: Advisories, installed: readonly Installed[]): readonly Hit[] {
  return installed.flatMap(({ name, version, registry }) =>
    advisories
      .filter(({ ecosystem, package: named }) => ecosystem === registry && named === name)
      .filter(({ affected }) =>
        affected.some(
          ({ introduced, fixed }) =>
            !isBefore(version, introduced) && (fixed === null || isBefore(version, fixed)),
        ),
      )
      .map(({ id, summary }) => ({
        ...{ id, package: name, version, summary },
        isHandled: handled.some(
          (one) => one.package === name && one.version === version && one.ids.includes(id),
        ),
      })),
  );
}
