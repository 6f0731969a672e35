import { INVITATION_DAYS, mayMember, MEMBER_ROLES } from '../../domain/console.ts';
import { dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { ListedInvitation } from '../invitation.store.ts';
import type { ListedMember } from '../member.store.ts';
import { LONGEST_INVITEE } from '../members.ts';
import { clientPage, codeField, doneNote, pathIn, type ClientReader } from './frame.ts';

/** Why a change was not made, and in which form. */
export interface PeopleFault {
  kind: 'code' | 'invitation' | 'last_owner';
  form?: 'invite' | 'role' | 'end';
  memberId?: string;
}

/** The members of a client, the invitations that wait, and for owners the forms that change them. */
export function peoplePage(
  reader: ClientReader,
  shown: {
    members: readonly ListedMember[];
    invitations: readonly ListedInvitation[];
    fault: PeopleFault | undefined;
    fields: Readonly<Record<string, string>>;
    done: string | undefined;
  },
): Page {
  const { people: words } = reader.texts;
  const { members, invitations, fault, fields, done } = shown;
  const may = mayMember(reader.member.role, 'people');
  const content = html`<h1>${words.title}</h1>
    ${doneNote(reader, done)}
    ${fault !== undefined && html`<p class="alert" role="alert">${words.faults[fault.kind]}</p>`}
    <section class="card" aria-labelledby="members">
      <h2 id="members">${words.members}</h2>
      ${wideTable(
        'members',
        [words.name, words.login, words.role, words.since],
        members.map((one) => memberRow(reader, one)),
      )}
    </section>
    ${may && members.length > 0 && changeForms(reader, members, fault, fields)}
    ${may && inviteForm(reader, fault, fields)}
    <section class="card" aria-labelledby="invitations">
      <h2 id="invitations">${words.invitations}</h2>
      ${
        invitations.length === 0
          ? html`<p class="nothing">${words.noInvitation}</p>`
          : html`<ul class="desk-list">
              ${invitations.map((one) => invitationItem(reader, one, may))}
            </ul>`
      }
    </section>
    ${rolesSection(reader)}`;
  const address = pathIn(reader, 'people');
  return clientPage({ reader, title: words.title, address, content, place: 'people', ...(fault && { status: 422 }) });
}

/** The link of a new invitation, which is shown once. */
export function invitedPage(reader: ClientReader, { invitee, link }: { invitee: string; link: string }): Page {
  const { people: words } = reader.texts;
  const content = html`<section class="card">
    <h1>${words.invited(invitee)}</h1>
    <p class="alert" role="status">${words.linkOnce}</p>
    <p class="shown-secret"><code>${link}</code></p>
    <p>${words.linkHint(INVITATION_DAYS)}</p>
    ${linkButton(pathIn(reader, 'people'), words.back)}
  </section>`;
  return clientPage({ reader, title: words.title, address: pathIn(reader, 'people'), content, place: 'people' });
}

function memberRow({ locale, texts, member }: ClientReader, one: ListedMember): Html {
  return html`<tr>
    <td>${one.name}${one.id === member.id && html` <span class="hint">${texts.people.you}</span>`}</td>
    <td>${one.login}</td>
    <td>${texts.frame.roles[one.role]}</td>
    <td>${dateTime(one.since, locale)}</td>
  </tr>`;
}

function changeForms(
  reader: ClientReader,
  members: readonly ListedMember[],
  fault: PeopleFault | undefined,
  fields: Readonly<Record<string, string>>,
): Html {
  const { people: words, frame } = reader.texts;
  const path = pathIn(reader, 'people');
  const isWrong = (form: PeopleFault['form'], one: ListedMember) => fault?.form === form && fault?.memberId === one.id;
  return html`<section class="card" aria-labelledby="change">
    <h2 id="change">${words.change}</h2>
    ${members.map(
      (one) =>
        html`<details ${(isWrong('role', one) || isWrong('end', one)) && html`open`}>
          <summary>${one.name} <span class="hint">${one.login} · ${frame.roles[one.role]}</span></summary>
          <form method="post" action="${path}/${one.id}/role">
            ${reader.formToken}
            ${roleField(reader, `role-${one.id}`, (isWrong('role', one) && fields['role']) || one.role)}
            ${codeField(reader, `role-code-${one.id}`, isWrong('role', one))}
            <button class="secondary">${words.changeRole}</button>
          </form>
          <form method="post" action="${path}/${one.id}/end">
            ${reader.formToken}
            <p class="hint">${words.endHint}</p>
            ${codeField(reader, `end-code-${one.id}`, isWrong('end', one))}
            <button class="danger">${words.end}</button>
          </form>
        </details>`,
    )}
  </section>`;
}

function inviteForm(
  reader: ClientReader,
  fault: PeopleFault | undefined,
  fields: Readonly<Record<string, string>>,
): Html {
  const typed = fault?.form === 'invite' ? fields : {};
  const { people: words } = reader.texts;
  return html`<section class="card" aria-labelledby="invite">
    <h2 id="invite">${words.invite}</h2>
    <form method="post" action="${pathIn(reader, 'people')}/invite">
      ${reader.formToken}
      <div class="field">
        <label for="invitee">${words.invitee}</label>
        <input
          id="invitee"
          name="invitee"
          value="${typed['invitee'] ?? ''}"
          maxlength="${LONGEST_INVITEE}"
          autocomplete="off"
          required
        />
      </div>
      ${roleField(reader, 'invite-role', typed['role'] ?? 'developer')}
      ${codeField(reader, 'invite-code', fault?.form === 'invite' && fault.kind === 'code')}
      <button class="primary">${words.makeLink}</button>
    </form>
  </section>`;
}

function invitationItem(reader: ClientReader, one: ListedInvitation, may: boolean): Html {
  const { people: words, frame } = reader.texts;
  return html`<li>
    <p>
      <strong>${one.invitee}</strong>
      <span class="hint">
        ${frame.roles[one.role]} · ${words.invitedBy}
        ${one.invitedBy.startsWith('terminal:') ? words.carrier : one.invitedBy} · ${words.until}
        ${dateTime(one.expiresAt, reader.locale)}
      </span>
    </p>
    ${
      may &&
      html`<form method="post" action="${pathIn(reader, 'people')}/invitations/${one.id}/withdraw">
        ${reader.formToken}<button class="small">${words.withdraw}</button>
      </form>`
    }
  </li>`;
}

function roleField({ texts }: ClientReader, id: string, chosen: string): Html {
  return html`<div class="field">
    <label for="${id}">${texts.people.role}</label>
    <select id="${id}" name="role">
      ${MEMBER_ROLES.map(
        (role) =>
          html`<option value="${role}" ${role === chosen && html`selected`}>${texts.frame.roles[role]}</option>`,
      )}
    </select>
  </div>`;
}

function rolesSection({ texts }: ClientReader): Html {
  const { people: words, frame } = texts;
  return html`<section class="card" aria-labelledby="roles">
    <h2 id="roles">${words.roles}</h2>
    ${facts(MEMBER_ROLES.map((role) => [frame.roles[role], words.rolesSay[role]]))}
  </section>`;
}
