// @ts-check
/** The button that puts the valid word in the place of one that is none. */

/** @param {string} near @param {() => void} replace */
export function nearButton(near, replace) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = `Did you mean ${near}?`;
  button.addEventListener("click", replace);
  return button;
}
