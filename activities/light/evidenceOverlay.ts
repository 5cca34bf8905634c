/** Draws a map of evidence as a small picture that can be laid over a thumbnail. */
import sharp from "sharp";

/** Pixels a side of the map's places: enough that the browser's own smoothing shows no steps. */
const ENLARGED = 8;
/** Opacity of the strongest place in [0, 1]: the picture under it can still be made out. */
const MOST_OPAQUE = 0.72;
/** From weak to strong. Three colours of matplotlib's "plasma": their lightness rises, whatever eyes see of the hues. */
const COLOURS = [
  [84, 2, 163],
  [204, 71, 120],
  [240, 249, 33],
] as const;

/**
 * @param values `[values.length / columns, columns]`, row after row, in [0, 1]
 * @returns a PNG as data URI; where there is no evidence it is transparent
 */
export async function evidenceOverlay(values: readonly number[], columns: number): Promise<string> {
  const rows = values.length / columns;
  // Enlarged as one grey channel and coloured then: between two colours of the scale there would be others.
  const { data } = await sharp(Buffer.from(values.map((value) => Math.round(255 * value))), {
    raw: { width: columns, height: rows, channels: 1 },
  })
    .resize(columns * ENLARGED, rows * ENLARGED, { kernel: "cubic", fit: "fill" })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = Buffer.concat([...data].map((value) => Buffer.from(colourOf(value / 255))));
  const png = await sharp(pixels, {
    raw: { width: columns * ENLARGED, height: rows * ENLARGED, channels: 4 },
  })
    .png({ palette: true, colours: 64 })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** Red, green, blue and opacity, in 0…255. */
function colourOf(value: number): readonly [number, number, number, number] {
  const place = value * (COLOURS.length - 1);
  const step = Math.min(Math.floor(place), COLOURS.length - 2);
  const [from, to] = [COLOURS[step], COLOURS[step + 1]] as [
    (typeof COLOURS)[number],
    (typeof COLOURS)[number],
  ];
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(from[channel] + (to[channel] - from[channel]) * (place - step));
  return [mix(0), mix(1), mix(2), Math.round(255 * MOST_OPAQUE * value)];
}
