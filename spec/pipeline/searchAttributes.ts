/** thaw's search attributes: by what runs and retrainings are found in Temporal, and what of it a server knows. */

import { shortened } from "../text/visible.js";

interface SearchAttribute {
  readonly name: string;
  /** As Temporal's command line calls it. Servers on SQL have places for three numbers of a kind and ten keywords. */
  readonly type: "Keyword" | "Int" | "Double";
}

/** The one table of them: `thaw up`, `thaw doctor --fix`, clients and workflows read it. */
export const SEARCH_ATTRIBUTE_TABLE = {
  model: { name: "ThawModel", type: "Keyword" },
  /** That the run registered. */
  version: { name: "ThawVersion", type: "Int" },
  /** One of {@link FindableState}. */
  state: { name: "ThawState", type: "Keyword" },
  /** That began last. */
  stage: { name: "ThawStage", type: "Keyword" },
  base: { name: "ThawBase", type: "Keyword" },
  /** Digest of the `ingest` artifact. */
  dataset: { name: "ThawDataset", type: "Keyword" },
  /** That started the retraining. */
  schedule: { name: "ThawSchedule", type: "Keyword" },
  /** Best validation accuracy so far, in [0, 1]. */
  best: { name: "ThawBestAccuracy", type: "Double" },
  /** On the held-out images, in [0, 1]. */
  accuracy: { name: "ThawTestAccuracy", type: "Double" },
  /** Id that a retraining, its run and runs that go on from that share. The pods' label `thaw.dev/lineage` is the same. */
  lineage: { name: "ThawLineage", type: "Keyword" },
} as const satisfies Readonly<Record<string, SearchAttribute>>;

type Table = typeof SEARCH_ATTRIBUTE_TABLE;
export type AttributeKey = keyof Table;

/** What is searched for as `ThawState`. A run ends as finished, failed or cancelled; so does a retraining, or it waits. */
export type FindableState = "running" | "paused" | "waiting-for-person" | "finished" | "failed" | "cancelled";

/** Values by key. */
export type AttributeValues = {
  readonly [Key in AttributeKey]?: Key extends "state"
    ? FindableState
    : Table[Key]["type"] extends "Keyword"
      ? string
      : number;
};

/** Names by key. */
export const SEARCH_ATTRIBUTES = Object.fromEntries(
  Object.entries(SEARCH_ATTRIBUTE_TABLE).map(([key, { name }]) => [key, name]),
) as { readonly [Key in AttributeKey]: Table[Key]["name"] };

/** What every server was told of before there were others: known where an input does not say what is. */
const FIRST: readonly string[] = [
  SEARCH_ATTRIBUTES.model,
  SEARCH_ATTRIBUTES.stage,
  SEARCH_ATTRIBUTES.accuracy,
];

export interface AttributeValue extends SearchAttribute {
  readonly value: string | number;
}

/** Servers on SQL refuse keywords of more than 255 bytes; a character may have four. */
const mostOfKeyword = (text: string): number => (/^[ -~]*$/.test(text) ? 255 : 63);

/**
 * The values that a server takes: an attribute that it does not know makes it refuse a start, and a workflow hang.
 * @param known names of the attributes that it knows; the first three where nobody said
 */
export function knownValues(values: AttributeValues, known = FIRST): readonly AttributeValue[] {
  return Object.entries(SEARCH_ATTRIBUTE_TABLE).flatMap(([key, { name, type }]) => {
    const value = values[key as AttributeKey];
    if (value === undefined || !known.includes(name)) return [];
    return [
      { name, type, value: typeof value === "string" ? shortened(value, mostOfKeyword(value)) : value },
    ];
  });
}
