import { Entity } from 'typeorm';
import { Authentication } from './authentication.entity.ts';

/**
 * An authentication that ended more than half an hour ago. The table has a partition for each month, by the time in the id.
 * The view `authentication_records` has these and those of `authentications`.
 */
@Entity('past_authentications')
export class PastAuthentication extends Authentication {}
