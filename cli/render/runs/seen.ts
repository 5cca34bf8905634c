/** What `thaw init` saw in the images. */
import type { InitJson } from "../../json/init.js";
import type { Screen } from "../../output.js";
import { padEnd, truncate, widthOf, wrap } from "../text.js";

/** More classes would push what matters off the screen; `--json` has all. */
const MOST_CLASSES = 12;
const WIDEST_NAME = 40;
const MOST_REASONS = 4;

export function seenText(seen: InitJson, screen: Screen): string {
  const { images, classes, kind, splits, ignored, warnings } = seen;
  const { colours, width } = screen;
  const paragraph = (mark: string, text: string): readonly string[] =>
    wrap(text, width - widthOf(mark)).map(
      (line, index) => (index === 0 ? mark : " ".repeat(widthOf(mark))) + line,
    );
  return [
    colours.bold(`${images} images in ${classes.length} classes`),
    ...classLines(seen, screen),
    ...paragraph("kind: ", `${kind.kind}, because ${kind.reason}`),
    ...(splits === undefined ? [] : paragraph("splits: ", splits)),
    ...ignored
      .slice(0, MOST_REASONS)
      .flatMap(({ reason, files, example }) =>
        paragraph("passed over: ", `${files} ${wordOf(reason, files)}, ${reason} (${example})`),
      ),
    ...(ignored.length > MOST_REASONS
      ? [`passed over: others for ${ignored.length - MOST_REASONS} more reasons`]
      : []),
    ...warnings.flatMap((warning) => paragraph("! ", warning)).map((line) => colours.yellow(line)),
  ].join("\n");
}

/** What is hidden is not looked into: it may be a folder. */
const wordOf = (reason: string, count: number): string =>
  [count === 1 ? "file" : "files", ...(reason === "hidden" ? [count === 1 ? "folder" : "folders"] : [])].join(
    " or ",
  );

/** The largest first, as that shows best how unequal they are. */
function classLines({ classes }: InitJson, { width }: Screen): readonly string[] {
  const sorted = classes.toSorted((a, b) => b.images - a.images);
  // Of many, the smallest are what matters as well as the largest.
  const shown =
    sorted.length <= MOST_CLASSES ? sorted : [...sorted.slice(0, MOST_CLASSES - 3), ...sorted.slice(-2)];
  const names = shown.map(({ name }) => truncate(name, Math.min(WIDEST_NAME, width - 12)));
  const nameWidth = Math.max(...names.map(widthOf));
  const digits = Math.max(...shown.map(({ images }) => String(images).length));
  const lines = shown.map(
    ({ images }, index) => `  ${padEnd(names[index] ?? "", nameWidth)}  ${String(images).padStart(digits)}`,
  );
  const left = classes.length - shown.length;
  return left === 0
    ? lines
    : [...lines.slice(0, -2), `  … ${left} more, of sizes between`, ...lines.slice(-2)];
}
