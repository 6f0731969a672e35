/** A heading and the text below it. */
export interface Sentence {
  title: string;
  text: string;
}

/** What the person agrees to before the phone receives a secret. */
export interface ConsentWords extends Sentence {
  collected: string;
  purpose: string;
  kept: string;
  notPossible: string;
}
