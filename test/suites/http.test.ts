import { allCases } from '../cases/all.ts';
import { directHttp } from '../paths/direct-http.ts';
import { describePath } from './describe-path.ts';

describePath(directHttp, allCases);
