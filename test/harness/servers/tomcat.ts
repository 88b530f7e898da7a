// Tomcat 10 as an AJP container, with a web application of JSP files that it compiles itself.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programPart, type Part } from '../require.ts';
import { launch, type WebServer } from './web-server.ts';
import type { TestBed } from '../bed.ts';

const HOME = '/usr/share/tomcat10';
const COMPILER = '/usr/share/java/eclipse-jdt-core.jar';

/** How Tomcat is set up. */
export interface TomcatOptions {
  readonly port: number;
  readonly secret: string;
  /** `packetSize` of the connector. */
  readonly packetBytes: number;
  /** JSP files by name. */
  readonly pages: Readonly<Record<string, string>>;
  /** The JSP file that answers where there is no page, with any method. */
  readonly elsewhere: string;
  /** Warnings and worse that belong to what the tests do. */
  readonly expectedLog: readonly RegExp[];
}

/** What has to be installed. */
export const tomcatParts: readonly Part[] = [
  programPart('java'),
  { name: 'Tomcat 10', isPresent: existsSync(join(HOME, 'lib/catalina.jar')) },
  { name: 'the Java compiler of Eclipse', isPresent: existsSync(COMPILER) },
];

/** Starts Tomcat and waits until it accepts connections. */
export function startTomcat(bed: TestBed, options: TomcatOptions): Promise<WebServer> {
  const { site } = bed;
  const base = site.makeDirectory('tomcat');
  const temporary = site.makeDirectory('tomcat/temp');
  site.makeDirectory('tomcat/conf');
  site.makeDirectory('tomcat/webapps/ROOT/WEB-INF');
  site.write('tomcat/conf/server.xml', serverXml(options));
  site.write('tomcat/conf/web.xml', WEB_XML);
  site.write('tomcat/webapps/ROOT/WEB-INF/web.xml', applicationXml(options.elsewhere));
  for (const [name, page] of Object.entries(options.pages)) site.write(`tomcat/webapps/ROOT/${name}`, page);
  return launch(bed, {
    name: 'tomcat',
    command: 'java',
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      // It looks for leaks in there when it stops, and warns where it may not.
      '--add-opens=java.base/java.io=ALL-UNNAMED',
      '--add-opens=java.base/java.lang=ALL-UNNAMED',
      '--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED',
      '-cp',
      [`${HOME}/bin/bootstrap.jar`, `${HOME}/bin/tomcat-juli.jar`, COMPILER].join(':'),
      `-Dcatalina.home=${HOME}`,
      `-Dcatalina.base=${base}`,
      `-Djava.io.tmpdir=${temporary}`,
      'org.apache.catalina.startup.Bootstrap',
      'start',
    ],
    cwd: base,
    listensOn: options.port,
    // How long its random numbers took is the machine's affair.
    isComplaint: (line) => /^(?:SEVERE|WARNING):(?!.*SecureRandom)/.test(line),
    expectedLog: options.expectedLog,
  });
}

function serverXml({ port, secret, packetBytes }: TomcatOptions): string {
  return `<Server port="-1">
  <Service name="Catalina">
    <Connector protocol="AJP/1.3" address="127.0.0.1" port="${port}" secret="${secret}" packetSize="${packetBytes}" />
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
  </servlet>
  <servlet-mapping><servlet-name>jsp</servlet-name><url-pattern>*.jsp</url-pattern></servlet-mapping>
</web-app>
`;

// A JSP file answers only GET, POST and HEAD, unless it is the page for an error.
function applicationXml(elsewhere: string): string {
  return `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true">
  <error-page><error-code>404</error-code><location>/${elsewhere}</location></error-page>
</web-app>
`;
}
