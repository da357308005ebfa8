/** Reporter of Node's test runner: one line of JSON for each test that has ended, with its file and its failure; and what a file wrote to stderr. */

import { inspect } from "node:util";

const ENDED = ["test:pass", "test:fail"];

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === "test:stderr") yield `${JSON.stringify({ file: data.file, said: data.message })}\n`;
    if (!ENDED.includes(type)) continue;
    const { file, name, nesting, skip, todo, details } = data;
    const failure = type === "test:fail" ? inspect(details.error?.cause ?? details.error) : "";
    const left = skip !== undefined || todo !== undefined;
    yield `${JSON.stringify({ file, name, nesting, left, failure })}\n`;
  }
}
