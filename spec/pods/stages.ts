/** The stages that run in pods; the others are the control worker's. */
export const POD_STAGES = [
  "ingest",
  "features",
  "recipe",
  "head",
  "tune",
  "fold",
  "scratch",
  "evaluate",
] as const;

export type PodStage = (typeof POD_STAGES)[number];
