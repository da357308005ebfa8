// Reads a linkage file and writes another one of the same rows, as the page does.
// node linkage.mjs KEY FILE COPY; the key in hexadecimal digits. The rows go to standard output as JSON.

import { openAsBlob, writeFileSync } from "node:fs";
import { checkHeader, cipherOf, newHeader, recordsOf, seal } from "../../worker/linkage/format.js";
import { digestBy } from "../../worker/shared/key.js";

const [, , digits, file, copy] = process.argv;
const digest = await digestBy(Uint8Array.from(Buffer.from(digits, "hex")));
const blob = await openAsBlob(file);
const read = async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer());

const header = await read(0, 48);
await checkHeader(digest, header);
const contents = [];
for await (const { content } of recordsOf(await cipherOf(digest, header), { size: blob.size, read }))
  contents.push(content);

const cipher = await cipherOf(digest, await newHeader(digest));
const records = await Promise.all(contents.map((content, number) => seal(cipher, number, content)));
writeFileSync(copy, Buffer.concat([cipher.header, ...records]));
process.stdout.write(JSON.stringify(contents.map((content) => JSON.parse(new TextDecoder().decode(content)))));
