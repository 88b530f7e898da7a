// The plain part of the table with the application under the checks of the standard library's WSGI validator.
import { plainCases } from '../cases/all.ts';
import { onePathPerProtocol } from '../paths/one-per-protocol.ts';
import { describePath } from './describe-path.ts';

for (const path of onePathPerProtocol) {
  describePath(path, plainCases, { target: 'validated:application' }, `wsgiref.validate over ${path.name}`);
}
