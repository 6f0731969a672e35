export interface ShopWords {
  shop: string;
  tagline: string;
  title: string;
  join: string;
  joinText: string;
  purpose: string;
  verify: string;
  verifyByOtp: string;
  /** The name of a customer whose name the shop knows already. The window shows it masked. */
  member: string;
  bank: string;
  verifySameTab: string;
  phone: string;
  openPhone: string;
  phoneText: string;
  howTitle: string;
  how: readonly string[];
  people: string;
  peopleText: string;
  columns: { who: string; resident: string; phoneNumber: string };
  copy: string;
  copied: string;
  texts: string;
  textsText: string;
  noTexts: string;
  /** The case that a demo line demonstrates, by the line's id. A line without an entry shows its own note. */
  notes: Readonly<Partial<Record<string, string>>>;
  verifiedTitle: string;
  verifiedText: string;
  result: { phoneNumber: string; birthDate: string; gender: string; nationality: string; channel: string };
  gender: Record<'male' | 'female', string>;
  nationality: { korean: string; foreigner: string };
  channel: Record<'push' | 'sms' | 'otp', string>;
  notVerifiedTitle: string;
  notVerified: (state: string) => string;
  foreignReturnTitle: string;
  foreignReturn: string;
  again: string;
  phoneTitle: string;
  phoneNeedsScript: string;
}

export interface BankWords {
  bank: string;
  tagline: string;
  title: string;
  customer: string;
  transfer: { title: string; text: string; payee: string; account: string; amount: string; submit: string };
  purpose: string;
  /** The values with which the form is filled in beforehand, so that one press is enough. */
  example: { payee: string; account: string; amount: string };
  won: (amount: string) => string;
  refused: Record<'invalid' | 'tooMany' | 'other', string>;
  smartOtp: { title: string; text: string; card: string; cardText: string; submit: string };
  issued: {
    title: string;
    text: string;
    code: string;
    qr: string;
    vendorCode: string;
    card: string;
    cardText: string;
    copy: string;
    copied: string;
  };
  sign: { title: string; text: string; code: string; hint: string; submit: string; wrong: (left: number) => string };
  signed: { title: string; text: string };
  ended: { title: string; text: string };
  unknown: { title: string; text: string };
  again: string;
  shop: string;
}

export interface DemoWords {
  shop: ShopWords;
  bank: BankWords;
}
