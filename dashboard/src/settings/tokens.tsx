import { useState } from "react";
import type { TokenView } from "../api/accounts";
import * as api from "../api/accounts";
import { Ago } from "../design/ago";
import { useNow } from "../design/now";
import { Trouble } from "../design/trouble";
import { AddTokenDialog } from "./add-token";
import { useTokenChange, useTokens } from "./data";

/** The programs that may ask, and until when. */
export function Tokens() {
  const tokens = useTokens();
  const [isAdding, setIsAdding] = useState(false);
  return (
    <section className="stack" aria-label="Tokens">
      <div className="row between">
        <h2>Tokens for programs</h2>
        <button type="button" className="button small" onClick={() => setIsAdding(true)}>
          Create a token
        </button>
      </div>
      <div className="card" aria-busy={tokens.isPending}>
        <Trouble error={tokens.error} isAskedAgain />
        {tokens.isPending && !tokens.error && <div className="rows-ahead" />}
        {tokens.data?.length === 0 && (
          <p className="nothing">
            <strong>No token yet</strong>A program needs one to use the API: scripts, chat bots, the
            command line on another machine.
          </p>
        )}
        {tokens.data && tokens.data.length > 0 && <TokenTable tokens={tokens.data} />}
      </div>
      {isAdding && <AddTokenDialog onClose={() => setIsAdding(false)} />}
    </section>
  );
}

function TokenTable({ tokens }: { tokens: readonly TokenView[] }) {
  return (
    <table className="table accounts">
      <thead>
        <tr>
          <th>Name</th>
          <th>Role</th>
          <th>Made</th>
          <th>Last used</th>
          <th>Ends</th>
          <th>
            <span className="unseen">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </tbody>
    </table>
  );
}

function TokenRow({ token }: { token: TokenView }) {
  const revoke = useTokenChange(() => api.revokeToken(token.id));
  const [isSure, setIsSure] = useState(false);
  const isOver = useIsOver(token);
  return (
    <tr className={isOver ? "off" : ""}>
      <td className="first">
        <strong>{token.name}</strong>
        <Trouble error={revoke.error} />
      </td>
      <td>{token.role}</td>
      <td className="when">
        <Ago at={token.created_at} /> <span className="faint">by {token.created_by}</span>
      </td>
      <td className="when">{token.used_at ? <Ago at={token.used_at} /> : "never"}</td>
      <td className="when">
        <End token={token} />
      </td>
      <td className="acts">
        {!isOver &&
          (isSure ? (
            <>
              <button
                type="button"
                className="button small alarm"
                disabled={revoke.isPending}
                onClick={() => revoke.mutate(undefined)}
              >
                Revoke {token.name} now
              </button>
              <button type="button" className="button small" onClick={() => setIsSure(false)}>
                Keep
              </button>
            </>
          ) : (
            <button type="button" className="button small" onClick={() => setIsSure(true)}>
              Revoke
            </button>
          ))}
      </td>
    </tr>
  );
}

function useIsOver(token: TokenView): boolean {
  const now = useNow();
  return (
    token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) <= now)
  );
}

function End({ token }: { token: TokenView }) {
  if (token.revoked_at) {
    return (
      <>
        revoked <Ago at={token.revoked_at} />
      </>
    );
  }
  if (!token.expires_at) return <>when revoked</>;
  return (
    <time dateTime={token.expires_at}>
      {new Date(token.expires_at).toLocaleDateString("en-GB")}
    </time>
  );
}
