// A second gateway behind the first, over each protocol that both speak.
import { nginxRelay, relayAjp, relayFastCgi } from '../paths/relay.ts';
import { describePath } from './describe-path.ts';

for (const path of [...relayFastCgi, relayAjp, nginxRelay]) describePath(path);
