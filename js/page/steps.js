// @ts-check
/** The five steps: which one is in use, which are done, and which are still to come. */

import { send } from "../intents.js";

/**
 * @typedef {import("../state.js").Phase} Phase
 * @typedef {"choose" | "found" | "policy" | "run" | "results"} Step   also the id of its panel
 * @typedef {"quiet" | "active" | "done"} StepState
 */

/** @type {Record<Phase, Record<Step, StepState>>} */
const STATES = {
  choose: { choose: "active", found: "quiet", policy: "quiet", run: "quiet", results: "quiet" },
  scanning: { choose: "done", found: "active", policy: "quiet", run: "quiet", results: "quiet" },
  early: { choose: "done", found: "active", policy: "active", run: "active", results: "quiet" },
  nothing: { choose: "active", found: "done", policy: "quiet", run: "quiet", results: "quiet" },
  ready: { choose: "done", found: "done", policy: "active", run: "active", results: "quiet" },
  running: { choose: "done", found: "done", policy: "done", run: "active", results: "quiet" },
  finished: { choose: "done", found: "done", policy: "done", run: "done", results: "active" },
};

/** @param {Phase} phase */
export function showPhase(phase) {
  document.documentElement.dataset.phase = phase;
  const states = Object.entries(STATES[phase]);
  const [current] = states.find(([, state]) => state === "active") ?? [];
  for (const [step, state] of states) {
    const panel = document.getElementById(step);
    if (panel) panel.dataset.state = state;
    const link = document.querySelector(`[data-step="${step}"]`);
    link?.setAttribute("data-state", state);
    if (step === current) link?.setAttribute("aria-current", "step");
    else link?.removeAttribute("aria-current");
  }
}

/** @param {Phase} phase @param {Step} step */
export function stateOf(phase, step) {
  return STATES[phase][step];
}

/** Whether the view of a step is seen. @param {Step} step */
export function isInView(step) {
  return !document.getElementById(step)?.closest("main")?.hidden;
}

/** Whether the keyboard is in a step, or nowhere; not while another view is seen. @param {Step} step */
export function hasFocus(step) {
  const { activeElement, body } = document;
  if (!isInView(step)) return false;
  return activeElement === body || (document.getElementById(step)?.contains(activeElement) ?? false);
}

/**
 * Brings a step into view, and before it the view that it is a part of; its heading takes the focus when `focus` is asked for.
 * @param {Step} step
 * @param {{focus?: boolean, unlessSeen?: boolean}} [options]  unlessSeen: the page stays where it is if the heading can be seen
 */
export function goTo(step, { focus = false, unlessSeen = false } = {}) {
  const heading = document.getElementById(`${step}-title`);
  if (!heading) return;
  if (!isInView(step)) send(document, "view", "deidentify");
  const { top, bottom } = heading.getBoundingClientRect();
  const seen = top >= 0 && bottom <= innerHeight;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  if (!(seen && unlessSeen)) heading.closest(".step")?.scrollIntoView({ block: "start", behavior });
  if (focus) heading.focus({ preventScroll: true });
}
