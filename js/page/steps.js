// @ts-check
/** The five steps: which one is in use, which are done, and which are still to come. */

/**
 * @typedef {"choose" | "scanning" | "early" | "nothing" | "ready" | "running" | "finished"} Phase
 *   early: the scan goes on, and a run can be started all the same
 * @typedef {"quiet" | "active" | "done"} StepState
 */

/** @type {Record<Phase, Record<string, StepState>>} */
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
  const states = STATES[phase];
  const current = Object.keys(states).find((step) => states[step] === "active");
  for (const [step, state] of Object.entries(states)) {
    const panel = document.getElementById(step);
    if (panel) panel.dataset.state = state;
    const link = document.querySelector(`[data-step="${step}"]`);
    link?.setAttribute("data-state", state);
    if (step === current) link?.setAttribute("aria-current", "step");
    else link?.removeAttribute("aria-current");
  }
}

/**
 * Brings a step into view; its heading takes the focus when `focus` is asked for.
 * @param {string} step
 * @param {{focus?: boolean, unlessSeen?: boolean}} [options]  unlessSeen: the page stays where it is if the heading can be seen
 */
export function goTo(step, { focus = false, unlessSeen = false } = {}) {
  const heading = document.getElementById(`${step}-title`);
  if (!heading) return;
  const { top, bottom } = heading.getBoundingClientRect();
  const seen = top >= 0 && bottom <= innerHeight;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  if (!(seen && unlessSeen)) heading.closest(".step")?.scrollIntoView({ block: "start", behavior });
  if (focus) heading.focus({ preventScroll: true });
}
