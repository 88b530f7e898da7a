import { transfers } from '../loads.mjs';
import { bodies } from '../servers.mjs';

const KIB = 1024;
const MIB = KIB * KIB;
const SIZES = [KIB, 16 * KIB, 256 * KIB, 4 * MIB, 64 * MIB, 1024 * MIB];
const values = { quick: [16 * KIB, 64 * MIB], short: SIZES, full: SIZES };

/** So that each point moves about as much, and none is a single moment. */
const countOf = (value) => Math.min(2000, Math.max(1, Math.floor((256 * MIB) / value)));

/** @returns {import('../axis.mjs').Axis} */
function bodySize(name, title, about, transferOf) {
  return {
    name,
    title,
    unit: 'bytes',
    about,
    values,
    isPerByte: true,
    start: (stage) => bodies(stage),
    load: ({ url, value, ...place }) => transfers(url, transferOf(value), countOf(value), place),
  };
}

export const downloads = bodySize(
  'downloads',
  'Downloads',
  'Answers of more and more bytes over HTTP, in pieces of a mebibyte, to two clients.',
  (value) => ({ path: `/?${value}` }),
);

export const uploads = bodySize(
  'uploads',
  'Uploads',
  'Requests of more and more bytes over HTTP from two clients; those above a mebibyte wait in a file.',
  (value) => ({ path: '/', upload: value }),
);
