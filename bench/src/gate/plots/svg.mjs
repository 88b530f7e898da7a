// The little SVG that the plots of the gate need: text, lines, areas. Coordinates are pixels.

export const INK = { text: '#243b53', faint: '#52606d', grid: '#d9e2ec', ground: '#f3f6fa' };

/** One colour for each peer, the same in every plot. */
export const COLOURS = {
  sluice: '#2f8132',
  'sluice-ajp': '#7bc47f',
  'sluice-long': '#7bc47f',
  uwsgi: '#c65d21',
  'uwsgi-100': '#e9a87c',
  'gunicorn-sync': '#2680c2',
  'gunicorn-gthread': '#84c5f4',
  mod_wsgi: '#8662c7',
};

/** A whole picture. @param {{width: number, height: number, label: string}} size @param {readonly string[]} parts */
export function picture({ width, height, label }, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(label)}">
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  ${parts.join('\n  ')}
</svg>
`;
}

/** @param {{size?: number, anchor?: 'start' | 'middle' | 'end', bold?: boolean, fill?: string}} [style] */
export function text(x, y, content, { size = 12, anchor = 'start', bold = false, fill = INK.faint } = {}) {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${near(x)}" y="${near(y)}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}>${escaped(content)}</text>`;
}

/** A line through points. @param {readonly (readonly [number, number])[]} points */
export function line(points, colour, { width = 2, dash = '' } = {}) {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${near(x)} ${near(y)}`).join('');
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dashes}/>`;
}

/** What is between a line and the base. @param {readonly (readonly [number, number])[]} points */
export function area(points, base, colour) {
  const [first, last] = [points[0], points.at(-1)];
  const path = points.map(([x, y]) => `L${near(x)} ${near(y)}`).join('');
  return `<path d="M${near(first[0])} ${near(base)}${path}L${near(last[0])} ${near(base)}Z" fill="${colour}" fill-opacity="0.25"/>`;
}

export function box(x, y, width, height, fill) {
  return `<rect x="${near(x)}" y="${near(y)}" width="${near(width)}" height="${near(height)}" fill="${fill}"/>`;
}

const near = (value) => Math.round(value * 10) / 10;

function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
