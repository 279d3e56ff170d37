import { en } from './en.ts'
import { ja } from './ja.ts'

export type Locale = 'en' | 'ja'
export type ProblemCode = keyof typeof en.problems
export type ErrorCode = keyof typeof en.errors
export type ReasonCode = keyof typeof en.reasons
export type WaitingCode = keyof typeof en.waiting
export type CliCode = keyof typeof en.cli
export type AutoReasonCode = keyof typeof en.autoReasons
export type NoticeCode = keyof typeof en.notices
export type DetailCode = keyof typeof en.details

/**
 * The texts of one language, by code. A problem has two: the sentence and the remedy. Texts contain placeholders such
 * as `{name}`.
 */
export interface Catalogue {
  readonly problems: Readonly<Record<ProblemCode, readonly [string, string]>>
  readonly errors: Readonly<Record<ErrorCode, string>>
  readonly reasons: Readonly<Record<ReasonCode, string>>
  readonly waiting: Readonly<Record<WaitingCode, string>>
  readonly cli: Readonly<Record<CliCode, string>>
  readonly autoReasons: Readonly<Record<AutoReasonCode, string>>
  readonly notices: Readonly<Record<NoticeCode, string>>
  readonly details: Readonly<Record<DetailCode, string>>
}

/** The texts of all languages. */
export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { en, ja }

/** Arguments of a sentence that need no translation, by placeholder. */
export type PlainArgs = Readonly<Record<string, string | number>>

/**
 * A phrase that is translated when it is shown: `detail` is its code in the catalogue, `args` fill its placeholders.
 * Used as an argument of a sentence, or as the detail of an observation such as `Evidence`.
 */
export interface Detail {
  readonly detail: DetailCode
  readonly args?: Args
}

/** Arguments of a sentence, by placeholder. Phrases among them are translated to the language of the sentence. */
export type Args = Readonly<Record<string, string | number | Detail>>

/** Fills the `{name}` placeholders of a sentence. A placeholder without an argument is removed. */
export function fill(sentence: string, args: PlainArgs = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(args, name) ? String(args[name]) : ''))
}

/** Returns the text of a phrase in a language, with its arguments filled in. */
export function detailText(locale: Locale, { detail, args }: Detail): string {
  return fill(CATALOGUES[locale].details[detail], args && plainArgs(locale, args))
}

/** Replaces the phrases among arguments by their texts in a language. */
export function plainArgs(locale: Locale, args: Args): PlainArgs {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'object' ? detailText(locale, value) : value]),
  )
}

export function problemText(locale: Locale, code: ProblemCode, args: Args): { message: string; remedy: string } {
  const [message, remedy] = CATALOGUES[locale].problems[code]
  const plain = plainArgs(locale, args)
  return { message: fill(message, plain), remedy: fill(remedy, plain) }
}

export function errorText(locale: Locale, code: ErrorCode, args: Args = {}): string {
  return fill(CATALOGUES[locale].errors[code], plainArgs(locale, args))
}

export function reasonText(locale: Locale, code: ReasonCode, args: Args = {}): string {
  return fill(CATALOGUES[locale].reasons[code], plainArgs(locale, args))
}

export function waitingText(locale: Locale, code: WaitingCode, args: Args = {}): string {
  return fill(CATALOGUES[locale].waiting[code], plainArgs(locale, args))
}

export function noticeText(locale: Locale, code: NoticeCode, args?: PlainArgs): string {
  return args ? fill(CATALOGUES[locale].notices[code], args) : CATALOGUES[locale].notices[code]
}

export function cliText(locale: Locale, code: CliCode, args: PlainArgs = {}): string {
  return fill(CATALOGUES[locale].cli[code], args)
}

export function autoReasonText(locale: Locale, code: AutoReasonCode): string {
  return CATALOGUES[locale].autoReasons[code]
}

/** Returns the language for a locale name or an Accept-Language header: Japanese for `ja…`, English for all others. */
export function toLocale(text: string | undefined): Locale {
  return /^\s*ja\b|^ja[_-]/i.test(text ?? '') ? 'ja' : 'en'
}
