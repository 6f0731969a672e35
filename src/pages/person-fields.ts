import { html, type Html } from './html.ts';

export type PersonField = 'birthDate' | 'genderDigit' | 'phoneNumber';

/** The typed values, and the fields that cannot be right. */
export interface TypedPerson {
  values: Partial<Record<PersonField, string>>;
  faults: readonly PersonField[];
}

/** The labels of the inputs, and the message for a field that cannot be right. */
export interface PersonWords {
  resident: string;
  birthDate: string;
  genderDigit: string;
  residentHint: string;
  phoneNumber: string;
  phoneNumberHint: string;
  faults?: Record<PersonField, string>;
}

/** The inputs of a Korean verification: the first seven digits of a resident number, and a phone number. */
export function personFields(messages: PersonWords, typed: TypedPerson = { values: {}, faults: [] }): Html {
  const attributes = (field: PersonField) =>
    html`id="${field}" name="${field}" value="${typed.values[field] ?? ''}"
    ${typed.faults.includes(field) && html`aria-invalid="true"`} ${typed.faults[0] === field && html`autofocus`}
    required`;
  const fault = (field: PersonField) =>
    html`<p class="fault" id="${field}-fault">${typed.faults.includes(field) && messages.faults?.[field]}</p>`;
  return html`<fieldset class="field" aria-describedby="resident-hint">
      <legend>${messages.resident}</legend>
      <div class="resident">
        <input
          ${attributes('birthDate')}
          inputmode="numeric"
          autocomplete="off"
          placeholder="900101"
          aria-label="${messages.birthDate}"
          aria-describedby="birthDate-fault"
        />
        <span aria-hidden="true">-</span>
        <input
          ${attributes('genderDigit')}
          inputmode="numeric"
          autocomplete="off"
          placeholder="1"
          aria-label="${messages.genderDigit}"
          aria-describedby="genderDigit-fault"
        />
        <span class="dots" aria-hidden="true">●●●●●●</span>
      </div>
      <p class="hint" id="resident-hint">${messages.residentHint}</p>
      ${fault('birthDate')} ${fault('genderDigit')}
    </fieldset>
    <div class="field">
      <label for="phoneNumber">${messages.phoneNumber}</label>
      <input
        ${attributes('phoneNumber')}
        type="tel"
        inputmode="tel"
        autocomplete="tel"
        placeholder="010-1234-5678"
        aria-describedby="phoneNumber-hint phoneNumber-fault"
      />
      <p class="hint" id="phoneNumber-hint">${messages.phoneNumberHint}</p>
      ${fault('phoneNumber')}
    </div>`;
}
