/** The exported model in a real browser, with plain TensorFlow.js: our own probabilities. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { TFJS_FILE, tfjsFiles } from "../../../export/tfjs.js";
import { CHROMIUM_ARGUMENTS, findChromium } from "../../support/chromium.js";
import {
  cardOf,
  imageNetModel,
  ownProbabilities,
  pixelsOf,
  TOLERANCE,
} from "../../support/models/exported.js";
import { type Content, type StaticServer, serve } from "../../support/services/staticServer.js";
import { FIXTURES, largestDifference } from "../../unit/learn/support.js";

/** The release for browsers of the package that tfjs-node is built on. */
const TENSORFLOW_JS = "node_modules/@tensorflow/tfjs/dist/tf.min.js";
/** As in docs/export.md. */
const FOLDER = "/digits-v1-tfjs";
const PHOTOGRAPH = "photographs/chelsea.png";
/** The label of that photograph in ImageNet, "Egyptian cat". */
const CAT = "class 285";

/** Shaders are compiled on the CPU where there is no graphics card. */
const PATIENCE_MS = 120_000;

const executablePath = await findChromium();
const skip = executablePath === undefined ? "there is no chromium on the PATH" : false;

/** The page of docs/export.md. */
async function readmeExample(): Promise<string> {
  const [, html] = /```html\n([\s\S]+?)```/.exec(await readFile("docs/export.md", "utf8")) ?? [];
  assert.ok(html);
  return html;
}

/** The same, but of a picture without an opaque pixel, with what the network would be given as its title. */
function pixelsInTitle(example: string): string {
  const [before, after] = example.split("const probabilities");
  assert.ok(before !== undefined && after !== undefined && before.includes("photo.jpg"));
  const given = "document.title = [...new Set(await pixels.data())].join();";
  return `${before.replace("photo.jpg", "clear.png")}${given}\n</script>`;
}

const clearPicture = (): Promise<Buffer> =>
  sharp({ create: { width: 300, height: 260, channels: 4, background: { r: 10, g: 20, b: 30, alpha: 0 } } })
    .png()
    .toBuffer();

describe("the exported LayersModel in chromium", { skip }, () => {
  let folder: string;
  let browser: BrowserContext;
  let server: StaticServer;
  let expected: Float32Array;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    const model = await imageNetModel();
    expected = await ownProbabilities(model, [PHOTOGRAPH]);
    const html = (data: string): Content => ({ type: "text/html", data });
    const binary = (data: Uint8Array): Content => ({ type: "application/octet-stream", data });
    server = await serve(
      new Map([
        ["/", html('<script src="tf.min.js"></script>')],
        ["/readme.html", html(await readmeExample())],
        ["/clear.html", html(pixelsInTitle(await readmeExample()))],
        ["/clear.png", { type: "image/png", data: await clearPicture() }],
        ["/tf.min.js", { type: "text/javascript", data: await readFile(TENSORFLOW_JS) }],
        ["/photo.jpg", { type: "image/png", data: await readFile(join(FIXTURES, PHOTOGRAPH)) }],
        ["/favicon.ico", binary(Buffer.alloc(0))],
        ...tfjsFiles(model, cardOf(model)).map(
          ({ name, data }) => [`${FOLDER}/${name}`, binary(data)] as const,
        ),
      ]),
    );
    folder = await mkdtemp(join(tmpdir(), "thaw-export-"));
    browser = await chromium.launchPersistentContext(join(folder, "profile"), {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [...CHROMIUM_ARGUMENTS],
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test("the example of docs/export.md names what is in the photograph", async () => {
    await page.goto(`${server.origin}/readme.html`);
    await page
      .waitForFunction("document.title !== ''", undefined, { timeout: PATIENCE_MS })
      .catch((error: Error) => complaints.push(error.message));
    assert.deepEqual([complaints, server.missing], [[], []]);
    assert.equal(await page.title(), CAT);
  });

  test("the example puts behind transparent pixels what was there in training", async () => {
    await page.goto(`${server.origin}/clear.html`);
    await page.waitForFunction("document.title !== ''", undefined, { timeout: PATIENCE_MS });
    assert.deepEqual([complaints, server.missing], [[], []]);
    assert.equal(await page.title(), "255");
  });

  test("it predicts our own probabilities from the pixels of a photograph", async (t) => {
    // Beside the example, whose shaders need not be compiled again; without it, where that could not be opened.
    if (!(await page.evaluate<boolean>("'tf' in globalThis"))) await page.goto(server.origin);
    const pixels = (await pixelsOf(PHOTOGRAPH)).toString("base64");
    const answer = (await page.evaluate(`(async () => {
      const bytes = Int32Array.from(atob("${pixels}"), (character) => character.charCodeAt(0));
      const model = await tf.loadLayersModel("${FOLDER}/${TFJS_FILE}");
      const x = tf.tensor4d(bytes, [1, 224, 224, 3], "int32");
      const probabilities = Array.from(await model.predict(x).data());
      return { probabilities, backend: tf.getBackend(), version: tf.version.tfjs };
    })()`)) as { probabilities: number[]; backend: string; version: string };
    const difference = largestDifference(answer.probabilities, expected);
    t.diagnostic(`TensorFlow.js ${answer.version}, ${answer.backend}: largest difference ${difference}`);
    assert.ok(difference < TOLERANCE, `differs by ${difference}`);
    assert.deepEqual([complaints, server.missing], [[], []]);
  });
});
