/** A small picture of the data set, or a box that says that there is none. */
import type { VNode } from "preact";

interface ThumbnailProps {
  readonly path: string;
  readonly thumbnails: Readonly<Record<string, string>>;
  readonly alt: string;
}

export function Thumbnail({ path, thumbnails, alt }: ThumbnailProps): VNode {
  const source = Object.hasOwn(thumbnails, path) ? thumbnails[path] : undefined;
  // Anything but an embedded picture would make the report load something.
  return source?.startsWith("data:image/") ? (
    <img class="thumb" src={source} alt={alt} title={path} decoding="async" />
  ) : (
    <span class="thumb no-thumb" title={path}>
      no picture
    </span>
  );
}
