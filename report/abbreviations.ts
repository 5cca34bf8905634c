/** Explains words on hover: where a word of the glossary first stands in a section, it becomes an `<abbr>`. */
import { GLOSSARY } from "./glossary.js";

/** Texts of the report itself lie in these; within the others are names, code, links and pictures' titles. */
const IN = new Set(["p", "dt", "caption", "figcaption", "th", "small"]);
const OUT = new Set([
  "code",
  "pre",
  "svg",
  "a",
  "abbr",
  "button",
  "label",
  "title",
  "h1",
  "h2",
  "h3",
  "tbody",
  "summary",
]);
/** Words begin anew with each of these. */
const SECTION = "section";

const WORDS = Object.keys(GLOSSARY).toSorted((a, b) => b.length - a.length);
const PATTERN = new RegExp(`(?<![\\w-])(${WORDS.map(pattern).join("|")})(?![\\w-])`, "gi");
const VOID = /^(img|br|input|meta|link|hr|col)$/;

/** @param html as `preact-render-to-string` gives it: every text and attribute escaped, every element closed */
export function explainWords(html: string): string {
  const open: string[] = [];
  let known = new Set<string>();
  return html.replace(/<\/?([a-zA-Z][\w-]*)(?:"[^"]*"|[^">])*>|[^<]+/g, (part, name: string | undefined) => {
    if (name === undefined) return isExplained(open) ? mark(part, known) : part;
    if (part.startsWith("</")) open.pop();
    else if (!part.endsWith("/>") && !VOID.test(name)) {
      open.push(name);
      if (name === SECTION) known = new Set();
    }
    return part;
  });
}

function isExplained(open: readonly string[]): boolean {
  return open.some((name) => IN.has(name)) && !open.some((name) => OUT.has(name)) && open.includes("main");
}

function mark(text: string, known: Set<string>): string {
  return text.replace(PATTERN, (found) => {
    const word = found
      .toLowerCase()
      .replace(/[\u00a0\s]+/g, " ")
      .replace("\u2019", "'");
    const meaning = GLOSSARY[word];
    if (meaning === undefined || known.has(word)) return found;
    known.add(word);
    return `<abbr title="${meaning.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">${found}</abbr>`;
  });
}

/** Spaces may be no-break ones, apostrophes typographic ones. */
function pattern(word: string): string {
  return word.replaceAll(" ", "[ \\u00a0]").replaceAll("'", "['\u2019]");
}
