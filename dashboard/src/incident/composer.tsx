import { useState } from "react";
import { Trouble } from "../design/trouble";
import { useBar, useDesk } from "./desk";
import { useDeed } from "./use-deed";

/** Say something that everybody who follows the incident should read. */
export function Composer() {
  const desk = useDesk();
  const bar = useBar("responder");
  const deed = useDeed(desk.incidentId);
  const [text, setText] = useState("");
  if (bar !== null) return <p className="composer faint">{bar} You can watch everything.</p>;
  const send = async () => {
    if (await deed.send("comment", { text: text.trim() })) setText("");
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) void send();
      }}
    >
      <input
        className="field"
        aria-label="Comment"
        placeholder="Comment for everyone who follows this"
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button" disabled={!text.trim() || deed.isSending}>
        Send
      </button>
      <Trouble error={deed.error} />
    </form>
  );
}
