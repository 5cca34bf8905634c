/** A report of a run that a retraining started: its new images are darker than those of before. */
import type { ReportData } from "../../../spec/records/report.js";

export function withDrift(data: ReportData): ReportData {
  const { classes } = data.dataset;
  const paths = data.evaluation.mistakes.slice(0, 3).map(({ path }) => path);
  return {
    ...data,
    drift: {
      model: { name: "pets", version: 3 },
      at: "2026-11-29T02:00:00.000Z",
      source: "5".repeat(64),
      verdict: "different",
      kind: "both",
      sentence: "looks different: the pictures differ (AUC 0.93); the new images are darker",
      level: 0.05,
      test: { auc: 0.93, pValue: 0.001, pWithinClasses: 0.001 },
      sharesPValue: 0.01,
      outputs: classes.map((name, index) => ({
        ...{ name, distance: 0.2, pValue: 0.4, heldOutShare: 0.1, newShare: index === 0 ? 0.45 : 0.1 },
        sharePValue: index === 0 ? 0.002 : 1,
      })),
      accuracy: { heldOut: 0.9, unknown: "the new images lie outside" },
      properties: [
        { name: "brightness", effect: 0.8, pValue: 0.001, sentence: "the new images are darker" },
        { name: "format", effect: 0.6, pValue: 0.001, sentence: "all new images are PNG" },
      ],
      distance: 2.1,
      newest: [...paths, "gone/since.jpg"].map((path, index) => ({
        ...{ path, predicted: classes[index % classes.length] ?? "", confidence: 0.6, distance: 3.2 - index },
      })),
      images: {
        ...{ found: 70, read: 68, unreadable: { count: 2, shown: [] }, known: 3, copies: 1 },
        ...{ compared: 64, heldOut: 120 },
      },
    },
  };
}
