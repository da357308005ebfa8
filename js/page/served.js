// @ts-check
/** Whether the page comes from a server that has an index: it says so in the head. On a static host nothing is asked for. */

/** Where its calls are; "" on a static host. */
export function serverAddress() {
  return document.querySelector('meta[name="dicom-deid-server"]')?.getAttribute("content") ?? "";
}
