const NAMES =
  /(^|\/)(\.env(\.(?!example$|sample$|template$)[\w-]+)?|\.netrc|\.pypirc|\.pgpass|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.json)?|service[-_]?account[\w-]*\.json|[\w-]+\.(pem|p12|pfx|key|keystore|jks))$/i
const CONTENT =
  /-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bxox[bp]-[0-9A-Za-z-]{20,}/
const EXAMINED_BYTES_MAX = 65_536

/**
 * Whether a file probably contains a secret, judged by its name and the first 64 KiB of its content. With `content`
 * undefined the name alone decides.
 */
export function looksLikeSecret(path: string, content: Uint8Array | undefined): boolean {
  return (
    NAMES.test(path) ||
    (content !== undefined && CONTENT.test(Buffer.from(content.subarray(0, EXAMINED_BYTES_MAX)).toString('latin1')))
  )
}
