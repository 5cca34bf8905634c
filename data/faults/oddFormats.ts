/** The few images of another format than all the others: the one GIF among photographs is mostly a placeholder. */

/** In fewer images one of another format says nothing. */
const ENOUGH_IMAGES = 20;
/** So many of a format are odd, if they are no more than this share. */
const MOST_ODD = 3;
const MOST_SHARE = 0.01;

export function findOddFormats(
  images: readonly { readonly path: string; readonly format: string }[],
): { readonly path: string; readonly format: string }[] {
  if (images.length < ENOUGH_IMAGES) return [];
  const counts = new Map<string, number>();
  for (const { format } of images) counts.set(format, (counts.get(format) ?? 0) + 1);
  const isOdd = (count: number): boolean =>
    count === 1 || (count <= MOST_ODD && count <= MOST_SHARE * images.length);
  return images
    .filter(({ format }) => isOdd(counts.get(format) ?? 0))
    .map(({ path, format }) => ({ path, format }));
}
