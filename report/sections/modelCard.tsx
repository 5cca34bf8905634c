/** The model card: on one page what somebody must know who is given the model. */
import type { VNode } from "preact";
import { cardSections } from "../card/content.js";
import type { SectionProps } from "./section.js";

export function ModelCard({ data }: Pick<SectionProps, "data">): VNode {
  return (
    <div class="card">
      {cardSections(data).map(({ title, facts, points }) => (
        <div key={title}>
          <h3>{title}</h3>
          {facts.length > 0 && (
            <dl class="facts">
              {facts.flatMap(({ term, value, code }) => [
                <dt key={`${term} term`}>{term}</dt>,
                <dd key={term} class="said">
                  {code ? <code>{value}</code> : value}
                </dd>,
              ])}
            </dl>
          )}
          {points.length > 0 && (
            <ul class="points">
              {points.map((point) => (
                <li key={point} class="said">
                  {point}
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </div>
  );
}
