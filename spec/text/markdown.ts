/** Text of strangers within Markdown: it stays text, and neither links, nor pictures, nor HTML, nor the end of a block. */
import { visible } from "./visible.js";

/** What means something to CommonMark 0.31 or GitHub's Markdown within a line; an underscore does not within a word. */
const SIGNS = /[\\`*{}[\]<>#|~&$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** Numbers and marks of lists, underlines of headings: at the beginning of a line. */
const FIRST = /^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|[-=]{2}|=\s*$))/;
/** What renderers make links of although nothing marks it as one: addresses of the web and of mail. */
const ADDRESS = /:\/\/|www\.|mailto:|xmpp:|@[^@]*\./i;
/** A run of backticks, and the next one of the same length (CommonMark 0.31, 6.1). */
const CODE = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;

/**
 * One line of text. An address becomes code: it can be copied, and is no link.
 * @param keepCode whether what stands between backticks is code, as in sentences of ours; else backticks are signs
 */
export function markdownText(text: string, { keepCode = false } = {}): string {
  const line = onOneLine(text).trim();
  if (!keepCode) return escaped(line).replace(FIRST, "$1\\");
  let result = "";
  let from = 0;
  for (const { 0: whole, 2: code = "", index } of line.matchAll(CODE)) {
    result += escaped(line.slice(from, index)) + codeSpan(code.trim());
    from = index + whole.length;
  }
  return (result + escaped(line.slice(from))).replace(FIRST, "$1\\");
}

function escaped(text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => (ADDRESS.test(word) ? codeSpan(word) : word.replace(SIGNS, "\\$&")))
    .join("");
}

/** Code within a line, between one backtick more than any run within it has. */
export function codeSpan(text: string): string {
  const line = onOneLine(text);
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = fence.length > 1 ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Lines as a block of code that nothing within can end: its fence is longer than any run of backticks there. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const clean = lines.map(visible);
  const fence = "`".repeat(Math.max(3, longestRun(clean.join("\n")) + 1));
  return [`${fence}${language}`, ...clean, fence].join("\n");
}

/** Markdown takes these spaces and line ends for one space. */
const onOneLine = (text: string): string => visible(text.replace(/[ \u00a0\t\r\n]+/g, " "));

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
