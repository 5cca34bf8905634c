/** What `augment.views: auto` means for a run, which is settled before it starts and stands in its file from then on. */
import { ThawError } from "../errors.js";
import type { AskedAugment, AugmentSpec } from "../runFile/augment.js";
import type { RunFile } from "../runFile/runFile.js";

/** Views of each training image, from so many training images on. */
interface Step {
  readonly from: number;
  readonly views: number;
}

/**
 * Measured with heads on frozen features, few runs ([figures](../../bench/README.md#views-of-a-training-image)): with 300 and 1,000 training
 * images four views did no worse than six. So they did with 100, but there a third of the pass is nothing. One view lost two points of the
 * sign digits with 100 and with 1,000, so nobody gets so few, however many images: beyond 1,000 nothing was measured. Provisional.
 */
const STEPS: readonly Step[] = [
  { from: 0, views: 6 },
  { from: 300, views: 4 },
];

/** @param trainImages images to train on, as far as they are known before they are read */
export function viewsFor(trainImages: number): number {
  const reached = STEPS.filter(({ from }) => trainImages >= from);
  return (reached.at(-1) ?? (STEPS[0] as Step)).views;
}

/** Of all images those to train on by the shares of the run file, before anybody has looked for copies among them. */
export function trainingImages({ data }: Pick<RunFile, "data">, images: number): number {
  return Math.round(images * (1 - data.test - data.validation));
}

/**
 * A run that is resumed has the file as it was written when it began, and a schedule that of when it was made: however many images there
 * come to be, their views stay the same, and what is known of them can be used again.
 * @param images all that there are
 */
export function withViews(file: RunFile, images: number): RunFile {
  if (file.augment.views !== "auto") return file;
  return { ...file, augment: { ...file.augment, views: viewsFor(trainingImages(file, images)) } };
}

/**
 * The section with the number of views that the run was started with.
 * @throws ThawError RUN_FILE_INVALID where nobody has settled it
 */
export function settledAugment(augment: AskedAugment): AugmentSpec {
  const { views } = augment;
  if (views !== "auto") return { ...augment, views };
  throw new ThawError("RUN_FILE_INVALID", "`augment.views` is auto, and the run has no number of views", {
    hint: "start it by `thaw run`, which counts the images, or write a number",
  });
}
