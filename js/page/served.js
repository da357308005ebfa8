// @ts-check
/** What the place that the page comes from has: an index, a PACS. The head says so; else nothing is asked for, and nothing offered. */

/** Where its calls are; "" on a static host. */
export function serverAddress() {
  return document.querySelector('meta[name="dicom-deid-server"]')?.getAttribute("content") ?? "";
}

/** Where DICOMweb of a PACS is, as a whole address without its last slash; "": there is none. */
export function pacsAddress() {
  const said = pacsElement()?.getAttribute("content") ?? "";
  return said && new URL(said, document.baseURI).href.replace(/\/+$/, "");
}

/** Whether the server of the page signs in at the PACS, so that nobody has to here. */
export function serverSignsIn() {
  return pacsElement()?.hasAttribute("data-signed-in") ?? false;
}

function pacsElement() {
  return document.querySelector('meta[name="dicom-deid-pacs"]');
}
