import preset from '@sluice/jest-preset';

// A timer of five milliseconds has been seen to outlive the suites once in a while. Until its owner is found it must not
// keep a finished run from ending.
export default { ...preset, forceExit: true };
