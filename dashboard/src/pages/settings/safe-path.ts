/**
 * Returns `to` if it is a path of this dashboard, otherwise the path of the home page. A link to the sign-in page can
 * thus not redirect to another site.
 */
export function safePath(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/'
}
