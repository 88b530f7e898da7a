// Every Python version that is supported and found on this machine.
import { allPythons } from '../harness/python.ts';
import { methodCases } from '../cases/methods.ts';
import { fileCases } from '../cases/files.ts';
import { streamingCases } from '../cases/streaming.ts';
import { directHttp } from '../paths/direct-http.ts';
import { describePath } from './describe-path.ts';

for (const { name, path: python } of allPythons()) {
  describePath(directHttp, [...methodCases, ...fileCases, ...streamingCases], { python }, name);
}
