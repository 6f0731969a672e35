/** A heading and the text below it. */
export interface Sentence {
  title: string;
  text: string;
}
