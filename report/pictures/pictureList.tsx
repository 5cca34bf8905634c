/** Pictures of the data set in a grid, each with what is to be known of it; maps of evidence can be laid over them. */
import { Fragment, type VNode } from "preact";
import { briefly } from "../shown.js";
import type { PictureMap } from "./maps.js";
import { Thumbnail } from "./thumbnail.js";

export interface Picture {
  readonly path: string;
  /** What the picture is, for those who cannot see it. */
  readonly alt: string;
  /** Terms and their values; `strong` is what the list is about. */
  readonly facts: readonly { readonly term: string; readonly value: string; readonly strong?: true }[];
  /** Anchor, unique within the page. */
  readonly anchor?: string;
}

interface PictureListProps {
  readonly pictures: readonly Picture[];
  readonly thumbnails: Readonly<Record<string, string>>;
  /** By path. Where there is one for a picture of the list, a box switches them on and off. */
  readonly maps?: ReadonlyMap<string, PictureMap>;
  /** Of the box, unique within the page. */
  readonly id?: string;
  /** Whether the maps are shown at first. */
  readonly mapsShown?: boolean;
}

export function PictureList({ pictures, thumbnails, maps, id, mapsShown = false }: PictureListProps): VNode {
  const hasMaps = id !== undefined && pictures.some(({ path }) => maps?.has(path));
  return (
    <div>
      {hasMaps && (
        <>
          <input type="checkbox" class="toggle" id={id} checked={mapsShown} autocomplete="off" />{" "}
          <label for={id}>Show where the evidence for the predicted class lay</label>
        </>
      )}
      <ol class="pictures">
        {pictures.map(({ path, alt, facts, anchor }) => (
          <li key={path} id={anchor}>
            <figure>
              <Thumbnail
                path={path}
                thumbnails={thumbnails}
                alt={alt}
                map={hasMaps ? maps?.get(path) : undefined}
              />
              <figcaption>
                <dl>
                  {facts.map(({ term, value, strong }) => (
                    <Fragment key={term}>
                      <dt>{term}</dt>
                      <dd title={value}>{strong ? <strong>{value}</strong> : value}</dd>
                    </Fragment>
                  ))}
                </dl>
                <span class="path" title={path}>
                  <BreakablePath path={briefly(path)} />
                </span>
              </figcaption>
            </figure>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Lines of a narrow column break after the slashes of a path. */
function BreakablePath({ path }: { path: string }): VNode {
  const parts = path.split("/");
  return (
    <>
      {parts.map((part, index) =>
        index === parts.length - 1 ? (
          part
        ) : (
          <Fragment key={index}>
            {part}/<wbr />
          </Fragment>
        ),
      )}
    </>
  );
}
