/** `Slice`: stretches of the channels of an image, of its rows and of its columns. */
import { selected } from "./images.js";
import { allOf, CUT, cutOut, placesOf } from "./pixels.js";
import type { Step } from "./steps.js";
import { axisOf } from "./tensors.js";
import { type Following, imageOf, listOf, type Places, settled, type Value } from "./values.js";

export function sliced(
  value: Value,
  inputs: readonly (Value | undefined)[],
  following: Following,
): Value | undefined {
  if (value.is !== "image" && value.is !== "cut") return undefined;
  const { refuse, label, pictures } = following;
  const part = (at: number, name: string): readonly number[] | undefined =>
    listOf(inputs, at, name, following);
  const [starts, ends] = [part(1, "starts") ?? [], part(2, "ends") ?? []];
  const axes = part(3, "axes") ?? starts.map((_, axis) => axis);
  const strides = part(4, "steps") ?? starts.map(() => 1);
  const { layout } = value;
  const base = value.is === "image" ? settled(value, following) : value.base;
  const { channels, side } = following.steps[base] as Step;
  const axisOfChannels = layout === "first" ? 1 : 3;
  const whole: readonly Places[] =
    value.is === "cut" ? [value.rows, value.columns] : [allOf(side), allOf(side)];
  let [chosen, rows = allOf(side), columns = allOf(side)] = [allOf(channels), ...whole];
  for (const [i, start] of starts.entries()) {
    const [axis, end = Number.NaN, stride = Number.NaN] = [
      axisOf(axes[i] ?? Number.NaN, 4),
      ends[i],
      strides[i],
    ];
    if (axis === undefined || ![start, end, stride].every(Number.isInteger) || stride < 1)
      throw refuse("it takes a part of an image that is not said by numbers in the file, or backwards");
    const isAll = start === 0 && stride === 1 && end >= (Number.isNaN(pictures) ? ALL : pictures);
    if (axis === 0) {
      if (!isAll) throw refuse("it takes some of several pictures");
    } else if (axis === axisOfChannels) chosen = placesOf(chosen, start, end, stride);
    else if (axis === (layout === "first" ? 2 : 1)) rows = placesOf(rows, start, end, stride);
    else columns = placesOf(columns, start, end, stride);
  }
  if (value.is === "cut" && chosen.count !== channels)
    throw refuse("it takes a part of the channels of what is no square any more", CUT);
  const { first, count, step } = chosen;
  const numbers = Array.from({ length: count }, (_, i) => first + i * step);
  const image = value.is === "cut" ? imageOf(base, label) : selected(base, numbers, following);
  return cutOut({ base: image.base, layout, rows, columns }, following);
}

/** Exporters say so that something ends where it ends. */
const ALL = 2 ** 31 - 1;
