/** Reads Prometheus' text format, strictly: a line that is none of its kinds is an error. */
import assert from "node:assert/strict";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const HELP = new RegExp(`^# HELP (${NAME}) (.*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?,?\\})? (\\S+)(?: -?\\d+)?$`);
/** A family's series may be named so. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/** Families by name. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  let last: Family | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, helped, help] = HELP.exec(line) ?? [];
    if (helped !== undefined) {
      helps.set(helped, help ?? "");
      continue;
    }
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (typed !== undefined) {
      assert.ok(!families.has(typed), `${typed} twice`);
      last = { name: typed, type: type ?? "", help: helps.get(typed) ?? "", samples: [] };
      families.set(typed, last);
      continue;
    }
    const [whole, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
    assert.ok(whole !== undefined, `not of the format: ${line}`);
    assert.ok(last !== undefined, `a sample without a type: ${line}`);
    const known = (SUFFIXES[last.type] ?? [""]).map((suffix) => `${last?.name}${suffix}`);
    assert.ok(known.includes(name), `${name} under ${last.name}`);
    last.samples.push({ name, labels: labelsOf(labels), value: numberOf(value) });
  }
  return families;
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value]));
}

function numberOf(text: string): number {
  const special = { "+Inf": Infinity, "-Inf": -Infinity, NaN: Number.NaN }[text];
  const value = special ?? Number(text);
  assert.ok(special !== undefined || Number.isFinite(value), `no number: ${text}`);
  return value;
}
