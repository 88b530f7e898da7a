// What a workload is. To add one: an application in bench/apps, a file like its neighbours here, its name in all.mjs.
import { fileURLToPath } from 'node:url';

/** The directory of the applications. */
export const APPS = fileURLToPath(new URL('../../apps', import.meta.url));

/**
 * One kind of request, and the application that answers it.
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {string} application File name in bench/apps; its callable is `application`.
 * @property {Buffer} answer The only body that counts as correct.
 * @property {number} [requestBodyBytes] The request is a POST of this many `x`. Default: a GET.
 * @property {readonly string[]} [headers] Further request headers, `Name: value`.
 * @property {number} [secondsMin] A round lasts at least so long, because so few requests end in a second.
 * @property {number} [threads] Threads of each process of those servers that have threads. Default: 1, or what a peer's name says.
 * @property {number} [openPerSecond] Besides, so many requests a second at random times, whatever becomes of earlier ones.
 * @property {readonly number[]} [connections] Client connections, unless `--connections` says otherwise; default 32.
 * @property {readonly number[]} processes Numbers of Python processes measured unless `--processes` says otherwise.
 */

/** The module name of a workload's application. @param {Workload} workload */
export function moduleOf(workload) {
  return workload.application.replace(/\.py$/, '');
}
