/**
 * The one place where what strangers named is made fit for the report and the card: characters that act or hide are
 * written out, and lengths are bounded, so that the report's size does not depend on names. Markup is escaped where it is
 * written: by JSX, and by `spec/text/markdown.ts`.
 */
import type { ReportData } from "../spec/records/report.js";
import { shortened, visible, visibleLines, withTexts } from "../spec/text/visible.js";

/** Of names of classes and files; ingest lets classes have 200 characters, file systems files 255. */
const MOST_OF_NAME = 300;
/** Of sentences, which may list names. */
const MOST_OF_SENTENCE = 4_000;
/** Of what has several lines: the run file, and what the maker says. */
const MOST_OF_TEXT = 60_000;

/** Keys of `ReportData` whose texts are names: of classes, or of images by their paths. */
const NAMES = new Set(["classes", "examples", "surest", "path", "name", "model", "predicted"]);
const TEXTS = new Set(["runFile", "intended_use", "limits", "licence", "contact"]);

/** The same data with texts that can be shown. Different names stay different. */
export function shownReport(data: ReportData): ReportData {
  const { thumbnails, overlays, ...rest } = data;
  const nameOf = distinctNames();
  const pictures = (byPath: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(byPath).map(([path, picture]) => [nameOf(path), picture]));
  const shown = withTexts(rest, (text, key) => {
    if (TEXTS.has(key)) return visibleLines(shortened(text, MOST_OF_TEXT));
    return NAMES.has(key) ? nameOf(text) : visible(shortened(text, MOST_OF_SENTENCE));
  });
  return {
    ...shown,
    thumbnails: pictures(thumbnails),
    ...(overlays === undefined ? {} : { overlays: pictures(overlays) }),
  };
}

/** Two that were cut or written out to the same text are told apart by a number. */
function distinctNames(): (name: string) => string {
  const shownAs = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const known = shownAs.get(name);
    if (known !== undefined) return known;
    const short = visible(shortened(name, MOST_OF_NAME));
    let own = short;
    for (let number = 2; taken.has(own); number += 1) own = `${short} #${number}`;
    shownAs.set(name, own);
    taken.add(own);
    return own;
  };
}

/** Where a path is only to be recognised: the whole of it stands in the title. */
export const briefly = (path: string): string => shortened(path, 80);
