/** Each section of a report once: reports of one run share most of theirs, and axe's work grows with the page. */
import type { Page } from "playwright-core";

/**
 * Leaves of the sections that an earlier page had, letter for letter and in the same styles, their headings alone: the
 * outline, the landmarks and the targets of links stay as they were.
 *
 * @param seen markup of sections; the page's are added
 * @returns identifiers that stand more than once in the whole page, which its parts no longer show
 */
export async function emptySeenSections(page: Page, seen: Set<string>): Promise<readonly string[]> {
  const { styles, sections, repeated } = await page.evaluate<{
    readonly styles: string;
    readonly sections: readonly string[];
    readonly repeated: readonly string[];
  }>(`(() => {
    const html = (selector) => [...document.querySelectorAll(selector)].map((element) => element.outerHTML);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return {
      styles: html("style").join(""),
      sections: html("main > section"),
      repeated: ids.filter((id, index) => ids.indexOf(id) !== index),
    };
  })()`);
  const known = sections.flatMap((markup, index) => (seen.has(styles + markup) ? [index] : []));
  for (const markup of sections) seen.add(styles + markup);
  await page.evaluate(`(() => {
    const sections = document.querySelectorAll("main > section");
    for (const index of ${JSON.stringify(known)}) {
      const content = sections[index].querySelector(":scope > details > .content") ?? sections[index];
      for (const child of [...content.children]) if (child.tagName !== "H2") child.remove();
    }
  })()`);
  return repeated;
}
