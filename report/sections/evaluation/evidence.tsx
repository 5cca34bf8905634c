/** Where the network finds its evidence: maps over the pictures that it is surest of. */
import type { VNode } from "preact";
import type { Prediction } from "../../../spec/records/evaluation.js";
import { pictureMaps } from "../../pictures/maps.js";
import { PictureList } from "../../pictures/pictureList.js";
import type { SectionProps } from "../section.js";
import { predictionPictures } from "./mistakes.js";

export function Evidence({ data }: SectionProps): VNode {
  const { activationMaps, evaluation, thumbnails } = data;
  if (activationMaps === undefined) {
    return <p class="muted">This model was evaluated by an older version, which did not draw such maps.</p>;
  }
  const { rows, columns, maps, surest } = activationMaps;
  const byPath = new Map(maps.map((map) => [map.path, map]));
  const shown = surest.flat().flatMap((path): Prediction[] => {
    const map = byPath.get(path);
    return map === undefined ? [] : [map];
  });
  const without = surest.filter((paths) => paths.length === 0).length;
  return (
    <>
      <p>
        The stronger the tint, from violet to yellow, the more a place spoke for the predicted class (Grad-CAM
        on {rows} × {columns} places, each picture relative to its own strongest place). The map shows where
        the evidence lay, not what was seen there or whether it is a good reason; what spoke against the class
        is not shown, and what lies outside the map was cut off before the network saw the picture.
      </p>
      <p>
        Below are the test images that the model rightly gave their class with most confidence. If the tint
        lies on the background, on a label or on an edge, the model may have learned a shortcut. The maps of
        its mistakes are <a href="#mistakes">with the mistakes</a>.
        {without > 0 && without < surest.length && shown.length < surest.length
          ? ` ${without} of ${surest.length} classes have no picture here: no image was right, or there are more classes than room.`
          : ""}
      </p>
      {shown.length === 0 ? (
        <p>No test image was classified correctly.</p>
      ) : (
        <PictureList
          id="evidence-maps"
          mapsShown
          pictures={predictionPictures(shown, evaluation.classes)}
          thumbnails={thumbnails}
          maps={pictureMaps(data)}
        />
      )}
    </>
  );
}
