/** A small picture of the data set, or a box that says that there is none; over it, if there is one, a map. */
import type { VNode } from "preact";
import type { PictureMap } from "./maps.js";

interface ThumbnailProps {
  readonly path: string;
  readonly thumbnails: Readonly<Record<string, string>>;
  readonly alt: string;
  readonly map?: PictureMap | undefined;
}

export function Thumbnail({ path, thumbnails, alt, map }: ThumbnailProps): VNode {
  const source = Object.hasOwn(thumbnails, path) ? thumbnails[path] : undefined;
  // Anything but an embedded picture would make the report load something.
  if (!source?.startsWith("data:image/")) {
    return (
      <span class="thumb no-thumb" title={path}>
        no picture
      </span>
    );
  }
  const picture = <img class="thumb" src={source} alt={alt} title={path} decoding="async" />;
  if (map === undefined) return picture;
  const { ratio, box, overlay, description } = map;
  return (
    <span class="seen" style={{ "--ratio": ratio }}>
      {picture}
      <img class="map" src={overlay} alt={description} title={path} style={box} />
    </span>
  );
}
