/** A proof for people: the verdict first, then the classes, what it stands on last. */

import type { ModelProof } from "../../../spec/records/proof.js";
import { pText } from "../../../spec/text/pText.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

export function proofText(proof: ModelProof, screen: Screen): string {
  const { model, championVersion, challengerVersion, promotable, sentence, vetoes } = proof;
  const { colours, width } = screen;
  const title = `${model}@${challengerVersion} against ${model}@${championVersion}`;
  const verdict = promotable ? "may be promoted" : "is not to be promoted without a person's word";
  const rows = proof.classes.map(({ name, images, champion, challenger, pWorse, verdict: of }) => [
    ...[name, String(images), percent(champion), percent(challenger)],
    of === "cannot-say" ? "too few images" : of === "worse" ? `worse, ${pText(pWorse)}` : "",
  ]);
  return [
    `${colours.bold(title)}: ${verdict}`,
    wrapWords(`${capital(sentence)}.`, width),
    ...(proof.newest === undefined ? [] : [wrapWords(newestText(proof.newest), width)]),
    ...vetoes.map((veto) => wrapWords(`${capital(veto)}.`, width)),
    ...(rows.length === 0
      ? []
      : ["", table(["CLASS", "IMAGES", "CHAMPION", "CHALLENGER", ""], rows, screen, [1, 2, 3])]),
    "",
    wrapWords(basis(proof), width),
  ].join("\n");
}

/** The second row: a veto at most. */
function newestText({ verdict, sentence }: NonNullable<ModelProof["newest"]>): string {
  const means = verdict === "worse" ? "worse, a veto" : verdict === "held" ? "held" : "nothing can be said";
  return `New since the champion: ${means}: ${sentence}.`;
}

function basis({ look, levelOfLook, policy, groups, images, calibration, margin }: ModelProof): string {
  const grouped = groups < images ? ` Their ${groups} groups are the witnesses, not single images.` : "";
  const errors =
    calibration === undefined
      ? ""
      : ` Calibration error ${percent(calibration.challenger)} against ${percent(calibration.champion)}, each on its own test images.`;
  return (
    `Look ${look} of ${policy.looks} at these images: level ${policy.level} in all, ${Number(levelOfLook.toPrecision(3))} this time; ` +
    `not worse would be a difference above −${(100 * margin).toFixed(1)} points.${grouped}${errors}`
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
