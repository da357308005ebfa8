// @ts-check
/** The title of the browser's tab: how far a run is, which view is seen, and the name of the page. */

const NAME = "dicom-deid";

/** Changes a part of it; the others stay, and an empty one is left out. @param {{far?: string, view?: string}} change */
export function nameTab(change) {
  const { dataset } = document.documentElement;
  for (const [part, words] of Object.entries(change)) dataset[`tab${part}`] = words;
  document.title = [dataset.tabfar, dataset.tabview, NAME].filter(Boolean).join(" · ");
}
