/** Text files as people's programs write them: UTF-8, or UTF-16 where a byte order mark makes that certain. */

/** Where a text cannot be read, counted from 1, and what is wrong there. */
export interface TextFault {
  readonly line: number;
  readonly sentence: string;
}

const REMEDY = "save it as UTF-8 (in Excel: CSV UTF-8)";
/** So many letters of the line are shown. */
const SHOWN = 40;
/** What Windows-1252 has at 0x80 to 0x9f; of Node's decoder some versions take it for Latin-1. */
const WINDOWS = "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ";
const NEWLINE = 10;
const HIGH = 0x80;

/** @returns the text without a byte order mark, or why it is not certain what its bytes mean */
export function decodeText(bytes: Uint8Array): string | TextFault {
  const [first, second, third, fourth] = bytes;
  const isUtf32 =
    (first === 0xff && second === 0xfe && third === 0 && fourth === 0) ||
    (first === 0 && second === 0 && third === 0xfe && fourth === 0xff);
  if (isUtf32) return { line: 1, sentence: `the text is UTF-32; ${REMEDY}` };
  const marked =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  const zero = marked === "utf-8" ? bytes.indexOf(0) : -1;
  if (zero >= 0) {
    return {
      line: lineOf(bytes, zero),
      sentence: `a byte here is 0, which no text has: it looks like UTF-16 without a byte order mark; ${REMEDY}`,
    };
  }
  try {
    return new TextDecoder(marked, { fatal: true }).decode(bytes);
  } catch {
    if (marked !== "utf-8") return { line: 1, sentence: `the text is no valid UTF-16; ${REMEDY}` };
    return faultOfUtf8(bytes);
  }
}

function faultOfUtf8(bytes: Uint8Array): TextFault {
  const at = firstInvalid(bytes);
  const from = bytes.lastIndexOf(NEWLINE, at) + 1;
  const end = bytes.indexOf(NEWLINE, at);
  const line = bytes.subarray(from, end < 0 ? bytes.length : end);
  const looks = isWestern(bytes)
    ? `it looks like Windows-1252, in which the line is “${shown(line)}”`
    : "it looks like another encoding, such as Windows-1251, Shift JIS or GBK";
  return { line: lineOf(bytes, at), sentence: `the text is not UTF-8 here: ${looks}; ${REMEDY}` };
}

function lineOf(bytes: Uint8Array, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === NEWLINE).length + 1;
}

/** The decoder does not say where; what comes before the first invalid byte decodes, and with it no longer. */
function firstInvalid(bytes: Uint8Array): number {
  const isFine = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isFine(middle)) low = middle;
    else high = middle - 1;
  }
  // The byte before may be the lead of a letter that does not go on.
  let start = Math.min(low, bytes.length - 1);
  while (start > 0 && ((bytes[start - 1] as number) & 0xc0) === HIGH) start--;
  return start > 0 && (bytes[start - 1] as number) >= 0xc0 ? start - 1 : Math.min(low, bytes.length - 1);
}

/** In Western languages letters with accents stand alone among others; other scripts consist of such bytes. */
function isWestern(bytes: Uint8Array): boolean {
  let [alone, together] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] as number) < HIGH) continue;
    const beside = (bytes[at - 1] ?? 0) >= HIGH || (bytes[at + 1] ?? 0) >= HIGH;
    if (beside) together++;
    else alone++;
  }
  return alone >= together;
}

function shown(line: Uint8Array): string {
  const text = Buffer.from(line)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - HIGH] ?? "?")
    .trim();
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
