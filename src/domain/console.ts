/** The roles of people at the console of a relying party, from the fewest permissions to the most. */
export const MEMBER_ROLES = ['viewer', 'developer', 'owner'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

const EVERYONE = MEMBER_ROLES;
const DEVELOPERS = ['developer', 'owner'] as const;
const OWNERS = ['owner'] as const;

/** The roles that may do each thing. */
export const MEMBER_PERMISSIONS = {
  /** Read every page of the client. */
  look: EVERYONE,
  /** Make secrets of test mode. */
  test: DEVELOPERS,
  /** Change endpoints of webhooks, and send events again. */
  webhooks: DEVELOPERS,
  /** Change live keys, addresses and switches. */
  keys: OWNERS,
  /** Invite people, change their roles, and end them. */
  people: OWNERS,
} as const satisfies Record<string, readonly MemberRole[]>;
export type MemberPermission = keyof typeof MEMBER_PERMISSIONS;

/** True if a member with this role may do it. */
export function mayMember(role: MemberRole, permission: MemberPermission): boolean {
  return (MEMBER_PERMISSIONS[permission] as readonly MemberRole[]).includes(role);
}

/** Days for which an invitation can be accepted. */
export const INVITATION_DAYS = 7;
/** Days for which an account is kept that is a member of nothing any more, or that was disabled. */
export const ACCOUNT_KEPT_DAYS = 90;
/** Invitations of one client that wait at the same time. */
export const OPEN_INVITATIONS = 20;
