/**
 * A browser on a system without a language (`LANG=C`) says that its own is `en-US@posix`, which `Intl` refuses. The library
 * that draws charts passes it to `Intl` as it loads, so such a page had no charts.
 */
export function mendLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true })
  }
}
