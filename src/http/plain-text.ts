/** One line of text without control or invisible characters, which would deceive whoever reads it, and break a log. */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;
