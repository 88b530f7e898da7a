// The JSP files of the Tomcat suite.

const TEXT =
  '<%@ page contentType="text/plain;charset=UTF-8" session="false" trimDirectiveWhitespaces="true" %>';

function page(java: string, directive = TEXT): string {
  return `${directive}<%\n${java}\n%>`;
}

/** What every request with a name shares with the others: two sides that wait for each other. */
const EXCHANGER = `
  java.util.concurrent.SynchronousQueue<String> go;
  synchronized (application) {
    go = (java.util.concurrent.SynchronousQueue<String>) application.getAttribute(request.getParameter("name"));
    if (go == null) {
      go = new java.util.concurrent.SynchronousQueue<String>();
      application.setAttribute(request.getParameter("name"), go);
    }
  }`;

/** By file name. */
export const tomcatPages: Readonly<Record<string, string>> = {
  'hello.jsp': page(
    'out.print(request.getMethod() + " " + request.getRequestURI() + " " + request.getQueryString());',
  ),
  'elsewhere.jsp': page('response.setStatus(200); out.print(request.getMethod());'),
  'form.jsp': page('out.print(request.getParameter("colour") + " " + request.getParameter("size"));'),
  'header.jsp': page('out.print(request.getHeader("x-big").length());'),
  'client.jsp': page(
    `out.print(request.getRemoteAddr() + " " + request.getServerName() + " " + request.getServerPort() + " "
      + request.isSecure());`,
  ),
  'status.jsp': page('response.setStatus(Integer.parseInt(request.getParameter("code")));'),
  'throw.jsp': page('if (true) throw new IllegalStateException("thrown on purpose");'),
  'session.jsp': page(
    `Integer count = (Integer) session.getAttribute("count");
  session.setAttribute("count", count == null ? 1 : count + 1);
  out.print(session.getAttribute("count"));`,
    '<%@ page contentType="text/plain" trimDirectiveWhitespaces="true" %>',
  ),
  'digest.jsp': page(`
  java.security.MessageDigest hash = java.security.MessageDigest.getInstance("SHA-256");
  byte[] block = new byte[65536];
  long size = 0;
  for (int count; (count = request.getInputStream().read(block)) > 0; size += count) hash.update(block, 0, count);
  out.print(size + " ");
  for (byte digit : hash.digest()) out.print(String.format("%02x", digit));`),
  'zeros.jsp': page(`
  out.clear();
  out = pageContext.pushBody();
  byte[] block = new byte[65536];
  for (int left = Integer.parseInt(request.getParameter("size")); left > 0; left -= block.length)
    response.getOutputStream().write(block, 0, Math.min(left, block.length));`),
  'pieces.jsp': page(`${EXCHANGER}
  for (String piece : new String[] {"one", "two", "three"}) {
    out.print(piece);
    out.flush();
    go.poll(10, java.util.concurrent.TimeUnit.SECONDS);
  }`),
  'go.jsp': page(`${EXCHANGER}
  go.offer("go", 10, java.util.concurrent.TimeUnit.SECONDS);`),
};
