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

/** One of the two answers to an alert: the button, what the answer does, and what it did. */
export interface AnswerWords {
  button: string;
  does: string;
  done: string;
}

/** What happened from outside the phone, in plain words, and the answers to it. */
export interface AlertWords extends Sentence {
  confirm: AnswerWords;
  object: AnswerWords;
}
