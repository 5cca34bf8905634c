/** JSON of `thaw logs`: a line for each line of the log. Public API. */
import type { LogLine } from "../../spec/log.js";

/** Fields besides these depend on the line: figures of an epoch, the code of an error. */
export type LogLineJson = LogLine;
