/** Marks that name the stages above a learning curve and their epochs below it. */
import * as Plot from "@observablehq/plot";
import { labelledEpochs, position, type Segment } from "./epochAxis.js";

/** Size of the plot's frame in pixels: its height, and the margin to its left. */
interface Frame {
  readonly height: number;
  readonly left: number;
}

export function epochLabels(segments: readonly Segment[], frame: Frame) {
  const labels = segments.flatMap((segment) =>
    labelledEpochs(segment).map((epoch) => ({ x: position(segment, epoch), epoch: String(epoch) })),
  );
  return [
    Plot.tickX(labels, { x: "x", insetTop: frame.height, insetBottom: -5, stroke: "var(--muted)" }),
    Plot.text(labels, { x: "x", text: "epoch", frameAnchor: "bottom", dy: 16, fill: "var(--muted)" }),
    Plot.text(["epoch"], {
      frameAnchor: "bottom-left",
      dx: -frame.left,
      dy: 16,
      textAnchor: "start",
      fill: "var(--muted)",
    }),
  ];
}

export function headers(segments: readonly Segment[]) {
  const at = { x: "start", frameAnchor: "top", textAnchor: "start", dx: 7 } as const;
  return [
    Plot.text(segments, {
      ...at,
      dy: -29,
      fontWeight: 600,
      text: ({ stage }: Segment) => headerOf(stage.name, stage.outcome),
    }),
    Plot.text(segments, {
      ...at,
      dy: -13,
      fill: "var(--muted)",
      text: ({ stage }: Segment) => stage.boundary,
    }),
  ];
}

const headerOf = (name: string, outcome: string): string =>
  outcome === "rolled back" ? `${name} (rolled back)` : name;
