import { useState } from 'react'
import type { ReactElement } from 'react'

import type { CreatedTokenView } from '../../../../src/contract/access-token.ts'
import { call } from '../../api/client.ts'
import { useAction, useTokens } from '../../api/queries.ts'
import { formatDate } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog, CopyButton } from '../../ui/controls.tsx'
import { ErrorNotice } from '../../ui/states.tsx'

/**
 * The list of access tokens for programs, with a form that creates a token and shows it once, and buttons to revoke
 * tokens.
 */
export function TokenList(): ReactElement {
  const { data = [], error } = useTokens()
  const [name, setName] = useState('')
  const [created, setMade] = useState<CreatedTokenView | undefined>()
  const [revoking, setAsked] = useState<{ id: string; name: string } | undefined>()

  const create = useAction(
    (wanted: string) => call<CreatedTokenView>('/tokens', { method: 'POST', body: { name: wanted } }),
    setMade,
    { showsError: true },
  )

  const remove = useAction((id: string) => call(`/tokens/${id}`, { method: 'DELETE' }))

  return (
    <section aria-label={t('tokens')}>
      <p className="mid small">{t('tokens_how')}</p>
      {error && <ErrorNotice error={error} />}
      {data.length > 0 && (
        <table className="tbl">
          <thead>
            <tr>
              <th>{t('name')}</th>
              <th>{t('created')}</th>
              <th>{t('last_used')}</th>
              <th>
                <span className="sr">{t('delete')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((token) => (
              <tr key={token.id}>
                <td className="clip">{token.name}</td>
                <td>{formatDate(token.createdAt)}</td>
                <td>{token.lastUsedAt === null ? t('never') : formatDate(token.lastUsedAt)}</td>
                <td>
                  <button type="button" className="btn bare danger" onClick={() => setAsked(token)}>
                    {t('take_back')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {created && (
        <div className="made" role="status">
          <p>{t('token_once', { name: created.name })}</p>
          <code className="mono">{created.token}</code>
          <CopyButton text={created.token} />
        </div>
      )}
      <form
        className="name"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(name.trim())
          setName('')
        }}
      >
        <input
          className="field"
          aria-label={t('token_name')}
          placeholder={t('token_name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="btn" disabled={name.trim() === '' || create.isPending}>
          {t('create_token')}
        </button>
      </form>
      {create.error && <ErrorNotice error={create.error} />}
      {revoking && (
        <ConfirmDialog
          title={t('take_back_token', { name: revoking.name })}
          text={t('take_back_text')}
          verb={t('take_back')}
          onConfirm={() => {
            remove.mutate(revoking.id)
            if (created?.id === revoking.id) setMade(undefined)
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  )
}
