/** A table from a list of columns: one row a thing, named in its first cell, in a box that scrolls sideways. */
import type { ComponentChildren, VNode } from "preact";
import { ScrollBox } from "./scrollBox.js";

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand to the right and names do not break; bars have a title for the ear only. */
  readonly kind?: "number" | "text" | "name" | "bar";
  /** CSS width; only bars need one. */
  readonly width?: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What the last line of the table says; the first column's names it. */
  readonly total?: ComponentChildren;
  /** Columns that the total spans; the next ones are left out of that line. */
  readonly totalSpan?: number;
}

export interface TableProps<Row> {
  /** What the table holds, for those who reach it with a keyboard. */
  readonly label: string;
  readonly caption?: ComponentChildren;
  readonly captionHidden?: boolean;
  readonly roomy?: boolean;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
}

export function Table<Row>(props: TableProps<Row>): VNode {
  const { label, caption, captionHidden = false, roomy = false, columns, rows, keyOf } = props;
  const [first, ...others] = columns;
  return (
    <ScrollBox label={label}>
      <table class={roomy ? "wide roomy" : "wide"}>
        {caption !== undefined && (
          <caption {...(captionHidden ? { class: "visually-hidden" } : {})}>
            {captionHidden ? caption : <span class="text">{caption}</span>}
          </caption>
        )}
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading column={column} key={column.title} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row" class="name">
                {first?.cell(row)}
              </th>
              {others.map((column) => (
                <td key={column.title} {...classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {columns.some(({ total }) => total !== undefined) && <Totals columns={columns} />}
      </table>
    </ScrollBox>
  );
}

/** A bar as long as its share of the longest. @param share 0 to 1 */
export function Bar({ share }: { readonly share: number }): VNode {
  return <span class="bar" style={{ "--share": `${(100 * share).toFixed(1)}%` }} />;
}

function Heading<Row>({ column }: { readonly column: Column<Row> }): VNode {
  const { title, kind, width } = column;
  return (
    <th
      scope="col"
      {...(kind === "name" ? {} : classOf(column))}
      {...(width === undefined ? {} : { style: { width } })}
    >
      {kind === "bar" ? <span class="visually-hidden">{title}</span> : title}
    </th>
  );
}

function Totals<Row>({ columns }: { readonly columns: readonly Column<Row>[] }): VNode {
  const [first, ...others] = columns;
  const shown = others.filter(
    (_, at) => !others.some(({ totalSpan = 1 }, i) => i < at && at < i + totalSpan),
  );
  return (
    <tfoot>
      <tr>
        <th scope="row">{first?.total}</th>
        {shown.map((column) => (
          <td
            key={column.title}
            {...(column.kind === "name" ? {} : classOf(column))}
            {...(column.totalSpan === undefined ? {} : { colSpan: column.totalSpan })}
          >
            {column.total}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

function classOf<Row>({ kind = "text" }: Column<Row>): { class?: string } {
  if (kind === "text") return {};
  return { class: kind === "bar" ? "bars" : kind };
}
