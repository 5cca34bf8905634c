/** Report data with faults of every kind, or with none. */
import type { CopyGroup, DataFaults, FaultImage, Split } from "../../../spec/records/dataset.js";
import type { ReportData } from "../../../spec/records/report.js";

const image = (path: string, label: number, split: Split): FaultImage => ({ path, label, split });
const group = (sameBytes: boolean, ...shown: FaultImage[]): CopyGroup => {
  return { sameBytes, images: { count: shown.length, shown } };
};

export const NO_FAULTS: DataFaults = {
  duplicates: { count: 0, shown: [] },
  conflicts: { count: 0, shown: [] },
  imbalance: { ratio: 1.2, smallest: 0, largest: 1, below5: [], below20: [] },
  misnamed: { count: 0, shown: [] },
  ignored: { count: 0, shown: [] },
  shortcuts: [],
};

/** @param path a path that is no ordinary one */
function everyFault(path: string): DataFaults {
  const conflict = group(false, image(path, 0, "train"), image("b/2.jpg", 1, "train"));
  const leak = group(true, image("c/1.jpg", 1, "test"), { ...image("c/2.jpg", 1, "train"), dropped: true });
  const copies = group(true, image("d/1.jpg", 0, "train"), image("d/2.jpg", 0, "train"));
  return {
    duplicates: { count: 3, shown: [conflict, leak, copies] },
    conflicts: { count: 1, shown: [conflict] },
    leaks: { count: 1, shown: [leak], policy: "repair", dropped: 1 },
    imbalance: { ratio: 14.2, smallest: 0, largest: 1, below5: [0], below20: [0, 2] },
    misnamed: { count: 2, shown: [{ path, format: "png" }] },
    oneColour: { count: 2, shown: [{ path, label: 1 }] },
    oddFormats: { count: 1, shown: [{ path, format: "gif" }] },
    darkSamples: { count: 7, bits: 14, brightest: 16011 },
    layersLeftOut: { pages: { count: 2, example: path }, transparent: { count: 1, example: path } },
    notes: ["in “Cat” and “cat” only capitals differ"],
    ignored: { count: 1, shown: [{ path, reason: "hidden" }] },
    shortcuts: [{ property: "border colour", label: 1, balancedAccuracy: 0.912, pValue: 0.001 }],
  };
}

export function withFaults(data: ReportData, path = "a/1.jpg"): ReportData {
  const suspect = { path, label: 0, suggested: 1, split: "test", margin: 0.02 } as const;
  const { recipe } = data;
  const own = { path: "e/1.jpg", label: 1, suggested: 0, split: "train", margin: 0.1 } as const;
  const pair = {
    image: image("f/1.jpg", 0, "test"),
    nearest: image("f/2.jpg", 0, "train"),
    similarity: 0.981,
  };
  return {
    ...data,
    dataset: { ...data.dataset, faults: everyFault(path) },
    ...(recipe === undefined
      ? {}
      : {
          recipe: {
            ...recipe,
            labelSuspects: { judged: 900, count: 2, shown: [{ ...suspect, split: "train" }, own] },
            copies: { compared: 300, count: 1, threshold: 0.95, shown: [pair] },
          },
          suspectedCopies: { images: 1, accuracy: 1, accuracyOfOthers: 0.84 },
        }),
    evaluation: { ...data.evaluation, labelSuspects: { judged: 500, count: 1, shown: [suspect] } },
  };
}
