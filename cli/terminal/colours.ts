/** Colours that nobody else can make: each of our control sequences carries numbers drawn for this process. */
import { randomInt } from "node:crypto";

export interface Colours {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

type Paint = (text: string) => string;

/**
 * SGR codes that open and close (ECMA-48, 8.3.117). The drawn ones make the sequence longer, but still one of no width for
 * whoever measures text; they go before it is written.
 */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const satisfies Readonly<Record<keyof Colours, readonly [number, number]>>;

/** Four digits are as many as measuring programs take for one number: a guess is right once in 10^11. */
const DRAWN = Array.from({ length: 3 }, () => randomInt(1000, 10_000)).join(";");

/** A control sequence of ours, with its code. */
export const SIGNED = new RegExp(`\\u001b\\[(\\d{1,2});${DRAWN}m`, "g");

const signed = (code: number): string => `\u001b[${code};${DRAWN}m`;

/** What the sequence is without its signature. */
export const unsigned = (text: string): string => text.replace(SIGNED, "\u001b[$1m");

/** @param enabled false where text is not to be coloured: then it stays what it is */
export function createColours(enabled: boolean): Colours {
  const paint = (name: keyof Colours): Paint => {
    if (!enabled) return (text) => text;
    const [open, close] = CODES[name].map(signed) as [string, string];
    // A colour within ends with the sequence that would end this one as well.
    return (text) => open + text.replaceAll(close, close + open) + close;
  };
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    cyan: paint("cyan"),
  };
}
