/** Sorts axes by the names in `order`, from left to right. Axes that it does not name come last, in their own order. */
export function orderAxes<T extends { readonly name: string }>(axes: readonly T[], order: readonly string[]): T[] {
  const rankOf = ({ name }: T): number => (order.includes(name) ? order.indexOf(name) : axes.length)
  return axes.toSorted((a, b) => rankOf(a) - rankOf(b))
}
