/** Names as somebody would choose them who wants to act on a terminal, a page or a document, and what must not be left of them. */
import assert from "node:assert/strict";
import { randomStream } from "../../../rng/stream.js";

/** One of every kind. */
export const HOSTILE: readonly string[] = [
  "\u001b[31mred\u001b[0m",
  "\u001b]0;title\u0007",
  "\u001b]8;;http://evil.example/\u001b\\link\u001b]8;;\u001b\\",
  "\u001b[2J\u001b[1;1Hgone",
  "\u001bP1$r0m\u001b\\dcs",
  "\u009b31mc1\u009d0;c1\u009c",
  "back\bspace\rreturn\u0000nul\u007fdel",
  "line\nerror FAKE: everything is fine",
  "tab\tvertical\u000bform\u000c",
  "next\u0085line\u2028separator\u2029paragraph",
  "\u202egnp.exe\u202c\u2066isolate\u2069\u200f\u200e\u061c",
  "zero\u200bwidth\u200c\u200d\u2060\ufeff\u00ad",
  "tags\u{e0041}\u{e0042}\u{e007f}",
  "half\ud83d surrogate \udc00",
  "\u115f\u3164fillers\u180e\ufff9\ufffb",
  "<script>alert(1)</script>",
  "</script></style></title><img src=x onerror=alert(1)>",
  '" onmouseover="alert(1)" x="',
  "[click](javascript:alert(1)) ![pixel](http://evil.example/p.png)",
  "```\n# heading\n```text",
  "`````",
  "` [x](http://evil.example) `",
  "see http://evil.example/a or www.evil.example or <http://evil.example> me@evil.example",
  "a | b | c\n|---|---|",
  "- item\n1. item\n---\n===",
  "&lt;b&gt; &#x1b; &amp;",
  '=HYPERLINK("http://evil.example")',
  "$(reboot) `reboot` ; rm -rf /",
  "漢字の名前👩‍🚒e\u0301\u0301\u0301",
  "x".repeat(10_000),
  "\u001b[31m".repeat(2_500),
  "漢".repeat(10_000),
  "`".repeat(10_000),
  "[a](b".repeat(2_000),
];

/** Pieces of them, put together by chance. */
export function mixed(seed: number, count: number): readonly string[] {
  const stream = randomStream(seed, "hostile texts", 0);
  let drawn = 0;
  const draw = (below: number): number => Math.floor(stream.uniform(drawn++) * below);
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + draw(6) }, () => {
      const text = HOSTILE[draw(HOSTILE.length)] ?? "";
      const from = draw(text.length);
      return text.slice(from, from + 1 + draw(40));
    }).join(""),
  );
}

/** Controls of terminals and of writing, and what shows nothing; not tabs and the ends of lines. */
const RAW =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}\p{Cs}]/u;

/** @param what is named in the message */
export function assertClean(text: string, what: string): void {
  const found = RAW.exec(text);
  if (found === null) return;
  const near = JSON.stringify(text.slice(Math.max(0, found.index - 30), found.index + 30));
  assert.fail(`${what} has U+${found[0].codePointAt(0)?.toString(16)} in ${near}`);
}

/** Data in which texts are hostile ones, another one at each place. @param kept keys whose values programs read */
export function poisoned<Value>(value: Value, texts: readonly string[], kept: ReadonlySet<string>): Value {
  let next = 0;
  const walk = (one: unknown, key: string): unknown => {
    if (typeof one === "string") return kept.has(key) ? one : texts[next++ % texts.length];
    if (Array.isArray(one)) return one.map((item) => walk(item, key));
    if (typeof one !== "object" || one === null || Object.getPrototypeOf(one) !== Object.prototype)
      return one;
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(value, "") as Value;
}
