// Apache in front, which starts the gateways.
import { apacheFcgid } from '../paths/apache-fcgid.ts';
import { describePath } from './describe-path.ts';

describePath(apacheFcgid);
