// Which application each pool runs.
import { describe, expect, it } from '@jest/globals';
import { applicationOf, poolsWithApplication } from '../../src/config/applications.ts';
import { load, problemsOf } from './support.ts';

const app =
  '[app]\ntarget = "site:app"\ndirectory = "site"\nenvironment = { A = "app", B = "app" }\nrlimits = { nofile = 99, cpu = "1m" }\n';

describe('the application of a pool', () => {
  it('is that of [app], but for what the pool says', () => {
    const toml = `${app}
[pool.same]
[pool.other]
target = "reports:app"
directory = "reports"
python = ".venv/bin/python"
environment = { B = "pool", C = "pool" }
[pool.newer]
python = "python3.99"
`;
    const { config, fileDirectory } = load({ toml });
    const applications = [...poolsWithApplication(config)].map(([name, pool]) => [
      name,
      applicationOf(config, pool),
    ]);
    const site = {
      target: 'site:app',
      directory: `${fileDirectory}/site`,
      environment: { A: 'app', B: 'app' },
      limits: { nofile: 99, cpu: 60 },
    };
    expect(Object.fromEntries(applications)).toEqual({
      default: site,
      same: site,
      newer: site,
      other: {
        target: 'reports:app',
        directory: `${fileDirectory}/reports`,
        environment: { A: 'app', B: 'pool', C: 'pool' },
        limits: { nofile: 99, cpu: 60 },
      },
    });
    expect(config.pools['other']?.python).toBe(`${fileDirectory}/reports/.venv/bin/python`);
    expect(config.pools['newer']?.python).toBe('python3.99');
  });

  it('may be the only one there is', () => {
    const toml = '[pool.a]\ntarget = "a:app"\n[pool.b]\n[[route]]\nto = "pool:a"\n';
    const { config } = load({ toml });
    expect([...poolsWithApplication(config).keys()]).toEqual(['a']);
  });

  it('has to be somewhere for a route that leads to it', () => {
    const toml =
      '[pool.a]\ntarget = "a:app"\n[pool.b]\n[[route]]\nto = "pool:a"\n[[route]]\npath = "/b"\nto = "pool:b"\n';
    expect(problemsOf({ toml })).toEqual([expect.stringContaining('app.target: missing')]);
  });

  it('is not the business of the pool default', () => {
    const toml = `${app}[pool.default]\ntarget = "other:app"\nenvironment = { A = "1" }\n`;
    expect(problemsOf({ toml })).toEqual([
      expect.stringMatching(/pool\.default\.target: .*that of \[app\]/),
      expect.stringMatching(/pool\.default\.environment: .*that of \[app\]/),
    ]);
  });
});
