import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Flow, WindowMethod } from '../domain/authentication.ts';
import type { Locale } from '../domain/locale.ts';

/** A hosted window: opened by a relying party’s server, bound to the browser that shows it first. */
@Entity('windows')
export class Window {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  /** The purpose as older versions stored it, until `npm run reencrypt`. */
  @Column('text', { nullable: true })
  purpose: string | null;

  /** Why the relying party asks, encrypted. */
  @Column('bytea', { nullable: true })
  purposeCipher: Buffer | null;

  @Column('text')
  returnUrl: string;

  /** The relying party’s own value, returned unchanged. */
  @Column('text')
  returnState: string;

  @Column('text')
  locale: Locale;

  /** SHA-256 of the browser’s secret; null before a browser opened it. */
  @Column('bytea', { nullable: true })
  browserDigest: Buffer | null;

  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** The method with which the window begins or has begun. */
  @Column('text', { default: () => "'push'" })
  method: WindowMethod;

  /** The person’s name as the relying party gave it, encrypted. */
  @Column('bytea', { nullable: true })
  name: Buffer | null;

  /** It verifies test persons, by authentications of test mode. */
  @Column('boolean', { default: () => 'false' })
  isTest: boolean;

  /** The app asks for two digits, which the page shows, before it opens a request by push. */
  @Column('boolean', { default: () => 'false' })
  match: boolean;

  /** What opened it. The relying party knows nothing of the window of a flow. */
  @Column('text', { default: () => "'api'" })
  flow: Extract<Flow, 'api' | 'code'>;

  /** When its time ended without an authentication. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
