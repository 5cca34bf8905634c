/** Plot of one measure, training and validation, over the epochs of all stages. */
import * as Plot from "@observablehq/plot";
import type { VNode } from "preact";
import { bestPoints, levels, type Measure, type Point, pointsOf, startPoints } from "./curvePoints.js";
import type { Segment } from "./epochAxis.js";
import { epochLabels, headers } from "./segmentMarks.js";
import { PlotSvg } from "./svg.js";
import { tickFormat, yAxis } from "./valueAxis.js";

const MARGIN = { left: 52, right: 12, bottom: 36 };
/** Above the frame: the name of the measure, and two lines of text that name each segment. */
const HEADER = 66;
const SEGMENT_HEADER = 40;
/** Room above the frame for the name of the measure. */
const LABEL = 32;
const HEIGHT = 220;
/** Up to this many epochs every epoch is a dot; beyond, the dots would hide the line. */
const MOST_DOTS = 16;
/** The labels must stay readable: on narrower screens the picture scrolls. */
const LEAST_SCALE = 0.92;

interface LearningCurveProps {
  readonly measure: Measure;
  readonly segments: readonly Segment[];
  readonly withHeader: boolean;
  readonly description: string;
}

export function LearningCurve({ measure, segments, withHeader, description }: LearningCurveProps): VNode {
  const length = segments.at(-1)?.end ?? 1;
  const width = MARGIN.left + length + MARGIN.right;
  const marginTop = withHeader ? HEADER : LABEL;
  const training = pointsOf(segments, measure.training);
  const validation = [...startPoints(segments, measure), ...pointsOf(segments, measure.validation)];
  const y = yAxis(measure, [...training, ...validation]);
  const short = new Set(
    segments.filter(({ stage }) => stage.history.length <= MOST_DOTS).map(({ stage }) => stage.name),
  );
  const shortOnly = (points: readonly Point[]) => points.filter(({ stage }) => short.has(stage));
  const label =
    measure.name === "loss" ? `loss${y.scale.type === "log" ? " (logarithmic)" : ""}` : "accuracy";
  return (
    <PlotSvg
      id={`curve-${measure.name}`}
      title={`${measure.name === "loss" ? "Loss" : "Accuracy"} by epoch, training and validation`}
      description={description}
      minWidth={LEAST_SCALE * width}
      options={{
        width,
        height: marginTop + HEIGHT + MARGIN.bottom,
        marginLeft: MARGIN.left,
        marginRight: MARGIN.right,
        marginTop,
        marginBottom: MARGIN.bottom,
        x: { type: "linear", domain: [0, length], axis: null },
        y: y.scale,
        marks: [
          Plot.rect(
            segments.filter(({ stage }) => stage.outcome === "rolled back"),
            { x1: "start", x2: "end", fill: "var(--frozen)" },
          ),
          Plot.gridY({ ticks: y.ticks, stroke: "var(--rule)", strokeOpacity: 1 }),
          Plot.axisY({
            ticks: y.ticks,
            tickSize: 0,
            tickPadding: 8,
            label: null,
            tickFormat: tickFormat(measure),
          }),
          Plot.ruleX([0, ...segments.map(({ end }) => end)], {
            stroke: "var(--muted)",
            insetTop: withHeader ? -SEGMENT_HEADER : 0,
          }),
          ...epochLabels(segments, { height: HEIGHT, left: MARGIN.left }),
          ...(withHeader ? headers(segments) : []),
          Plot.link(levels(segments, measure), {
            x1: "start",
            x2: "end",
            y1: "y",
            y2: "y",
            stroke: "var(--muted)",
            strokeWidth: 1.25,
            strokeDasharray: "1.5 3.5",
            strokeLinecap: "round",
          }),
          Plot.line(training, {
            x: "x",
            y: "y",
            z: "stage",
            stroke: "var(--training)",
            strokeDasharray: "5 3",
            strokeWidth: 1.75,
          }),
          Plot.line(validation, { x: "x", y: "y", z: "stage", stroke: "var(--validation)", strokeWidth: 2 }),
          Plot.dot(shortOnly(training), { x: "x", y: "y", r: 2, fill: "var(--training)" }),
          Plot.dot(shortOnly(validation), { x: "x", y: "y", r: 2.2, fill: "var(--validation)" }),
          Plot.dot(bestPoints(segments, measure), {
            x: "x",
            y: "y",
            r: 5.5,
            fill: "var(--paper)",
            fillOpacity: 0.6,
            stroke: "var(--validation)",
            strokeWidth: 2,
          }),
          Plot.text([label], {
            frameAnchor: "top-left",
            dx: -MARGIN.left,
            dy: withHeader ? 10 - HEADER : -18,
            textAnchor: "start",
            fontWeight: 600,
          }),
        ],
      }}
    />
  );
}
