import preset from '@sluice/jest-preset';
import { reporters, setupFilesAfterEnv } from '@sluice/jest-preset/second-attempts';

// Half of the tests start processes and open sockets on a machine that others use too.
export default { ...preset, setupFilesAfterEnv, reporters };
