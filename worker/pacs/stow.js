// @ts-check
/** STOW-RS: the body of a request, which holds no byte of a file, and what the answer says of each instance (PS3.18 10.5). */

const SEQUENCES = { stored: "00081199", failed: "00081198" };
const [INSTANCE, REASON] = ["00081155", "00081197"];
export const ACCEPT = "application/dicom+json";

/**
 * @param {Blob[]} files
 * @returns {{body: Blob, type: string}}
 */
export function requestOf(files) {
  const boundary = `dicom-deid-${crypto.randomUUID()}`;
  const head = `--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
  const parts = files.flatMap((file, number) => [number > 0 ? `\r\n${head}` : head, file]);
  return {
    body: new Blob([...parts, `\r\n--${boundary}--\r\n`]),
    type: `multipart/related; type="application/dicom"; boundary=${boundary}`,
  };
}

/**
 * What an answer says of each instance, by its SOP Instance UID; null: it is none. Its status says nothing: a PACS answers
 * 200 where it has stored a part, and 409 as well.
 * @param {string} text
 * @returns {{stored: Set<string>, failed: Map<string, number>} | null}   failed: with the reason
 */
export function answerOf(text) {
  try {
    const parsed = JSON.parse(text);
    const answer = Array.isArray(parsed) ? parsed[0] : parsed;
    const items = (/** @type {string} */ tag) => /** @type {any[]} */ (answer[tag]?.Value ?? []);
    const uid = (/** @type {any} */ item) => String(item[INSTANCE]?.Value?.[0] ?? "");
    const reason = (/** @type {any} */ item) => Number(item[REASON]?.Value?.[0]) || 0;
    if (!(SEQUENCES.stored in answer) && !(SEQUENCES.failed in answer)) return null;
    return {
      stored: new Set(items(SEQUENCES.stored).map(uid)),
      failed: new Map(items(SEQUENCES.failed).map((item) => [uid(item), reason(item)])),
    };
  } catch {
    return null;
  }
}
