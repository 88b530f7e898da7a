/**
 * How many requests every server may let wait: enough for all connections of `--connections`, so that no peer refuses
 * requests that another one queues. The default of the kernel's own limit, net.core.somaxconn, is 4096.
 */
export const QUEUE_LENGTH = 1024;
