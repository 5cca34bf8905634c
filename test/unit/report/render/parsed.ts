/** A rendered report as a parsed page, and how the tests ask it for elements and texts. */
import { parseHTML } from "linkedom";

/** What the tests use of a parsed page. */
export interface Element {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentNode: Element;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

export const parse = (html: string): Element => parseHTML(html).document as unknown as Element;
export const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];
export const text = (root: Element, selector: string): string =>
  (root.querySelector(selector)?.textContent ?? "").replace(/\s+/g, " ").trim();
