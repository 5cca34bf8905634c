/** What axe has to say of the colours of texts, each kind of text once: a report repeats a few hundred thousands of times. */
import type { Page } from "playwright-core";

/** Of thousands of nodes that are as they should be axe is not to keep and to pass on what it found. */
const VIOLATIONS_ONLY = "resultTypes: ['violations'], selectors: false";

export interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/**
 * Of an element with text of its own: what its colours come of. Its style as the browser computed it, the backgrounds it may
 * stand on, which are its ancestors', and whatever else is laid over or under it, which is all that shares a parent with it
 * where something there is positioned or drawn.
 */
const LOOKS = `(() => {
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
  const named = (element) => element.tagName + "." + element.getAttribute("class") + "{" + element.getAttribute("style") + "}";
  const PARTS = ["backgroundColor", "backgroundImage", "opacity", "position", "display", "visibility", "mixBlendMode", "filter"];
  const INK = ["color", "fontSize", "fontWeight", "textShadow", "fill", "stroke", "clipPath"];
  const hash = (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
    }
    return (b >>> 0).toString(36) + (a >>> 0).toString(36);
  };
  const memory = (make) => {
    const known = new Map();
    return (element) => {
      if (!known.has(element)) known.set(element, make(element));
      return known.get(element);
    };
  };
  const style = memory((element) => getComputedStyle(element));
  const box = memory((element) => named(element) + PARTS.map((part) => style(element)[part]).join(";"));
  // Hashes of hashes: what hundreds of cells stand on and among is read once, not once for each of them.
  const under = memory((element) => hash((element.parentElement ? under(element.parentElement) + ">" : "") + box(element)));
  const isFlat = memory((element) =>
    style(element).position === "static" && !/^(svg|img|canvas)$/i.test(element.tagName) && [...element.children].every(isFlat));
  const within = memory((element) => hash(box(element) + "(" + [...element.children].map(within).join(",") + (own(element) ? "text" : "") + ")"));
  return [...document.body.querySelectorAll("*")].filter(own).map((element) => {
    const around = element.parentElement;
    const beside = isFlat(around) ? "" : within(around);
    return [element, hash(under(element) + "|" + INK.map((part) => style(element)[part]).join(";") + "|" + beside)];
  });
})()`;

/**
 * Axe's `color-contrast` on the texts that look like none before.
 *
 * @param seen hashes of looks; the page's are added
 * @param rules "all": axe's other rules too, on the whole page, in the same run, as most of a run's work is to learn the page
 */
export async function contrastViolations(
  page: Page,
  seen: Set<string>,
  rules: "contrast" | "all" = "contrast",
): Promise<AxeResult["violations"]> {
  const { looks, violations } = await page.evaluate<{
    readonly looks: readonly string[];
    readonly violations: AxeResult["violations"];
  }>(`(async () => {
    const seen = new Set(${JSON.stringify([...seen])});
    const texts = ${LOOKS};
    const looks = new Map();
    for (const [element, look] of texts) if (!seen.has(look) && !looks.has(look)) looks.set(look, element);
    const all = ${rules === "all"};
    if (looks.size === 0 && !all) return { looks: [], violations: [] };
    // Not by what is included, which is one for all rules of a run.
    const mark = "data-new-look";
    for (const element of looks.values()) element.setAttribute(mark, "");
    axe.configure({ rules: [{ id: "color-contrast", selector: "[" + mark + "]" }] });
    const options = { ${VIOLATIONS_ONLY}, ...(all ? {} : { runOnly: ["color-contrast"] }) };
    const { violations } = await axe.run(document, options);
    for (const element of looks.values()) element.removeAttribute(mark);
    return { looks: [...looks.keys()], violations };
  })()`);
  for (const look of looks) seen.add(look);
  return violations;
}
