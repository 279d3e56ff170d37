/** Returns the path where it leads to this dashboard, else home, so that no link can redirect to another site. */
export function safePath(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/'
}
