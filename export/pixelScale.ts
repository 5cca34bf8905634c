/** The scaling of the pixels as constants of a graph. */
import { channelOf } from "../spec/base.js";

/** One number for all channels, or one for each of red, green and blue. */
type PerChannel = number | readonly number[];

interface Scale {
  readonly mean: PerChannel;
  readonly deviation: PerChannel;
}

/** Applies `of` to the mean and the deviation, once or for each channel. */
function mapScale({ mean, deviation }: Scale, of: (mean: number, deviation: number) => number): PerChannel {
  if (typeof mean === "number" && typeof deviation === "number") return of(mean, deviation);
  return [0, 1, 2].map((channel) => of(channelOf(mean, channel), channelOf(deviation, channel)));
}

/** `x · scale + offset = (x − mean) / deviation`. */
export function scaleAndOffset(scale: Scale): { readonly scale: PerChannel; readonly offset: PerChannel } {
  return {
    scale: mapScale(scale, (_, deviation) => 1 / deviation),
    offset: mapScale(scale, (mean, deviation) => -mean / deviation),
  };
}
