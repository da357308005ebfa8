// @ts-check
/** The named parts of a panel: `data-part="start"` in its markup is `part(panel, "start", HTMLButtonElement)` here. */

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 */
export function part(root, name, type) {
  return checked(root.querySelector(`[data-part="${name}"]`), name, type);
}

/**
 * The one element that a selector names.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function one(root, selector, type) {
  return checked(root.querySelector(selector), selector, type);
}

/**
 * A copy of all that a template of the page holds.
 * @param {string} name
 */
export function contentOf(name) {
  const template = checked(document.getElementById(`${name}-template`), name, HTMLTemplateElement);
  return document.importNode(template.content, true);
}

/**
 * A copy of the one element that a template of the page holds.
 * @template {Element} T
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 */
export function copyOf(name, type) {
  return checked(contentOf(name).firstElementChild, name, type);
}

/**
 * @template {Element} T
 * @param {Node | null} found
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 */
function checked(found, name, type) {
  if (found instanceof type) return found;
  throw new TypeError(`index.html has no ${type.name} for ${name}`);
}
