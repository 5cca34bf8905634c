/** The map of the features: how the final network's view of the images lies in two dimensions. */
import type { VNode } from "preact";
import { counted, percent } from "../../format.js";
import { layOut } from "../../plots/featureLayout.js";
import { FeatureLegend, FeatureMapPlot, MOST_COLOURS } from "../../plots/featureMap.js";
import { FeaturePanels } from "../../plots/featurePanels.js";
import { ScrollBox } from "../../scrollBox.js";
import type { SectionProps } from "../section.js";
import { mistakeAnchor } from "./mistakes.js";

/** CSS pixels; panels are drawn in the same coordinates and shrink. */
const WIDTH = 840;
/** A hundred panels would not be looked at. */
const MOST_PANELS = 24;

export function Features({ data: { featureMap, evaluation } }: SectionProps): VNode {
  if (featureMap === undefined || featureMap.points.length === 0) {
    return <p class="muted">This model was evaluated by an older version, which did not draw this map.</p>;
  }
  const { classes, perClass, mistakes } = evaluation;
  const layout = layOut(featureMap, WIDTH);
  const tested = featureMap.points.filter(({ predicted }) => predicted !== undefined).length;
  const drawn = `${counted(tested, "test image")} and ${counted(featureMap.points.length - tested, "training image")}`;
  const [first, second] = featureMap.explained;
  const single = classes.length <= MOST_COLOURS;
  const weakest = [...classes.keys()]
    .sort((a, b) => (perClass[a]?.recall ?? 0) - (perClass[b]?.recall ?? 0))
    .slice(0, MOST_PANELS)
    .sort((a, b) => a - b);
  const links = new Map(mistakes.map(({ path }, index) => [path, `#${mistakeAnchor(index)}`]));
  return (
    <>
      <p>
        Every dot is an image, placed by what the last layer before the head makes of it: {drawn}. Images that
        the network finds alike lie close to each other. The two axes are the first principal components, with{" "}
        {percent(first)} and {percent(second)} of the variance: classes that overlap here may still be apart
        in the other directions, and the positions were found without the labels, so gaps between classes are
        real.
      </p>
      {single ? (
        <figure>
          <FeatureLegend classes={classes} />
          <ScrollBox label="Map of the features">
            <FeatureMapPlot
              layout={layout}
              classes={classes}
              links={links}
              description={`${drawn} in ${classes.length} classes; mistakes are outlined and lead to their pictures.`}
            />
          </ScrollBox>
          <figcaption>
            Training images usually lie in tighter groups: the network was fitted to them. A mistake deep
            within another group may be a wrong label; one between groups is a hard case. Outlined mistakes
            lead to their pictures.
          </figcaption>
        </figure>
      ) : (
        <>
          <p>
            One map for each class
            {weakest.length < classes.length
              ? `, of ${counted(classes.length, "class", "classes")} the ${weakest.length} of least recall`
              : ""}
            : its test images in blue, those taken for another class in orange, its training images pale, and
            all other images in grey.
          </p>
          <FeaturePanels layout={layout} classes={classes} shown={weakest} />
        </>
      )}
    </>
  );
}
