/** The report in a real browser: no sideways scrolling, no requests, no errors, nothing that axe objects to. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { renderReport } from "../../../report/render.js";
import { CHROMIUM_ARGUMENTS, findChromium } from "../../support/chromium.js";
import { emptySeenSections } from "../../support/sectionsOnce.js";
import { type AxeResult, contrastViolations } from "../../support/textContrast.js";
import { VARIANTS } from "../../unit/report/variants.js";

/** Phone, tablet and desktop, in CSS pixels. */
const WIDTHS = [390, 768, 1280] as const;
/** In which a report is opened, in CSS pixels. */
const WINDOW = { width: 1280, height: 844 };
/** Looks of texts that axe has seen, by the scheme: those of one report are mostly those of the others. */
const SEEN = { light: new Set<string>(), dark: new Set<string>() } as const;
/** Sections that axe has seen in both schemes. */
const SEEN_SECTIONS = new Set<string>();
/** Reports as they were rendered, by the name of their variant. */
const RENDERED = new Map<string, string>();

const told = ({ id, help, nodes }: AxeResult["violations"][number]): string =>
  `${id}: ${help}: ${nodes[0]?.html}`;

const executablePath = await findChromium();
const skip = executablePath === undefined ? "there is no chromium on the PATH" : false;

describe("the report in chromium", { skip }, () => {
  let folder: string;
  let browser: BrowserContext;
  /** One for all reports: the scripts that look at them are compiled once. */
  let page: Page;
  /** What the browser complains about and asks for, of the report that is open. */
  let complaints: string[] = [];
  let opened = 0;
  let address: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "thaw-report-"));
    browser = await chromium.launchPersistentContext(join(folder, "profile"), {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [...CHROMIUM_ARGUMENTS],
    });
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== address && !request.url().startsWith("data:")) complaints.push(request.url());
    });
  });

  after(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report of its own address, in a window as it is at first. */
  async function open(name: string, width = WINDOW.width): Promise<void> {
    const path = join(folder, `report-${opened++}.html`);
    const report = RENDERED.get(name) ?? renderReport(VARIANTS[name] as (typeof VARIANTS)[string]);
    RENDERED.set(name, report);
    await writeFile(path, report);
    // The report before it is not to be laid out and drawn anew in another window.
    await page.evaluate("document.body.replaceChildren()");
    await page.emulateMedia({ media: null, colorScheme: null });
    await page.setViewportSize({ ...WINDOW, width });
    address = pathToFileURL(path).href;
    complaints = [];
    await page.goto(address);
  }

  for (const name of Object.keys(VARIANTS)) {
    test(`${name}: no request, no error, no sideways scrolling, accessible`, async () => {
      await open(name, WIDTHS[0]);
      await page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))");
      for (const width of WIDTHS) {
        await page.setViewportSize({ ...WINDOW, width });
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        assert.ok(wide <= width, `the page is ${wide} px wide in a window of ${width} px`);
      }
      assert.deepEqual(await emptySeenSections(page, SEEN_SECTIONS), [], "identifiers of two elements");
      await page.evaluate(axe.source);
      // The colours of texts are all that the schemes differ in.
      for (const [colorScheme, rules] of [
        ["light", "all"],
        ["dark", "contrast"],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        const violations = await contrastViolations(page, SEEN[colorScheme], rules);
        assert.deepEqual(violations.map(told), [], `axe in the ${colorScheme} scheme`);
      }
      assert.deepEqual(complaints, []);
    });
  }

  test("a text that is hard to read is found among hundreds of its kind, in the scheme in which it is", async () => {
    await open("two classes, head only, no mistakes, one epoch, nothing compared");
    await page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))");
    await page.evaluate(axe.source);
    const found = async (colorScheme: "light" | "dark", rules?: "all"): Promise<readonly string[]> => {
      await page.emulateMedia({ colorScheme });
      return (await contrastViolations(page, SEEN[colorScheme], rules)).map(told);
    };
    // Nothing of it is new any more.
    assert.deepEqual([await found("light"), await found("dark")], [[], []]);
    const cells = "[...document.querySelectorAll('td')].filter((cell) => cell.textContent.trim() !== '')";
    await page.evaluate(`${cells}.at(-1).style.color = 'light-dark(#ddd, #fff)'`);
    assert.match((await found("light"))[0] ?? "", /^color-contrast: .*<td/);
    assert.deepEqual(await found("dark"), []);
    // The same ink on what is under it.
    await page.evaluate(`${cells}[0].parentElement.style.background = '#777'`);
    // And what is no matter of colours, beside it.
    await page.evaluate("['alt', 'title'].forEach((name) => document.images[0].removeAttribute(name))");
    const kinds = (await found("dark", "all")).map((text) => /^[a-z-]+/.exec(text)?.[0]);
    assert.deepEqual(kinds.sort(), ["color-contrast", "image-alt"]);
  });

  test("pictures are drawn", async () => {
    await open("usual");
    const broken = await page.evaluate<number>(
      "[...document.images].filter((image) => image.naturalWidth === 0).length",
    );
    const images = await page.evaluate<number>("document.images.length");
    assert.equal(broken, 0);
    assert.ok(images > 60);
  });

  test("the keyboard finds the skip link first, and the skip link leads to the report", async () => {
    await open("usual");
    await page.keyboard.press("Tab");
    const focused = "document.activeElement";
    assert.equal(await page.evaluate(`${focused}.textContent`), "Skip to the report");
    assert.ok((await page.evaluate<number>(`${focused}.getBoundingClientRect().top`)) >= 0);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(`${focused}.id`), "content");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(`getComputedStyle(${focused}).outlineStyle`);
    assert.equal(outline, "solid");
  });

  test("a box laid over the pictures' maps is switched with the keyboard, and maps lie on what they are of", async () => {
    await open("usual");
    const map = page.locator("#evidence .map").first();
    assert.equal(await map.isVisible(), false);
    // As the navigation's link does: the browser unfolds what hides its target.
    await page.locator("nav a[href='#evidence']").press("Enter");
    assert.ok(await map.isVisible());
    const [over, under] = await Promise.all([
      map.boundingBox(),
      page.locator("#evidence .thumb").first().boundingBox(),
    ]);
    assert.ok(over && under);
    // The first sample is 112 × 84, of which the network was shown the 74 × 74 in the middle.
    assert.ok(
      Math.abs(over.width / under.width - 74 / 112) < 0.01 ||
        Math.abs(over.width / under.width - 98 / 112) < 0.01,
    );
    assert.ok(Math.abs(over.x + over.width / 2 - under.x - under.width / 2) < 1);
    assert.ok(Math.abs(over.width - over.height) < 1);
    await page.locator("#evidence-maps").focus();
    await page.keyboard.press("Space");
    const hidden = !(await map.isVisible());
    assert.ok(hidden);
  });

  test("a mistake on the map of the features is reached with the keyboard, and leads to its picture", async () => {
    await open("eight classes, as many as there are colours");
    await page.locator("nav a[href='#features']").press("Enter");
    const link = page.locator(".links a").first();
    await link.focus();
    const [name = ""] = /[^(]+(?=\)$)/.exec((await link.getAttribute("aria-label")) ?? "") ?? [];
    await page.keyboard.press("Enter");
    const target = await page.evaluate<string>("document.querySelector(location.hash).textContent");
    assert.ok(name !== "" && target.endsWith(name), `${target} is not of ${name}`);
  });

  test("is printed on white, with the list of files left out opened", async () => {
    await open("usual");
    const listed = page.locator("details td").first();
    assert.equal(await listed.isVisible(), false);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const background = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const visible = await listed.isVisible();
    assert.equal(background, "rgb(255, 255, 255)");
    assert.ok(visible);
  });
});
