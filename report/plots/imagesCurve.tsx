/** Plot of the probe's accuracy over the number of training images, and what the fitted law expects of more. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import type { LearningCurve, MoreImages } from "../../spec/records/learningCurve.js";
import { integer, percent } from "../format.js";
import { PlotSvg } from "./svg.js";
import { inPercent } from "./valueAxis.js";

const WIDTH = 420;
const HEIGHT = 230;
const MARGIN = { top: 12, right: 18, bottom: 42, left: 50 };
/** Points of the drawn law on either side of what is measured. */
const STEPS = 40;

export function ImagesCurve({ curve }: { readonly curve: LearningCurve }): VNode {
  const { points, now, more, law, verdict } = curve;
  const measured = points.map(({ images, accuracy, spread }) => {
    return { images, accuracy, low: accuracy - spread, high: accuracy + spread };
  });
  // A law that is not to be trusted is not drawn beyond what was measured.
  const expected = verdict === "uncertain" ? [] : more.map((some) => expectation(some, now.images));
  const first = points[0]?.images ?? 1;
  const last = points.at(-1)?.images ?? first;
  const end = expected.at(-1)?.images ?? last;
  const known = along(law, first, last);
  const unknown = end > last ? along(law, last, end) : [];
  const lows = [...measured, ...expected].map(({ low }) => low);
  const least = Math.max(0, Math.floor(Math.min(...lows) * 10) / 10);
  const line = { x: "images", y: "accuracy", stroke: "var(--validation)", strokeWidth: 2 } as const;
  const bars = { x: "images", y1: "low", y2: "high", strokeWidth: 1.5 } as const;
  return (
    <PlotSvg
      id="images-curve"
      title="Accuracy of a linear classifier by the number of training images"
      description={`${[
        ...measured.map(
          ({ images, accuracy }) => `${integer(Math.round(images))} images: ${percent(accuracy)}`,
        ),
        ...expected.map(
          ({ images, accuracy, low, high }) =>
            `expected with ${integer(Math.round(images))}: ${percent(accuracy)} (${percent(low)} to ${percent(high)})`,
        ),
      ].join("; ")}.`}
      options={{
        width: WIDTH,
        height: HEIGHT,
        marginTop: MARGIN.top,
        marginRight: MARGIN.right,
        marginBottom: MARGIN.bottom,
        marginLeft: MARGIN.left,
        x: { type: "log", domain: [0.9 * first, 1.1 * end], axis: null },
        y: { domain: [least, 1], axis: null },
        marks: [
          Plot.gridY({ ticks: 5, stroke: "var(--rule)", strokeOpacity: 1 }),
          Plot.axisY({ ticks: 5, tickSize: 0, tickPadding: 8, label: null, tickFormat: inPercent }),
          Plot.axisX({
            ticks: [...points, ...expected].map(({ images }) => images),
            tickFormat: (images: number) => integer(Math.round(images)),
            tickSize: 4,
            label: "training images",
            labelAnchor: "center",
            labelArrow: "none",
          }),
          Plot.line(known, line),
          Plot.line(unknown, { ...line, strokeDasharray: "5 4" }),
          Plot.ruleX(expected, { ...bars, stroke: "var(--training)", strokeWidth: 2.5 }),
          Plot.ruleX(measured, { ...bars, stroke: "var(--validation)" }),
          Plot.dot(measured, { x: "images", y: "accuracy", r: 4, fill: "var(--validation)" }),
          Plot.dot(expected, {
            x: "images",
            y: "accuracy",
            r: 4.5,
            fill: "var(--paper)",
            stroke: "var(--training)",
            strokeWidth: 2,
          }),
        ],
      }}
    />
  );
}

function expectation({ times, accuracy, interval }: MoreImages, now: number) {
  return { images: times * now, accuracy, low: interval[0], high: interval[1] };
}

function along({ floor, factor, exponent }: LearningCurve["law"], from: number, to: number) {
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const images = from * (to / from) ** (step / STEPS);
    return { images, accuracy: 1 - floor - factor * images ** -exponent };
  });
}
