/** What a learning curve says about more images, in a sentence for people. */
import type { LearningCurve, MoreImages } from "../../spec/records/learningCurve.js";

/** @param curve undefined where a class is too small for one */
export function curveAdvice(curve: LearningCurve | undefined): string {
  if (curve === undefined) {
    return "what more images would buy cannot be told yet: the smallest class has too few to measure with parts of them";
  }
  const [twice, fourTimes] = curve.more as readonly [MoreImages, MoreImages];
  const scope = "for a linear classifier on the base's features, and images like these";
  switch (curve.verdict) {
    case "rising":
      return (
        `twice as many images would buy about ${gain(twice)}, four times as many about ${gain(fourTimes)}, ` +
        `beyond the ${share(curve.now.accuracy)} that it reaches now (${scope})`
      );
    case "flat":
      return (
        `more images would hardly help: four times as many are expected to buy ${gain(fourTimes)} ` +
        `beyond the ${share(curve.now.accuracy)} that it reaches now (${scope})`
      );
    case "uncertain":
      return (
        "what more images would buy is uncertain: " +
        `for four times as many the curve gives ${points(fourTimes.gainInterval[0])} to ${points(fourTimes.gainInterval[1])} points (95 %), ` +
        `and its smaller parts foretold ${share(curve.foretold)} where ${share(curve.points.at(-1)?.accuracy ?? Number.NaN)} was measured`
      );
  }
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const points = (value: number): string => (100 * value).toFixed(1);
const gain = (more: MoreImages): string =>
  `${points(more.gain)} points (95 %: ${points(more.gainInterval[0])} – ${points(more.gainInterval[1])})`;
