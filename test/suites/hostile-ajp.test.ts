// Hostile web servers on an AJP listener.
import { chmodSync } from 'node:fs';
import { ajpRows, ajpSecretRows, SECRET } from '../cases/hostile/ajp.ts';
import { ajp, ajpWith } from '../harness/hostile/speak-ajp.ts';
import { describeHostile } from './describe-hostile.ts';

describeHostile(ajp, ajpRows);

describeHostile(ajpWith(SECRET), ajpSecretRows, (bed) => {
  const path = bed.site.write('ajp.secret', `${SECRET}\n`);
  chmodSync(path, 0o600);
  return [`secret_file = ${JSON.stringify(path)}`];
});
