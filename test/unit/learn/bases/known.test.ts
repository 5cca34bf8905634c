/** The catalogue of published checkpoints: whole, without clashes, and as docs/bases.md shows it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import { KNOWN_BASES, knownBase, namesPublisher, searchKnown } from "../../../../learn/bases/known/known.js";
import { ownNameOf } from "../../../../learn/bases/known/knownBase.js";
import { licenceConcern } from "../../../../spec/licence.js";
import { catalogueTable } from "../../../support/docs/catalogueTable.js";
import { type MeasuredArchitecture, timesTable } from "../../../support/docs/timesTable.js";

test("every entry is of an architecture that there is, and says where it lies and under which licence", () => {
  for (const {
    name,
    architecture,
    url,
    byHand,
    licence,
    source,
    pretrainedOn,
    view,
    sha256,
  } of KNOWN_BASES) {
    assert.match(name, /^[a-z0-9]+\/[a-z0-9._-]+$/);
    assert.equal(findArchitecture(architecture).name, architecture);
    if (url === undefined) assert.ok(byHand, `${name} says how to come by it`);
    else assert.ok(["https:", "http:"].includes(new URL(url).protocol), name);
    for (const text of [licence, source, pretrainedOn]) assert.notEqual(text.trim(), "", name);
    if (view !== undefined) assert.ok(view.cropFraction > 0 && view.cropFraction <= 1, name);
    if (sha256 !== undefined) assert.match(sha256, /^([0-9a-f]{8}|[0-9a-f]{64})$/, name);
  }
});

test("no two mean the same name, on the command line or in a run file", () => {
  const all = KNOWN_BASES.map(ownNameOf);
  assert.equal(new Set(all).size, KNOWN_BASES.length);
  for (const name of all) assert.match(name, /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
  for (const known of KNOWN_BASES) assert.equal(knownBase(known.name), known);
});

test("digits that a file's name ends with are those that the file is held to", () => {
  const named = KNOWN_BASES.filter(({ name }) => name.startsWith("torchvision/"));
  assert.ok(named.length > 30);
  for (const { url = "", sha256 = "?" } of named) assert.ok(url.endsWith(`-${sha256}.pth`), url);
});

test("a name is found with dashes or underscores; words are looked for in all that is known", () => {
  assert.equal(knownBase("torchvision/fasterrcnn_resnet50_fpn")?.prefix, "backbone.body.");
  assert.equal(knownBase("TIMM/resnet50-a1_in1k")?.architecture, undefined, "a dot is part of the name");
  assert.equal(knownBase("timm/resnet50.a1-in1k")?.architecture, "resnet50");
  assert.deepEqual(
    [namesPublisher("timm/nothing"), namesPublisher("photos/resnet50"), namesPublisher("timm/a/b")],
    [true, false, false],
  );
  assert.equal(searchKnown([]).length, KNOWN_BASES.length);
  const rays = searchKnown(["xray"]);
  assert.ok(rays.length > 0 && rays.every(({ name }) => name.startsWith("torchxrayvision/")));
  assert.deepEqual(
    searchKnown(["places365", "resnet18"]).map(({ name }) => name),
    ["places365/resnet18"],
  );
  assert.deepEqual(searchKnown(["nothing-like-that"]), []);
});

test("licences that forbid trade, and those that nobody states, are known as such", () => {
  const concerns = new Map(KNOWN_BASES.map(({ name, licence }) => [name, licenceConcern(licence)]));
  assert.equal(concerns.get("timm/resnet50.fb_swsl_ig1b_ft_in1k"), "non-commercial");
  assert.equal(concerns.get("torchxrayvision/densenet121-all"), "unknown");
  assert.equal(concerns.get("radimagenet/resnet50"), "unknown");
  assert.equal(concerns.get("places365/resnet18"), undefined);
  assert.equal(concerns.get("torchvision/resnet50"), undefined);
});

test("docs/bases.md shows the catalogue as it is", async () => {
  const page = await readFile("docs/bases.md", "utf8");
  const table = catalogueTable(KNOWN_BASES);
  assert.ok(page.includes(table), `docs/bases.md needs this table:\n${table}`);
});

test("docs/bases.md shows the times of architectures as they were measured", async () => {
  const page = await readFile("docs/bases.md", "utf8");
  const measured: readonly MeasuredArchitecture[] = JSON.parse(
    await readFile("bench/rivals/times.json", "utf8"),
  );
  const table = timesTable(measured);
  assert.ok(page.includes(table), `docs/bases.md needs this table:\n${table}`);
});
