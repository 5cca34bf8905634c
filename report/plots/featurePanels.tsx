/** Map of the features where there are more classes than colours: one small map a class, all others in grey. */
import type { VNode } from "preact";
import type { FeatureLayout, PlacedPoint } from "./featureLayout.js";
import { titleOf } from "./featureMap.js";

interface FeaturePanelsProps {
  readonly layout: FeatureLayout;
  readonly classes: readonly string[];
  /** Indices of the classes to show, in their order. */
  readonly shown: readonly number[];
}

export function FeaturePanels({ layout, classes, shown }: FeaturePanelsProps): VNode {
  const { width, height, points } = layout;
  // Dots are lines without length: a tenth of the size of circles, and drawn once for all panels.
  const dots = points.map(({ left, top }) => `M${left} ${top}h0`).join("");
  return (
    <>
      <svg class="visually-hidden" aria-hidden="true">
        <defs>
          <path id="all-features" d={dots} />
        </defs>
      </svg>
      <ul class="panels">
        {shown.map((label) => {
          const own = points.filter((point) => point.label === label);
          return (
            <li key={label}>
              <figure>
                <svg class="plot" aria-hidden="true" viewBox={`0 0 ${width} ${height}`}>
                  <use href="#all-features" class="others" />
                  {own.map((point) => (
                    <circle key={point.path} cx={point.left} cy={point.top} {...lookOf(point)}>
                      <title>{titleOf(point, classes)}</title>
                    </circle>
                  ))}
                </svg>
                <figcaption>{classes[label]}</figcaption>
              </figure>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function lookOf({ label, predicted }: PlacedPoint): { r: number; class: string } {
  if (predicted === undefined) return { r: 5, class: "trained" };
  return predicted === label ? { r: 8, class: "right" } : { r: 10, class: "wrong" };
}
