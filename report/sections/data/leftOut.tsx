/** Files that ingest put in quarantine, with the reasons. */
import type { VNode } from "preact";
import type { QuarantinedFile } from "../../../spec/records/dataset.js";
import { leftOutWords } from "../../checks/leftOut.js";
import { counted, integer } from "../../format.js";
import { ScrollBox } from "../../scrollBox.js";
import { briefly } from "../../shown.js";

/** The rest is in `report.json`; a longer list would only be scrolled past. */
const MOST_SHOWN = 50;

export function LeftOut({ files }: { files: readonly QuarantinedFile[] }): VNode {
  if (files.length === 0) return <p>Every file could be read and used.</p>;
  const shown = files.slice(0, MOST_SHOWN);
  return (
    <details>
      <summary>
        {counted(files.length, "file")} left out ({leftOutWords(files)}), with reasons
      </summary>
      <ScrollBox label="Files left out">
        <table class="wide">
          <caption>
            <span class="text">
              {shown.length < files.length
                ? `The first ${MOST_SHOWN} of ${integer(files.length)} files; all of them are in report.json.`
                : "Files that were not used."}
            </span>
          </caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ path, reason }) => (
              <tr key={path}>
                <th scope="row" class="name mono" title={path}>
                  {briefly(path)}
                </th>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
