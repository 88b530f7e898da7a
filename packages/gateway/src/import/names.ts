// Names of pools and upstreams, made from those of other servers.

/** A name that is allowed and not yet taken, as close as possible to the words. */
export function freeName(
  kind: 'pool' | 'upstream',
  words: string,
  taken: ReadonlyMap<string, unknown>,
): string {
  const plain =
    words
      .replace(/[^\w-]+/g, '-')
      .replace(/^[^A-Za-z]+/, '')
      .replace(/-+$/, '')
      .slice(0, 56) || 'app';
  const names = [plain, ...Array.from({ length: taken.size + 1 }, (_, index) => `${plain}-${index + 2}`)];
  return names.find((name) => name !== 'default' && !taken.has(`${kind}.${name}`)) ?? plain;
}
