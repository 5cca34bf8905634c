/** Observable Plot on the server: draws into a document of linkedom and hands the picture over as JSX. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type ComponentChild, h, type VNode } from "preact";

/** What is used of a DOM node; the DOM's own types are no part of this project. */
interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<DomNode>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const ELEMENT = 1;
const TEXT = 3;

interface PlotSvgProps {
  /** Options of `Plot.plot`; width and height are the picture's size in CSS pixels. */
  readonly options: Plot.PlotOptions & { readonly width: number; readonly height: number };
  /** Unique within the page. */
  readonly id: string;
  /** Name of the picture and what it shows, for those who cannot see it. */
  readonly title: string;
  readonly description: string;
  /** Below this many CSS pixels the picture scrolls instead of shrinking. */
  readonly minWidth?: number;
}

/** A plot as inline SVG which scales with its box, inherits the page's fonts and has a title and a description. */
export function PlotSvg({ options, id, title, description, minWidth }: PlotSvgProps): VNode {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, document }) as unknown as DomNode;
  const { width, height } = options;
  return (
    <svg
      class="plot"
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      style={{ width: "100%", maxWidth: `${width}px`, minWidth: `${minWidth ?? 0}px` }}
      fill="currentColor"
      font-size="12"
      text-anchor="middle"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      {childrenOf(svg)}
    </svg>
  );
}

/** Through JSX every text and attribute is escaped in one place; Plot's own style sheet is not needed. */
function childrenOf(node: DomNode): ComponentChild[] {
  return [...node.childNodes]
    .filter((child) => child.nodeName.toLowerCase() !== "style")
    .map((child) => {
      if (child.nodeType === TEXT) return child.textContent;
      if (child.nodeType !== ELEMENT) return null;
      // The picture has one name and one description: labels inside it would only be noise.
      const attributes = [...(child.attributes ?? [])].filter(({ name }) => !name.startsWith("aria-"));
      return h(
        child.nodeName,
        Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
        ...childrenOf(child),
      );
    });
}
