/** Everything it takes to get the same model again: versions, run file, digests. */
import type { VNode } from "preact";
import { ScrollBox } from "../scrollBox.js";
import type { SectionProps } from "./section.js";

export function Reproduce({ data }: SectionProps): VNode {
  return (
    <>
      <p>
        Save the run file below as <code>thaw.yaml</code>, adjust <code>data.path</code> if the images lie
        elsewhere, and run <code>thaw run thaw.yaml</code>. Every random choice follows from its seed, so the
        same images on the same engine give the same model; stages whose artifacts are still in the store are
        reused.
        {data.scratch !== undefined &&
          " Only the network from scratch may come out differently: the clock ends its training."}
      </p>
      <dl class="facts">
        <dt>thaw</dt>
        <dd>{data.thawVersion}</dd>
        <dt>Engine</dt>
        <dd>
          <code>{data.engine}</code>
        </dd>
        <dt>Run</dt>
        <dd>
          <code>{data.runId}</code>
          {data.temporalUrl !== undefined && (
            <>
              {": "}
              <TemporalLink url={data.temporalUrl} />
            </>
          )}
        </dd>
      </dl>
      <h3>Run file, with every default filled in</h3>
      <ScrollBox label="Run file">
        <pre>{data.runFile}</pre>
      </ScrollBox>
      <h3>Artifacts</h3>
      <Digests digests={data.digests} />
    </>
  );
}

/** Only web addresses become links: a report may be read far from where it was made. */
function TemporalLink({ url }: { url: string }): VNode {
  return /^https?:\/\//i.test(url) ? (
    <a href={url} rel="noreferrer">
      history in the Temporal UI
    </a>
  ) : (
    <span>{url}</span>
  );
}

function Digests({ digests }: { digests: Readonly<Record<string, string>> }): VNode {
  return (
    <ScrollBox label="Digests of the artifacts">
      <table class="wide">
        <caption>
          <span class="text">SHA-256 digest of each stage's artifact in the store.</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Digest</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(digests).map(([stage, digest]) => (
            <tr key={stage}>
              <th scope="row">
                <code>{stage}</code>
              </th>
              <td class="mono digest">{digest}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
