/** JSON of `thaw report`. Public API. */
import type { ReportData } from "../../spec/records/report.js";

/** Everything that the HTML report shows, as it was stored. */
export type ReportJson = ReportData;
