// What a package adds to its configuration whose tests start real servers: each test gets a second attempt, and the run
// ends by naming those that needed it.
import { fileURLToPath } from 'node:url';
import preset from './index.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export const setupFilesAfterEnv = [path('second-attempt.mjs')];
export const reporters = [...preset.reporters, path('unsteady-reporter.mjs')];
