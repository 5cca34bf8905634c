/** What is odd about a source as a whole, seen from names alone: what a person should look at before training. */
import { posix } from "node:path";
import { className, oddNames, quoted } from "./className.js";
import type { SourceEntries } from "./entries.js";
import { LEADS_OUT, TAKE_OUTSIDE } from "./layout.js";
import { MANIFEST_EXTENSIONS } from "./manifest.js";
import { areSplitFolders } from "./splitFolders.js";

/** Folders named in a sentence; the rest is counted. */
const NAMED = 4;

/** What people call folders of what is no class. */
const NO_CLASS =
  /^((un|not[ _-]?)label+ed|unsorted|unclassified|labels?|annotations?|masks?|images?|imgs?|thumb(nail)?s?|raw|backup|copies|duplicates?|all|data|tmp|temp|archive|old)$/i;

/** Sentences without a full stop; a pure function of paths, labels and splits. */
export function sourceNotes(source: SourceEntries): readonly string[] {
  const isManifest = MANIFEST_EXTENSIONS.includes(posix.extname(source.source).toLowerCase());
  return [...oddNames(source.classes), ...(isManifest ? [] : oddFolders(source)), ...linksOut(source)];
}

/** Whoever collected images by links would miss them. */
function linksOut({ ignored }: SourceEntries): readonly string[] {
  const links = ignored.filter(({ reason }) => reason === LEADS_OUT);
  const [first] = links;
  if (first === undefined) return [];
  const more = links.length === 1 ? "" : ` and ${links.length - 1} more`;
  return [`${quoted(first.path)}${more} left out as ${LEADS_OUT}: ${TAKE_OUTSIDE}`];
}

function oddFolders({ classes, entries }: SourceEntries): readonly string[] {
  const like = classes.filter((name) => areSplitFolders([name]));
  return [
    ...(like.length === 0
      ? []
      : [
          like.length === 1
            ? `${list(like)} is taken as a class, though it is named like a split`
            : `${list(like)} are taken as classes, though they are named like splits`,
        ]),
    ...classes
      .filter((name) => NO_CLASS.test(name))
      .map((name) => `${quoted(name)} is taken as a class: leave the folder out if it is none`),
    ...upperLevels(entries),
  ];
}

/** Classes whose images lie in folders of their own. */
function upperLevels(entries: SourceEntries["entries"]): readonly string[] {
  const inside = new Map<string, Set<string>>();
  for (const { path, label, split } of entries) {
    const parts = path.split("/").slice(split === undefined ? 0 : 1);
    const [top = "", folder, file] = parts;
    if (className(top) !== label || folder === undefined || file === undefined) continue;
    inside.set(label, (inside.get(label) ?? new Set()).add(folder));
  }
  const upper = [...inside].filter(([, folders]) => folders.size > 1).map(([label]) => label);
  const [first] = upper;
  if (first === undefined) return [];
  const folders = list([...(inside.get(first) ?? [])].sort());
  const others = upper.length > 1 ? `, and so for ${upper.length - 1} more` : "";
  return [
    `the class of an image is its upper folder: ${quoted(first)} has folders in it (${folders}), which are no classes${others}`,
  ];
}

function list(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).map(quoted).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
