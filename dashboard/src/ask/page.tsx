import "./ask.css";
import { type FormEvent, useState } from "react";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { type Exchange, useConversation } from "./conversation";
import { Told } from "./told";

const EXAMPLES = [
  "which incidents are open?",
  "what waits for approval?",
  "what changed in the last 30 minutes?",
  "how much error budget is left?",
];
const MOST = 2000;

/** Questions and their answers; each sentence names what it rests on. */
export function AskPage() {
  useTitle("Ask");
  const talk = useConversation();
  const [text, setText] = useState("");
  const send = (question: string) => {
    if (!question.trim() || talk.isBusy) return;
    setText("");
    void talk.ask(question.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(text);
  };
  return (
    <main className="page ask">
      <header className="page-head">
        <div>
          <h1>Ask</h1>
          <p>Incidents, changes, budgets, owners, runbooks. Nothing is changed by asking.</p>
        </div>
        {talk.exchanges.length > 0 && (
          <button type="button" className="button small" onClick={talk.begin}>
            New thread
          </button>
        )}
      </header>
      <section className="card" aria-label="Conversation" aria-live="polite">
        {talk.exchanges.length === 0 && (
          <div className="ask-examples">
            {EXAMPLES.map((example) => (
              <button
                key={example}
                type="button"
                className="button small"
                onClick={() => send(example)}
              >
                {example}
              </button>
            ))}
          </div>
        )}
        {talk.exchanges.map((exchange) => (
          <OneExchange key={exchange.number} exchange={exchange} />
        ))}
        <form className="ask-box" onSubmit={submit}>
          <input
            className="field"
            aria-label="Question"
            placeholder="Ask about what is known"
            maxLength={MOST}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button primary" disabled={talk.isBusy || !text.trim()}>
            Ask
          </button>
        </form>
      </section>
    </main>
  );
}

function OneExchange({ exchange }: { exchange: Exchange }) {
  return (
    <article className="ask-exchange">
      <h2>{exchange.question}</h2>
      {exchange.sentences.map((sentence, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences only ever come behind others
        <Told key={number} sentence={sentence} />
      ))}
      {exchange.answer?.notes.map((note) => (
        <p key={note} className="ask-note">
          {note}
        </p>
      ))}
      {exchange.answer && exchange.answer.struck > 0 && (
        <p className="ask-note">
          Struck, since they do not exist: {exchange.answer.struck} of the model's citations.
        </p>
      )}
      {exchange.answer && exchange.answer.by !== "rules" && (
        <p className="faint">answered by {exchange.answer.by}</p>
      )}
      {exchange.looking && <p className="faint">looking at: {exchange.looking} …</p>}
      <Trouble error={exchange.error} />
    </article>
  );
}
