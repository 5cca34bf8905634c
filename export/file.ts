/** A file of an export, before anything is written. */

export interface ExportFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Indented, for people who look into it. */
export function jsonFile(name: string, document: unknown): ExportFile {
  return { name, data: Buffer.from(`${JSON.stringify(document, null, 2)}\n`) };
}
