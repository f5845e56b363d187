import { clock } from "./time";

const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/;

/** A sentence of the platform's, its moments as the reader's clock shows them. */
export function Sentence({ text }: { text: string }) {
  return text.split(MOMENT).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
      <time key={index} dateTime={part} title={part}>
        {clock(part)}
      </time>
    ),
  );
}
