// @ts-check
/** Numbers as a person reads them: counts, bytes, times. */

const COUNT = new Intl.NumberFormat("en");
const ONE_DIGIT = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** @param {number} value */
export function count(value) {
  return COUNT.format(value);
}

/**
 * "1 file", "2 files".
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function counted(value, one, many = `${one}s`) {
  return `${COUNT.format(value)} ${value === 1 ? one : many}`;
}

/** "12 of 40 files done". @param {number} done @param {number} total  0: nobody knows */
export function doneOf(done, total) {
  return total > 0 ? `${count(done)} of ${counted(total, "file")} done` : `${counted(done, "file")} done`;
}

/** @param {number} value  in bytes; units are decimal, as disks and file managers count */
export function bytes(value) {
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const text = unit === 0 || scaled >= 100 ? COUNT.format(Math.round(scaled)) : ONE_DIGIT.format(scaled);
  return `${text}\u00a0${UNITS[unit]}`;
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** "21 Nov 2026, 10:30", in the time of this computer; "" of no date. @param {Date} date */
export function moment(date) {
  return Number.isNaN(date.getTime()) ? "" : MOMENT.format(date);
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${ONE_DIGIT.format(seconds)}\u00a0s`;
  if (seconds < 60) return `${Math.round(seconds)}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}

/** @param {number} number  in a second */
export function perSecond(number) {
  return number < 10 ? ONE_DIGIT.format(number) : count(Math.round(number));
}

/** @param {number} filesPerSecond */
export function rate(filesPerSecond) {
  return `${perSecond(filesPerSecond)}\u00a0files/s`;
}
