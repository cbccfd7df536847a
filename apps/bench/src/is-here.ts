const LOCAL: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/** Whether the server at a URL runs on this machine, whose disks and processes can be seen. */
export const isHere = (url: string): boolean => LOCAL.includes(new URL(url).hostname)
