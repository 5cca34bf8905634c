/** The embedded services as a table. */
import type { ServiceStatus, ServicesStatus } from "../../../runtime/services/status.js";
import type { ServicesJson } from "../../json/services.js";
import type { Screen } from "../../output.js";
import type { Colours } from "../../terminal/colours.js";
import { roughDuration, size } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

const HEADER = ["SERVICE", "STATE", "UP", "MEMORY", "RESTARTS", "WHERE"];
const NUMBERS = [2, 3, 4];
const MEGABYTE = 1e6;

export function servicesTable({ services }: ServicesStatus, screen: Screen): string {
  const rows = services.flatMap((service) => rowsOf(service, screen.colours));
  return table(HEADER, rows, screen, NUMBERS, [HEADER.indexOf("WHERE")]);
}

/** What lies on this machine and can be fetched or computed again. */
export function workText(
  { folder, bytes, scratchBytes }: NonNullable<ServicesJson["work"]>,
  { width }: Screen,
): string {
  const text = `${size(bytes)} in ${folder}, ${size(scratchBytes)} of it scratch: \`thaw gc\` removes what is old.`;
  return `\n${wrapWords(text, width)}`;
}

/** Temporal's development server can ask for none; the store's ports do (`runtime/services/s3Security.ts`). */
export function trustText({ colours, width }: Screen): string {
  const text =
    "Temporal asks for no credentials here: trust every user of this machine, or name a server of yours (TEMPORAL_ADDRESS).";
  return `\n${colours.dim(wrapWords(text, width, ""))}`;
}

function rowsOf(service: ServiceStatus, colours: Colours): readonly (readonly string[])[] {
  const { name, uptimeSeconds, memoryBytes, restarts, url, address = "" } = service;
  const row = [
    name,
    paintedState(service, colours),
    uptimeSeconds === undefined ? "" : roughDuration(uptimeSeconds),
    memoryBytes === undefined ? "" : `${Math.round(memoryBytes / MEGABYTE)} MB`,
    String(restarts),
    address,
  ];
  // Temporal's web UI is part of the server, and what people want to open.
  return name === "temporal" && url !== undefined ? [row, ["└ web UI", "", "", "", "", url]] : [row];
}

function paintedState({ running, ready }: ServiceStatus, colours: Colours): string {
  if (ready) return colours.green("ready");
  return running ? colours.yellow("starting") : colours.red("down");
}
