/** Renders the report of a run as one HTML file that loads nothing. */
import { renderToString } from "preact-render-to-string";
import type { ReportData } from "../spec/records/report.js";
import { explainWords } from "./abbreviations.js";
import { Page } from "./page.js";
import { shownReport } from "./shown.js";
import { DATA_CSS } from "./style/data.js";
import { PAGE_CSS } from "./style/page.js";
import { PALETTE_CSS } from "./style/palette.js";

// JSX escapes double quotes, & and <, which the content of <style> must not be: the style sheets do without.
const STYLE = PALETTE_CSS + PAGE_CSS + DATA_CSS;

/** The browser enforces what the page promises: no scripts, nothing loaded, nothing sent. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** @returns a complete HTML document; every text of `report` is cleaned and escaped, and its size does not grow with names */
export function renderReport(report: ReportData): string {
  const data = shownReport(report);
  const { name, version } = data.model;
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${name} version ${version}: transfer learning report`}</title>
        {/* Browsers ask for /favicon.ico when a page names no icon. */}
        <link rel="icon" href="data:," />
        <style>{STYLE}</style>
      </head>
      <Page data={data} />
    </html>,
  );
  return `<!doctype html>\n${explainWords(html)}\n`;
}
