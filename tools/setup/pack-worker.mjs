// Before @sluice/gateway is packed: copies the Python package into it. Run in the package's directory.
import { cpSync, rmSync } from 'node:fs';

rmSync('python', { recursive: true, force: true });
cpSync('../../python/src/sluice', 'python/sluice', {
  recursive: true,
  filter: (path) => !path.includes('__pycache__'),
});
