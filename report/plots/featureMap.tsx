/** Map of the features, one colour and shape a class: small and pale dots for training, large for test images. */
import { Fragment, type VNode } from "preact";
import type { FeatureLayout, PlacedPoint } from "./featureLayout.js";

/** Colours of the palette, and so the most classes that can be told apart by them. */
export const MOST_COLOURS = 8;
/** Outlines around (0, 0), each of about 50 square pixels: what colour does not tell apart, shape does. */
const SHAPES = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  "M-3.5-3.5h7v7h-7z",
  "M0-5L4.8 3.6H-4.8z",
  "M0-5L5 0L0 5L-5 0z",
];

interface FeatureMapProps {
  readonly layout: FeatureLayout;
  readonly classes: readonly string[];
  /** Address of the picture of a mistake, by path, where the page has one. */
  readonly links: ReadonlyMap<string, string>;
  readonly description: string;
}

const isMistake = ({ label, predicted }: PlacedPoint): boolean =>
  predicted !== undefined && predicted !== label;

export function FeatureMapPlot({ layout, classes, links, description }: FeatureMapProps): VNode {
  const { width, height, points } = layout;
  const trained = points.filter(({ predicted }) => predicted === undefined);
  const right = points.filter((point) => point.predicted === point.label);
  const wrong = points.filter(isMistake);
  const viewBox = `0 0 ${width} ${height}`;
  const markers = (chosen: readonly PlacedPoint[], shape: (label: number) => string) =>
    chosen.map((point) => (
      <Marker key={point.path} point={point} shape={shape(point.label)} title={titleOf(point, classes)} />
    ));
  return (
    <div class="map-of-features" style={{ maxWidth: `${width}px` }}>
      <svg
        class="plot"
        role="img"
        aria-labelledby="feature-map-title feature-map-desc"
        viewBox={viewBox}
        width="100%"
      >
        <title id="feature-map-title">Map of the features</title>
        <desc id="feature-map-desc">{description}</desc>
        <defs>
          {SHAPES.map((outline, index) => (
            <path key={outline} id={`shape-${index}`} d={outline} />
          ))}
          <circle id="shape-dot" r="2.2" />
        </defs>
        <g opacity="0.45">{markers(trained, () => "dot")}</g>
        <g stroke="var(--paper)" stroke-width="0.8">
          {markers(right, shapeOf)}
        </g>
        <g stroke="var(--ink)" stroke-width="1.6">
          {markers(
            wrong.filter(({ path }) => !links.has(path)),
            shapeOf,
          )}
        </g>
      </svg>
      {/* A picture as a whole cannot hold links: those of the mistakes lie over it. */}
      <svg class="plot links" viewBox={viewBox} width="100%" stroke="var(--ink)" stroke-width="1.6">
        <title>Mistakes, as links to their pictures</title>
        {wrong.flatMap((point) => {
          const href = links.get(point.path);
          const title = titleOf(point, classes);
          if (href === undefined) return [];
          return (
            <a key={point.path} href={href} aria-label={title}>
              <Marker point={point} shape={shapeOf(point.label)} title={title} />
            </a>
          );
        })}
      </svg>
    </div>
  );
}

const shapeOf = (label: number): string => String(label % SHAPES.length);

interface MarkerProps {
  readonly point: PlacedPoint;
  readonly shape: string;
  readonly title: string;
}

function Marker({ point: { left, top, label }, shape, title }: MarkerProps): VNode {
  return (
    <use href={`#shape-${shape}`} x={left} y={top} class={`class-${label + 1}`}>
      <title>{title}</title>
    </use>
  );
}

export function titleOf({ path, label, predicted }: PlacedPoint, classes: readonly string[]): string {
  const nameOf = (index: number): string => classes[index] ?? `class ${index}`;
  if (predicted === undefined) return `${nameOf(label)}, training image (${path})`;
  return predicted === label
    ? `${nameOf(label)} (${path})`
    : `${nameOf(label)}, taken for ${nameOf(predicted)} (${path})`;
}

export function FeatureLegend({ classes }: { readonly classes: readonly string[] }): VNode {
  return (
    <ul class="legend markers">
      {classes.map((name, label) => (
        <li key={name}>
          <svg viewBox="-6 -6 12 12" aria-hidden="true">
            <path d={SHAPES[label % SHAPES.length]} class={`class-${label + 1}`} />
          </svg>
          {name}
        </li>
      ))}
      {[
        ["training image", <circle key="dot" r="2.2" fill="var(--muted)" opacity="0.6" />],
        [
          "mistake",
          <path key="ring" d={SHAPES[0]} fill="var(--frozen)" stroke="var(--ink)" stroke-width="1.6" />,
        ],
      ].map(([name, marker]) => (
        <li key={name}>
          <svg viewBox="-6 -6 12 12" aria-hidden="true">
            {marker}
          </svg>
          <Fragment>{name}</Fragment>
        </li>
      ))}
    </ul>
  );
}
