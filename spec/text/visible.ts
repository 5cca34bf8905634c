/** Text of strangers, made fit to be shown: characters that act or hide are written out, and length is bounded. */

/**
 * What a terminal or a browser obeys instead of showing it, or what shows nothing: C0 and C1 controls, DEL, separators of
 * lines and paragraphs, controls of writing direction, zero-width and tag characters, halves of surrogate pairs (Unicode's
 * `Default_Ignorable_Code_Point` has all that show nothing). The variation selectors 15 and 16 belong to emoji.
 */
const UNSHOWN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line: `\u001b` for an escape, `\n` for a line's end, `\u{e0041}` beyond the first plane. */
export function visible(text: string): string {
  return text.replace(UNSHOWN, (character) => SHORT[character] ?? written(character));
}

/** As {@link visible}, but lines stay lines, and tabs within them tabs. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .split(/([\n\t])/)
    .map((part, index) => (index % 2 === 0 ? visible(part) : part))
    .join("");
}

function written(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * A text of at most `most` characters: of a longer one both ends, because names of files differ at their ends.
 * @param most at least 1; counted in UTF-16 units, no character is cut in two
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  const tail = most - 1 - head;
  return `${whole(text.slice(0, head))}…${whole(tail === 0 ? "" : text.slice(-tail))}`;
}

/** Without the halves of characters at its ends. */
const whole = (text: string): string => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");

/**
 * JSON whose text is safe on a terminal as well: what {@link visible} writes out is escaped, which JSON's readers undo.
 * @param indent as of `JSON.stringify`
 */
export function visibleJson(document: unknown, indent?: number): string {
  const text = JSON.stringify(document, null, indent) as string | undefined;
  // Line ends of the layout stay; within strings they are escaped already.
  return (text ?? "null").replace(UNSHOWN, (character) =>
    character === "\n" ? character : [...codeUnits(character)].join(""),
  );
}

function* codeUnits(character: string): Generator<string> {
  for (let index = 0; index < character.length; index += 1)
    yield `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
}

/**
 * A copy of plain data in which every text is changed, names of keys too; dates, numbers and what else there is stay.
 * @param change is given the key that the text lies under; items of an array have the array's
 */
export function withTexts<Value>(value: Value, change: (text: string, key: string) => string): Value {
  const walk = (one: unknown, key: string): unknown => {
    if (typeof one === "string") return change(one, key);
    if (Array.isArray(one)) return one.map((item) => walk(item, key));
    if (one instanceof Map)
      return new Map([...one].map(([name, item]) => [walk(name, key), walk(item, String(name))]));
    if (one instanceof Set) return new Set([...one].map((item) => walk(item, key)));
    if (!isPlain(one)) return one;
    // A key called __proto__ is a key like any other.
    return Object.fromEntries(
      Object.entries(one).map(([name, item]) => [change(name, ""), walk(item, name)]),
    );
  };
  return walk(value, "") as Value;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
