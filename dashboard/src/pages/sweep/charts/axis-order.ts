/**
 * Returns the axes in the order of the names in `order`. Axes that are not in
 * `order` come last, in their previous order.
 */
export function orderAxes<T extends { readonly name: string }>(axes: readonly T[], order: readonly string[]): T[] {
  const rankOf = ({ name }: T): number => (order.includes(name) ? order.indexOf(name) : axes.length)
  return axes.toSorted((a, b) => rankOf(a) - rankOf(b))
}
