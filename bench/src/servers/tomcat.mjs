// Tomcat: not Python, but the container that AJP was made for, and a measure for what is usual there.
import { spawnSync } from 'node:child_process';
import { QUEUE_LENGTH } from './queue-length.mjs';

const HOME = '/usr/share/tomcat10';
const COMPILER = '/usr/share/java/eclipse-jdt-core.jar';

/** @type {import('../stage/requirements.mjs').Requirement} */
export const tomcat = {
  name: 'Tomcat',
  debian: ['tomcat10-common'],
  install: 'apt install tomcat10-common',
  version() {
    const args = ['-cp', `${HOME}/lib/catalina.jar`, 'org.apache.catalina.util.ServerInfo'];
    const { error, stdout } = spawnSync('java', args, { encoding: 'utf8' });
    return error ? undefined : /Apache Tomcat\/(\S+)/.exec(stdout)?.[1];
  },
};

/**
 * Starts one process with as many threads as it comes with; its page `answer.jsp` gives the workload's answer.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {string} address `HOST:PORT`, for AJP.
 */
export function startTomcat(stage, { workload }, address) {
  for (const name of ['conf', 'temp', 'webapps/ROOT/WEB-INF']) stage.makeDirectory(`tomcat/${name}`);
  stage.write('tomcat/conf/server.xml', serverXml(address));
  stage.write('tomcat/conf/web.xml', WEB_XML);
  stage.write('tomcat/webapps/ROOT/answer.jsp', page(workload.answer.toString('latin1')));
  stage.spawn({
    name: 'tomcat',
    command: 'java',
    args: [
      '-cp',
      [`${HOME}/bin/bootstrap.jar`, `${HOME}/bin/tomcat-juli.jar`, COMPILER].join(':'),
      `-Dcatalina.home=${HOME}`,
      `-Dcatalina.base=${stage.path('tomcat')}`,
      `-Djava.io.tmpdir=${stage.path('tomcat/temp')}`,
      'org.apache.catalina.startup.Bootstrap',
      'start',
    ],
    roleOf: () => 'workers',
  });
}

function serverXml(address) {
  const [host, port] = address.split(':');
  return `<Server port="-1">
  <Service name="Catalina">
    <Connector protocol="AJP/1.3" address="${host}" port="${port}" secretRequired="false" acceptCount="${QUEUE_LENGTH}" />
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" />
    </Engine>
  </Service>
</Server>
`;
}

const WEB_XML = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0">
  <servlet>
    <servlet-name>jsp</servlet-name>
    <servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class>
    <init-param><param-name>development</param-name><param-value>false</param-value></init-param>
  </servlet>
  <servlet-mapping><servlet-name>jsp</servlet-name><url-pattern>*.jsp</url-pattern></servlet-mapping>
</web-app>
`;

function page(answer) {
  const directive = '<%@ page contentType="text/plain" session="false" trimDirectiveWhitespaces="true" %>';
  return `${directive}<% out.print(${JSON.stringify(answer)}); %>`;
}
