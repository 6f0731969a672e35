export interface paths {
    "/v1/authentications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start an authentication
         * @description Starts the authentication of one person. A subscriber's phone is woken; any other person gets a code by SMS. With
         *     the method `otp` the person reads the current code from the app; with `sign` the app shows the transaction and
         *     computes a code from it. The answer does not reveal whether the number exists, is subscribed or has an app. A new
         *     start cancels the pending authentication of the same person at the same relying party. Limits: five starts in ten
         *     minutes and twenty a day for one person at this relying party, or at one `site` of an agency, and the starts per minute
         *     of the relying party. Beyond fifteen in ten minutes and forty a day over all relying parties, a start rings no phone.
         *     A token of test mode starts a test, which reaches no line and no person.
         *     Errors: `invalid_request`,
         *     `insufficient_scope` for `sign` without the scope `signing`, `idempotency_key_reused`, `idempotency_in_progress`,
         *     `too_many_requests` with `Retry-After`.
         */
        post: operations["startAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/authentications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an authentication
         * @description Returns the authentication; with `wait`, as soon as its state changes or after that time. Errors:
         *     `authentication_not_found`, also for an authentication of another relying party, and for one that a flow of OpenID
         *     Connect started: its tokens say what their scopes release.
         */
        get: operations["getAuthentication"];
        put?: never;
        post?: never;
        /**
         * Cancel an authentication
         * @description Cancels the authentication and notifies the phone. Errors: `authentication_closed`, `authentication_expired`,
         *     `authentication_not_found`.
         */
        delete: operations["cancelAuthentication"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/authentications/{id}/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify the code
         * @description Verifies the person with the code that they entered, and with `sign` the transaction that they signed. The fifth
         *     wrong code ends the authentication. Errors: `code_mismatch` with `attemptsLeft`, `attempts_exhausted`,
         *     `authentication_closed` with `state`, `authentication_expired`, `authentication_not_found`. The same request within 60
         *     seconds of success gets the same bytes again, with `Idempotency-Replayed: true`, for an answer that was lost: accept
         *     each id once. `nothing_to_verify` for `approve`, whose result `GET` answers.
         */
        post: operations["verifyAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/authentications/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resend the wake-up or the SMS
         * @description Sends the wake-up, or the same code by SMS, again: at most three times, at least 30 seconds apart. Errors:
         *     `too_many_requests` with `Retry-After`, `nothing_to_send` for `otp`, `authentication_closed`,
         *     `authentication_expired`, `authentication_not_found`.
         */
        post: operations["resendAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authentications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List pending authentications
         * @description Lists the open authentications of this phone, oldest first, with relying party and purpose. Works without a
         *     received push.
         */
        get: operations["listPendingAuthentications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authentications/{id}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an authentication
         * @description Proves the PIN. Only now the service generates the code and sends it to this phone as an encrypted push; for a
         *     transaction the phone computes the code itself. Errors: `pin_mismatch` with `attemptsLeft`, `pin_locked` after five
         *     wrong PINs in a row, `match_mismatch` with `attemptsLeft`, of which the third ends the authentication,
         *     `card_mismatch`, `authentication_closed`, `authentication_expired`, `authentication_not_found`,
         *     `subscription_not_active`.
         */
        post: operations["openAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authentications/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve an authentication
         * @description Proves the PIN and the two digits that the page of the relying party shows, which verifies the person: for the method
         *     `approve`, where no code exists. Errors: `pin_mismatch` with `attemptsLeft`, `pin_locked` after five wrong PINs in a
         *     row, `match_mismatch` with `attemptsLeft`, of which the third ends the authentication, `authentication_closed`,
         *     `authentication_expired`, `authentication_not_found`, `subscription_not_active`.
         */
        post: operations["approveAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authentications/{id}/envelope": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch the code
         * @description Returns the encrypted code, in case the push was lost. Errors: `envelope_not_ready` before the PIN was proven,
         *     `authentication_closed`, `authentication_expired`, `authentication_not_found`.
         */
        get: operations["getAuthenticationEnvelope"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authentications/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline an authentication
         * @description Declines the authentication, which closes it at once. Errors: `authentication_closed`, `authentication_expired`,
         *     `authentication_not_found`, `subscription_not_active` while the device is under test.
         */
        post: operations["declineAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/history/{id}/not-me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a past authentication was not the person
         * @description Says of an authentication in the history that it was not the person: for 60 minutes, starts of its relying party for
         *     this person wake no phone. One that is still open is declined. Saying it again changes nothing. Errors:
         *     `authentication_not_found`.
         */
        post: operations["reportNotMe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/authentications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the code of a test person
         * @description Returns what the phone of a test person shows. For tokens of test mode alone. Errors: `wrong_mode` for a live token,
         *     `authentication_not_found`, also for an authentication of another relying party and for a live one.
         */
        get: operations["getTestAuthentication"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/test-push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test push to this phone
         * @description Sends a visible push to this phone that says that it is a test, with the data `{ t: "push_test" }`: the app learns
         *     whether pushes reach it. Three in ten minutes and ten a day. Errors: `too_many_requests`, `nothing_to_change` when the
         *     service has no push token of this phone, for a Smart OTP, and for a phone that is still tested.
         */
        post: operations["sendTestPush"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gateways/sms/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what became of text messages
         * @description Takes what became of text messages that the broker at `SMS_HTTP_URL` took. The call is signed as Standard Webhooks
         *     says, with the same secret as the calls to the broker, within five minutes of its `webhook-timestamp`. Receipts are
         *     kept before the answer. The same receipt again, and one of a message that is unknown, get the same answer; after a
         *     5xx the whole call can be sent again. Errors: `signature_invalid`; `not_found` while no secret is configured.
         */
        post: operations["reportSmsReceipts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a hosted window
         * @description Creates a hosted window, valid for ten minutes and only in the browser that opens it first. With a token of test
         *     mode it verifies test persons, and says so. Errors:
         *     `invalid_request`, also for a return address that is not registered.
         */
        post: operations["createWindow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/windows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the result of a hosted window
         * @description Returns the state of a hosted window and its authentication, for the relying party's server. Errors:
         *     `window_not_found`, also for a window of another relying party.
         */
        get: operations["getWindow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/par": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Push an authorization request
         * @description Keeps an authorization request for one browser, for a minute (RFC 9126). Send the person to `/oauth2/authorize` with
         *     `client_id` and the `request_uri` of the answer. Errors are those of the authorization endpoint, as `error`.
         */
        post: operations["pushAuthorizationRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/userinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the claims of a verified person
         * @description Returns the claims of the person for whom the token stands, as far as its scopes release them.
         */
        get: operations["getUserinfo"];
        put?: never;
        /**
         * Get the claims of a verified person by POST
         * @description The same by POST, which some clients use (OpenID Connect Core 1.0, 5.3.1). The token may stand in the form (RFC 6750, 2.2), unless
         *     it is bound to a key.
         */
        post: operations["postUserinfo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an access token
         * @description Ends an access token that stands for a person (RFC 7009), and with it every other one of the same verification. A token
         *     that is unknown, expired or another client's is answered alike, with 200. So is a token of the client itself, which nothing
         *     revokes: it ends after five minutes.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look up an access token
         * @description Says whether one of the client's own access tokens is valid (RFC 7662).
         */
        post: operations["introspectToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/sms-permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List SMS permissions
         * @description Lists the relying parties for which SMS can be permitted, and the permissions that were given.
         */
        get: operations["listSmsPermissions"];
        put?: never;
        /**
         * Request an SMS permission
         * @description Requests a permission of SMS for one relying party. It takes effect only after the PIN was proven; a new request
         *     replaces an earlier one. Errors: `sms_not_permitted`, `relying_party_not_found`, `subscription_not_active`.
         */
        post: operations["requestSmsPermission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/sms-permissions/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an SMS permission
         * @description Proves the PIN and gives the permission; an earlier one for the same relying party ends. Errors: `pin_mismatch`
         *     with `attemptsLeft`, `pin_locked`, `pin_nonce_spent`, `sms_permission_not_found`, `sms_not_permitted`,
         *     `subscription_not_active`.
         */
        post: operations["confirmSmsPermission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/sms-permissions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End an SMS permission
         * @description Ends a permission early, and cancels the authentications whose codes were sent under it. Errors:
         *     `sms_permission_not_found`.
         */
        delete: operations["endSmsPermission"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/authenticators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the authenticators of this device
         * @description Lists the authenticators of this device, and whether wrong codes have locked them.
         */
        get: operations["listAuthenticators"];
        put?: never;
        /**
         * Enrol an authenticator
         * @description Gives this device a new secret, encrypted for its key, after the PIN was proven; an earlier secret becomes invalid.
         *     Errors: `invalid_request` for terms that are not current, `pin_mismatch` with `attemptsLeft`, `pin_locked`,
         *     `pin_nonce_spent`, `authenticator_not_possible`.
         */
        post: operations["enrolAuthenticator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/registrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List registrations at institutions
         * @description Lists the pending and the active registrations, newest first. A Smart OTP sees only the active ones on itself, and a
         *     device under test none.
         */
        get: operations["listOwnRegistrations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/registrations/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a registration
         * @description Confirms a registration with the PIN of the subscription’s own phone: from now on the institution may ask for codes
         *     of the device that it named. An earlier registration of the same person at the same institution ends. Errors:
         *     `pin_mismatch` with `attemptsLeft`, `pin_locked`, `registration_not_found`, `registration_closed` with `state`,
         *     `subscription_not_active`.
         */
        post: operations["confirmRegistration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/registrations/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline a registration
         * @description Declines the request of an institution. Errors: `registration_not_found`, `registration_closed` with `state`.
         */
        post: operations["declineRegistration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/registrations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a registration
         * @description Ends an active registration on any device of the subscription; a Smart OTP can end only its own. Errors:
         *     `registration_not_found`, `registration_closed` with `state`.
         */
        delete: operations["revokeOwnRegistration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the registrations of this institution
         * @description Lists the last hundred registrations that this institution requested, newest first.
         */
        get: operations["listRegistrations"];
        put?: never;
        /**
         * Register an authenticator
         * @description Asks a person to register the authenticator with this serial number at this institution. The person confirms it in
         *     the app within ten minutes. The answer does not reveal whether the person or the serial number exists. It counts
         *     against the same limits as a start. Errors: `invalid_request`, `idempotency_key_reused`, `idempotency_in_progress`,
         *     `too_many_requests` with `Retry-After`.
         */
        post: operations["createRegistration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registrations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a registration
         * @description Returns a registration with its state. Errors: `registration_not_found`.
         */
        get: operations["getRegistration"];
        put?: never;
        post?: never;
        /**
         * Revoke a registration
         * @description Ends a registration. Errors: `registration_not_found`, `registration_closed` with `state`.
         */
        delete: operations["revokeRegistration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/smart-otps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue a Smart OTP
         * @description Issues a Smart OTP of this institution to a person whose identity the institution has verified. The code enrols a
         *     device. An earlier Smart OTP of this institution stays valid until the new device has passed its test. A further
         *     request makes the earlier code invalid. Errors: `invalid_request`, `insufficient_scope` without a vendor code,
         *     `too_many_requests` with `Retry-After`.
         */
        post: operations["issueSmartOtp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/enrolment-codes/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check an enrolment code
         * @description Returns what an enrolment code would enrol, for the person to check before the PIN, and the documents to agree to. It
         *     spends nothing. The proof carries a new key as `jwk`, as that of an enrolment does. Errors: `device_proof_invalid`,
         *     `enrolment_code_invalid`, in the same words for an unknown, a used and an expired code.
         */
        post: operations["checkEnrolmentCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol the app
         * @description Enrols the app as a device, with an enrolment code. `signingKey` verifies the device proofs, and the service
         *     encrypts codes and secrets for `encryptionKey`. A test code follows by encrypted push. A repeat with the same code and
         *     keys, because no answer came, gets the same answer until the test is over. Errors: `device_proof_invalid`,
         *     `invalid_request`, `not_eligible` with `reasons`, `enrolment_code_invalid`.
         */
        post: operations["enrolDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish the device test
         * @description Completes the test: the device becomes active, and the earlier device of the subscription is revoked. The fifth
         *     wrong code revokes the device under test. Errors: `code_mismatch` with `attemptsLeft`, `attempts_exhausted`,
         *     `authentication_expired` after ten minutes, `device_test_closed`.
         */
        post: operations["finishDeviceTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/envelope": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch the test code
         * @description Returns the encrypted test code, in case the push was lost. Errors: `authentication_expired` after ten minutes,
         *     `device_test_closed`.
         */
        get: operations["getDeviceTestEnvelope"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how the device stands
         * @description Returns how the service knows this device, for the first screen of the app, which asks whenever it is opened and after
         *     a notice. It changes nothing, and spends no try of the PIN. Errors: `device_proof_invalid` once the device was
         *     revoked: another phone took its place, or the subscription has ended.
         */
        get: operations["getDevice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/push-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the key for Web Push
         * @description Returns the public key under which a browser subscribes to Web Push (VAPID, RFC 8292). An app asks at every start, and
         *     subscribes anew when the key is another one than that of its subscription. Errors: `not_found` where the service has
         *     no such key: then the app enrols with an empty `pushToken`.
         */
        get: operations["getPushKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/push-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Register a push token
         * @description Replaces the push token of the device, and with it the push service; an empty one ends its pushes.
         */
        put: operations["replacePushToken"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/pin-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a PIN check
         * @description Requests a PIN check, which the app needs before it changes the PIN or enrols an authenticator. It replaces an
         *     earlier one. Errors: `subscription_not_active`.
         */
        post: operations["requestPinCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/device/pin-check/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a PIN check
         * @description Checks the PIN. A wrong PIN counts as it does when an authentication is opened. Errors: `pin_mismatch` with
         *     `attemptsLeft`, `pin_locked` after five wrong PINs in a row, `pin_nonce_spent`.
         */
        post: operations["confirmPinCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the last twenty authentications
         * @description Lists the last twenty authentications of the subscription, newest first. A Smart OTP sees those that it was asked
         *     to sign; a device under test sees none.
         */
        get: operations["listHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/bc-authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a person on the phone (CIBA)
         * @description Asks a person on the phone, without a browser (OpenID Connect CIBA Core 1.0, modes poll and ping). The client shows the
         *     two digits of `pushguard_match`, and the person types them into the app, with the PIN. A number that nobody has, or
         *     that has no subscriber, answers the same and expires. Errors are JSON with `error` and `error_description`.
         */
        post: operations["beginBackchannelAuthentication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carrier/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report line events
         * @description Takes line events as CloudEvents 1.0: a single one (structured or binary mode) or a batch of at most 1,000 events
         *     and 1 MiB. `subject` is the line id, and the extension `sequence` an integer that increases with each event of the
         *     line. Types `pushguard.line.v1.…` with their data: `ported-out` `{ newCarrier }`, `owner-changed` `{ owner }`,
         *     `terminated`, `device-changed` `{ os, osVersion, formFactor, model }`, `plan-changed` `{ plan }`, `number-changed`
         *     `{ phoneNumber }`, `suspended`, `resumed`, `sim-swapped`; also CAMARA
         *     `org.camaraproject.sim-swap-subscriptions.v0.swapped`, with `{ phoneNumber }` or with `subject`. Outcomes: `applied`,
         *     `duplicate` (this source and id came before), `stale` (the sequence is not above the last one), `unknown_line`,
         *     `rejected`. A single event that is rejected answers 422 with a problem document, a batch 202 with a `problem` in its outcome. After a 5xx
         *     the whole request can be sent again. `OPTIONS` answers the handshake of CloudEvents senders.
         */
        post: operations["reportLineEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carrier/v1/lines/{lineId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the facts of a line
         * @description Replaces all facts of a line, and applies the differences to its subscription. A number that another line has moves
         *     to this one. Errors: `invalid_request`.
         */
        put: operations["replaceLine"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carrier/v1/lines/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reconcile with a snapshot
         * @description Takes a full snapshot as NDJSON, the facts of one line in each row of at most 16,384 characters, and returns
         *     NDJSON: progress, every line that differs, and a summary at the end. Nothing is changed before the whole snapshot
         *     has arrived and was compared. The report names the first 1,000 rejected lines; the summary counts all. A carrier whose
         *     name is not configured is named as `unknownCarrier` and ends nothing. An import that would end more than the
         *     operator allows (`IMPORT_MAX_ENDED`) changes nothing: its report is that of a dry run, with `ends` on the lines
         *     concerned, and its summary has `stopped: true`, `ended`, `limit` and `confirm`, which the query of the next import
         *     repeats to carry out exactly this. Errors: `payload_too_large` above 4 GiB, `import_in_progress`, `unsupported_media_type`,
         *     `invalid_request` for bytes that are no UTF-8.
         */
        post: operations["importLines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/loss-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a lost phone
         * @description Reports a lost phone from the app on any other phone, enrolled or not. The answer is the same for every person
         *     named. The subscription is suspended within a second, and the call centre contacts the subscriber. Limits of
         *     one address: 60 reports in ten minutes, 5 a day about one person and 20 a day about one number. Errors:
         *     `invalid_request`, `too_many_requests` with `Retry-After`.
         */
        post: operations["reportLoss"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/eligibility": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the eligibility of a line
         * @description Returns whether the line of the number can subscribe, and every rule that it does not meet. Errors:
         *     `invalid_request`, `service_unavailable` while the carrier's system does not answer.
         */
        get: operations["checkEligibility"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find subscriptions by number
         * @description Lists every subscription of the number, newest first. Errors: `invalid_request`.
         */
        get: operations["findSubscriptions"];
        put?: never;
        /**
         * Subscribe a line
         * @description Subscribes a line and returns the code that enrols its app. Errors: `not_eligible` with every rule that the line
         *     does not meet in `reasons`, `invalid_request`, `service_unavailable`; `too_many_requests` where one client joins many
         *     lines anew whose protection ended within 72 hours.
         */
        post: operations["subscribeLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a subscription
         * @description Cancels a subscription at once and for good; the person can subscribe again. While a SIM change or a report of loss
         *     stands, or within a hold of the line, it takes a client with the scope `operator.decide`, after another client
         *     requested it. Errors: `subscription_not_found`, `nothing_to_change`, `insufficient_scope`, `second_person_required`.
         */
        post: operations["cancelSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/report-loss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report the loss of a phone
         * @description Suspends a subscription because its phone is lost. Errors: `subscription_not_found`, `nothing_to_change`.
         */
        post: operations["reportSubscriptionLoss"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume after a loss
         * @description Lifts a reported loss, by a client with the scope `operator.decide`, after another client requested it. A suspension
         *     by the carrier is lifted by the carrier only, and a SIM change by no resume. Errors: `subscription_not_found`,
         *     `nothing_to_change`, `insufficient_scope`, `second_person_required`.
         */
        post: operations["resumeSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/unlock-pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlock the PIN
         * @description Unlocks the PIN of the active device for five more attempts, and tells the person: once in 24 hours alone, and then
         *     after another client requested it. Errors: `subscription_not_found`, `second_person_required`; `nothing_to_change` when
         *     no phone is in use; `pin_exhausted` after fifteen wrong PINs without a right one: the phone must be enrolled anew.
         */
        post: operations["unlockPin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/enrolment-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue an enrolment code
         * @description Issues an enrolment code for a new phone; earlier codes become invalid. In doubt it takes two clients, as cancelling
         *     does. Codes for subscriptions whose phone is in use are limited for each client and hour. Errors:
         *     `subscription_not_found`, `nothing_to_change` for a cancelled subscription, `insufficient_scope`,
         *     `second_person_required`, `too_many_requests`.
         */
        post: operations["issueEnrolmentCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request what takes two clients
         * @description Requests a deed that another client may then do, once, within 24 hours. A later suspension, another phone or the end
         *     of the subscription voids the request. The person is told of a request to cancel, at most five times a day for each
         *     client. Errors: `subscription_not_found`, `nothing_to_change` for a cancelled subscription, `too_many_requests`.
         */
        post: operations["requestDeed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the last twenty authentications of a subscription
         * @description Lists the last twenty authentications, newest first. Errors: `subscription_not_found`.
         */
        get: operations["listSubscriptionHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/history/{authentication}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what happened to one authentication
         * @description Returns what happened to one authentication of a subscription. Errors: `authentication_not_found`.
         */
        get: operations["getSubscriptionHistoryEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the phone of a subscription and its last pushes
         * @description Returns why nothing may arrive on the phone: its last contact, its push token, the answers to the last five pushes, and
         *     what else decides. Errors: `subscription_not_found`.
         */
        get: operations["getSubscriptionPhone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the audit of a subscription
         * @description Returns every action of operators on a subscription, and every change of it. Errors: `subscription_not_found`.
         */
        get: operations["getSubscriptionAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/subscriptions/{id}/reissues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the reissues of a subscription
         * @description Lists the last twenty reissues of a subscription, newest first. Errors: `subscription_not_found`.
         */
        get: operations["listReissues"];
        put?: never;
        /**
         * Apply for a reissue
         * @description Applies for a reissue that replaces a lost or broken phone. For a loss the subscription is suspended at once.
         *     Errors: `subscription_not_found`, `serial_number_mismatch`, `nothing_to_change` while another reissue is in
         *     progress or when the subscription never had a phone or has ended, `too_many_requests` after five applications of one
         *     client for one person in a day.
         */
        post: operations["applyForReissue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/reissues/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a reissue
         * @description Approves a reissue that another client, or at the desk another operator, applied for. The old device is revoked for
         *     good. Clients need the scope `operator.decide`. Errors: `reissue_not_found`, `reissue_closed`, `insufficient_scope`
         *     for the applicant.
         */
        post: operations["approveReissue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/reissues/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse a reissue
         * @description Refuses a reissue; who may approve it may refuse it. Errors: `reissue_not_found`, `reissue_closed`,
         *     `insufficient_scope` for the applicant.
         */
        post: operations["refuseReissue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/reissues/{id}/issue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue the code of a reissue
         * @description Issues the code that enrols the new phone, to be handed over or printed in an activation letter. Errors:
         *     `reissue_not_found`, `reissue_closed`, `insufficient_scope` for the client that approved it, and at the desk for
         *     operators other than the applicant.
         */
        post: operations["issueReissue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/reissues/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw a reissue
         * @description Withdraws a reissue that is in progress and invalidates its code. Errors: `reissue_not_found`, `reissue_closed`.
         */
        post: operations["withdrawReissue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the overview
         * @description Returns how the service stands: reports of loss and whether too many came, suspensions, what waits for a decision,
         *     and the relying parties of whose requests people said that they were not theirs. Counts only. Errors:
         *     `invalid_request` without a reason.
         */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operator/v1/charges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the charges of a month
         * @description Returns the charges of a month in won, as JSON or, with `Accept: text/csv`, as CSV: one row per subscription, and
         *     rows of earlier months that correct their charges. While `closedAt` is null, the amounts are those of the month so
         *     far. Errors: `invalid_request`.
         */
        get: operations["getCharges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get an access token
         * @description Issues an access token that is valid for five minutes: for the client itself (`client_credentials`), for a person who
         *     logged in (`authorization_code`), or for one who approved on the phone (`urn:openid:params:grant-type:ciba`; the call is
         *     held for up to 25 seconds). The client authenticates with
         *     `private_key_jwt`, `client_secret_basic` or `client_secret_post`; a public client names itself by `client_id`, for the
         *     authorization code flow alone. An empty parameter counts as left out, and an
         *     unknown one is ignored. With a proof in the `DPoP` header (RFC 9449) the token is bound to its key, and `token_type` is
         *     `DPoP`. A key of test mode gets a token of test mode, for the scopes `authentications` and `signing`.
         *     Errors are JSON with `error` and `error_description` (RFC 6749, 5.2): `invalid_client`,
         *     `unsupported_grant_type`, `invalid_scope`, `invalid_request`, `invalid_dpop_proof`; of the other two also
         *     `invalid_grant` and `unauthorized_client`, of CIBA `authorization_pending`, `slow_down`, `access_denied` and `expired_token`.
         */
        post: operations["getAccessToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/jwks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public keys of the service
         * @description Returns the public keys that verify assertions, id_tokens, envelopes and access tokens, as a JWK set (RFC 7517).
         */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the authorization server metadata
         * @description Returns the metadata of the authorization server (RFC 8414).
         */
        get: operations["getServerMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the same metadata at the address of OpenID Connect Discovery
         * @description Returns the same metadata, at the address of OpenID Connect Discovery, where many clients look by default.
         */
        get: operations["getOpenIdMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description Lists the endpoints of this client, oldest first.
         */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Add a webhook endpoint
         * @description Adds an address to which events of this client are sent, and returns the secret that signs them, which is not shown
         *     again. A client has at most ten endpoints. Errors: `invalid_request`, `webhook_url_refused` with `errors`,
         *     `webhook_endpoint_limit`, `idempotency_key_reused`.
         */
        post: operations["addWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook endpoint
         * @description Returns an endpoint. Errors: `webhook_endpoint_not_found`.
         */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description Deletes an endpoint with its secrets. An attempt that is under way ends; no other begins. Errors: `webhook_endpoint_not_found`.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description Changes the members that are given. Errors: `invalid_request`, `webhook_url_refused` with `errors`,
         *     `webhook_endpoint_not_found`.
         */
        patch: operations["changeWebhookEndpoint"];
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/secret/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret of a webhook endpoint
         * @description Makes a new secret, which is not shown again. Until the end of the grace both secrets sign every event, so that the
         *     receiver can be changed meanwhile. Errors: `invalid_request`, `webhook_endpoint_not_found`,
         *     `idempotency_key_reused`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Sends an example of a type to this endpoint, with `test: true` in its data. Limit: sixty a minute for one client.
         *     Errors: `invalid_request`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`, `too_many_requests` with
         *     `Retry-After`.
         */
        post: operations["sendTestEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send failed events again
         * @description Sends the events of a span again that this endpoint did not accept, at most 10,000 of them. Limit: ten a minute for one
         *     client, those for events that were never sent among them. Errors: `invalid_request`, `webhook_endpoint_not_found`,
         *     `webhook_endpoint_disabled`, `too_many_requests` with `Retry-After`.
         */
        post: operations["recoverWebhookEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/replay-missing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send events that were never sent
         * @description Sends the events of a span, of the types of this endpoint, that were never sent to it, because it was disabled or did
         *     not exist yet; at most 10,000 of them. Limit: ten a minute for one client, those for failed events among them. Errors:
         *     `invalid_request`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`, `too_many_requests` with `Retry-After`.
         */
        post: operations["replayMissingWebhookEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description Lists the events of this client of the last 30 days, the last first. With `after` it is a feed, the oldest first,
         *     which misses nothing: read it again with the `after` of its answer. Events are recorded since the client’s first
         *     endpoint, or since it first read them here. Errors: `invalid_request`, `webhook_event_not_found` for an `after` that
         *     is no longer kept.
         */
        get: operations["listWebhookEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-events/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the attempts to send an event
         * @description Lists the attempts to send an event to each endpoint, the last first. Errors: `webhook_event_not_found`.
         */
        get: operations["listWebhookAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-events/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event again
         * @description Sends an event again to one endpoint, with the same `webhook-id`. Limit: sixty a minute for one client. Errors:
         *     `invalid_request`, `webhook_event_not_found`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`,
         *     `too_many_requests` with `Retry-After`.
         */
        post: operations["resendWebhookEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List alerts
         * @description Lists what happened to the subscription from outside the phone, newest first, at most 50. A phone whose place
         *     another one took may read and answer alerts for 72 hours.
         */
        get: operations["listAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/alerts/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an alert
         * @description Confirms that the person did this. After a SIM change it lifts the suspension and the holds, unless a report of loss
         *     stands too. For a new phone it answers the code that enrols it. Errors: `alert_not_found`, `alert_closed`,
         *     `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
         */
        post: operations["confirmAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/app/v1/alerts/{id}/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Object to an alert
         * @description Objects: the person did not do this. It lifts a report of loss that was made without a login, stops a request for a
         *     new phone, a reissue or a cancellation, and suspends the subscription after an enrolment or an unlocked PIN. Errors:
         *     `alert_not_found`, `alert_closed`, `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
         */
        post: operations["objectToAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        TransactionFieldInput: {
            /** @description The name of the value, such as `받는 분`. 1 to 20 characters of visible text on one line, used exactly as sent. */
            label: string;
            /** @description The value, such as `홍길동`. 1 to 100 characters of visible text on one line, used exactly as sent. */
            value: string;
        };
        EndUser: {
            /**
             * @description The IP address (v4 or v6, also with a port) of the person's browser; the app shows it without the port, as said by
             *     the relying party. What is no address is dropped.
             */
            ip?: string;
            /**
             * @description The User-Agent header of the person's browser; the app shows the browser that it names, as said by the relying party.
             *     It is cut after 512 characters, and dropped when it is no text.
             */
            userAgent?: string;
        };
        StartRequest: {
            /** @description Required with `sign`, refused otherwise: the 1 to 10 fields that the app shows and the person signs, in this order. */
            transaction?: components["schemas"]["TransactionFieldInput"][];
            /** @description Why the person is asked; shown in the app. One line of 1 to 40 characters (Unicode code points). */
            purpose: string;
            /**
             * @description For an agency: the site that it serves, one line of 1 to 64 characters, the same for each start from this site. The
             *     limit of starts for one person (5 in ten minutes, 20 a day) then counts each site, within 30 in ten minutes for the
             *     agency. It is shown nowhere.
             */
            site?: string;
            /** @description Where the person is, as the relying party says; the app shows it so. What is no object is dropped. */
            endUser?: components["schemas"]["EndUser"];
            /**
             * @description How the person is verified. `push` (the default): the phone is woken, the person enters the PIN, and the app shows
             *     a code; a person who is not a subscriber gets the code by SMS. `otp`: the person reads the current six digits from
             *     the app, which needs no network. `sign`: the app computes eight digits from a transaction, for financial
             *     institutions (scope `signing`). `approve`: the phone is woken, and the person types the two digits that the page shows
             *     (`match`) and the PIN into the app, which verifies; there is no code, and nobody gets an SMS.
             * @enum {string}
             */
            method?: "approve" | "otp" | "push" | "sign";
            /**
             * @description With `push`: true for two digits, answered as `match`, that the page shows and the person types into the app before it
             *     opens. With the channel `sms` they are of no use. `approve` always has them; refused with `otp` and `sign`.
             */
            match?: boolean;
            /** @description The date of birth, YYMMDD. Not in the future. */
            birthDate: string;
            /**
             * @description The seventh digit of the resident registration number: century, sex and nationality. 1/2 were born in the 1900s,
             *     3/4 in the 2000s, 5/6 in the 1900s as foreigners, 7/8 in the 2000s as foreigners, 9/0 in the 1800s. Odd is male,
             *     even is female.
             */
            genderDigit: string;
            /** @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
            phoneNumber: string;
        };
        ResultResponse: {
            /** @description The id of the person at this relying party. Other relying parties get other ids. */
            subject: string;
            /** @description ISO 8601 date, such as `1990-01-01`. */
            birthDate: string;
            /**
             * @description As the seventh digit of the resident registration number says.
             * @enum {string}
             */
            gender: "female" | "male";
            /** @description True for a person who is registered in Korea as a foreigner. */
            foreigner: boolean;
            /** @description E.164, such as `+821012345678`. */
            phoneNumber: string;
            /** @description RFC 3339, UTC. */
            verifiedAt: string;
            /**
             * @description How the person was verified.
             * @enum {string}
             */
            channel: "approve" | "otp" | "push" | "sign" | "sms";
            /** @description Present only while true: the person's app was reissued recently after a loss or damage. Treat with caution. */
            recentlyReissued?: boolean;
            /** @description True for 240 hours after the SIM of the line was changed; otherwise left out. */
            recentSimChange?: boolean;
            /**
             * @description True for 72 hours after a phone was enrolled without the confirmation of the one before it, also after the first
             *     phone of a subscription; otherwise left out.
             */
            recentlyEnrolled?: boolean;
            /** @description Present and true in test mode alone: the person is a test person. */
            test?: boolean;
        };
        AuthenticationResponse: {
            /** @description Opaque. */
            id: string;
            /**
             * @description `push` or `sms` for the method `push`; otherwise the method. `sms` does not say whether a message was sent.
             * @enum {string}
             */
            channel: "approve" | "otp" | "push" | "sign" | "sms";
            /**
             * @description `pending` and `opened` (the PIN was entered) are open; every other state is final.
             * @enum {string}
             */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            /** @description RFC 3339, UTC: 180 seconds after the start. */
            expiresAt: string;
            /** @description Codes that can still be tried, of five. With `approve` no code is tried, so it stays 5. */
            attemptsLeft: number;
            /**
             * @description Two digits for the page to show beside the words that the person types them into the app. Present while `pending`,
             *     with `approve` and where the start had `match: true`, whether or not there is a phone that asks for them.
             */
            match?: string;
            /** @description Present once `verified`. */
            result?: components["schemas"]["ResultResponse"];
            /** @description Present and true in test mode alone. */
            test?: boolean;
        };
        VerificationRequest: {
            /** @description With `sign`: the transaction, exactly as it was sent at the start. With any difference the code is wrong. */
            transaction?: components["schemas"]["TransactionFieldInput"][];
            /**
             * @description The six digits that the person entered, or eight when a transaction was signed. Blanks, dashes, full-width digits and
             *     invisible characters are normalised.
             */
            code: string;
        };
        VerificationResponse: {
            /** @enum {string} */
            state: "verified";
            result: components["schemas"]["ResultResponse"];
            /**
             * @description The result as a compact JWS (ES256), signed by a key of `/oauth2/jwks`. `aud` is the client id, `jti` the
             *     authentication id.
             */
            assertion: string;
        };
        RelyingPartyName: {
            name: string;
        };
        EndUserResponse: {
            ip?: string;
            userAgent?: string;
        };
        CallerResponse: {
            /**
             * @description What the code serves: `cancel` ends the subscription, `unlock_pin` unlocks the PIN.
             * @enum {string}
             */
            deed: "cancel" | "unlock_pin";
        };
        PendingResponse: {
            /** @description Why the person is asked; shown in the app. One line of 1 to 40 characters (Unicode code points). */
            purpose: string;
            id: string;
            relyingParty: components["schemas"]["RelyingPartyName"];
            /** @description RFC 3339, UTC. */
            requestedAt: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
            /** @description The browser in which the person uses the window; null when the relying party did not send it. */
            endUser: components["schemas"]["EndUserResponse"] | null;
            /** @description Part of the PIN proof. */
            nonce: string;
            /** @enum {string} */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            /** @description The transaction to sign, to be shown exactly as it is. Present only with the channel `sign`. */
            transaction?: components["schemas"]["TransactionFieldInput"][];
            /** @description True if the person must tap a card in addition to the PIN. Present only with the channel `sign`. */
            card?: boolean;
            /**
             * @description True if the app asks for the two digits that the page of the relying party shows, typed and not chosen. Present only
             *     where it is true.
             */
            match?: boolean;
            /**
             * @description Present only with the method `approve`: the app calls `…/approve` in place of `…/open`, and no code follows.
             * @enum {string}
             */
            method?: "approve";
            /**
             * @description True for a start that rang no phone, because too many were made for this person or the person said within the last
             *     hour that it was not them. The person may open it. Present only where it is true.
             */
            held?: boolean;
            /**
             * @description Present only where the call centre asks whether the person called it. The app first asks the person so; `no` declines
             *     with `not_me`, and only `yes` leads to the PIN. The person reads the code to the operator, and types it nowhere.
             */
            caller?: components["schemas"]["CallerResponse"];
        };
        OpenRequest: {
            /**
             * @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the authentication, the device and the
             *     nonce.
             */
            pinProof: string;
            /**
             * @description Required when the device belongs to a card: base64url ES256 signature by the card's key over the authentication,
             *     the device, the nonce and the digest of the transaction.
             */
            cardProof?: string;
            /**
             * @description Required where the pending authentication says `match`, refused otherwise: the two digits that the page of the relying
             *     party shows, as the person typed them.
             */
            match?: string;
        };
        OpenedResponse: {
            /** @enum {string} */
            state: "opened";
        };
        ApproveRequest: {
            /**
             * @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the authentication, the device, the nonce and
             *     `match`.
             */
            pinProof: string;
            /** @description The two digits that the page of the relying party shows, as the person typed them. */
            match: string;
        };
        ApprovedResponse: {
            /** @enum {string} */
            state: "verified";
        };
        CodeEnvelopeResponse: {
            /** @description Compact JWE (ECDH-ES, A256GCM) for the device's encryption key; its content is a JWS (ES256) by the service. */
            envelope: string;
        };
        DeclineRequest: {
            /**
             * @description `not_me`: the person did not start this. `cancelled`: the person no longer wants it. `wrong_details`: the details
             *     shown are wrong.
             * @enum {string}
             */
            reason: "cancelled" | "not_me" | "wrong_details";
        };
        TestAuthenticationResponse: {
            /** @description Opaque. */
            id: string;
            /**
             * @description As in `GET /v1/authentications/{id}`.
             * @enum {string}
             */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            /**
             * @description The code that the test person would read: six digits, or eight for a transaction. Null before the request is opened,
             *     after the end, and where no code is right.
             */
            code: string | null;
            /** @description RFC 3339, UTC: when the test person opens the request in the app; null where nothing is opened. */
            opensAt: string | null;
        };
        SmsReceiptInput: {
            /**
             * @description The id that the broker answered when it took the message; the message’s `id` if the answer had none.
             * @example b7f0c1d2
             */
            messageId: string;
            /**
             * @description What became of the message. `accepted` and `unknown` are no result yet; after each of the others, a further receipt
             *     changes nothing.
             * @example delivered
             * @enum {string}
             */
            state: "accepted" | "deleted" | "delivered" | "expired" | "rejected" | "undeliverable" | "unknown";
        };
        SmsReceiptsRequest: {
            /** @description At most 100. */
            receipts: components["schemas"]["SmsReceiptInput"][];
        };
        OpenWindowRequest: {
            /** @description Why the person is asked; shown in the app. One line of 1 to 40 characters (Unicode code points). */
            purpose: string;
            /**
             * @description The language of the window: a language tag such as `ko-KR`, of which the language counts.
             * @default ko
             * @example ko
             * @enum {string}
             */
            locale: "en" | "ko";
            /** @description Where the browser goes when the window closes. Must equal a return address registered for the relying party. */
            returnUrl: string;
            /** @description Comes back with the browser in the query, so that the relying party recognises its request. 1 to 512 characters. */
            state: string;
            /**
             * @description The method with which the window begins. `push` (the default): the phone is woken, the person enters the PIN, and
             *     the app shows a code; a person who is not a subscriber gets the code by SMS. `otp`: the person reads the current
             *     six digits from the app. The person may change to the other method once.
             * @enum {string}
             */
            method?: "otp" | "push";
            /**
             * @description True for a window that shows two digits, which the person types into the app before it opens. It counts where the
             *     person is asked by push.
             */
            match?: boolean;
            /**
             * @description The person's name as the relying party knows it, one line of 1 to 40 characters (Unicode code points). The window
             *     shows it masked (`홍*동`) beside the number, to say whose one-time password it asks for. It is not verified.
             */
            name?: string;
        };
        OpenWindowResponse: {
            /** @description Opaque. */
            windowId: string;
            /** @description The page to open in the person's browser. */
            url: string;
            /** @description RFC 3339, UTC: ten minutes after the window was created. */
            expiresAt: string;
        };
        WindowResponse: {
            /**
             * @description `closed` once the authentication has ended, `expired` when none was started in time.
             * @enum {string}
             */
            state: "closed" | "expired" | "open";
            /** @description Null until the person has started one. */
            authentication: components["schemas"]["AuthenticationResponse"] | null;
        };
        PushedAuthorizationRequest: {
            /** @description `code` */
            response_type?: string;
            /** @description One of the return addresses registered for the client, exactly as registered. */
            redirect_uri?: string;
            /** @description `openid`; also `profile`, `phone`, `kr_identity`, `kr_di`, and scopes of network APIs that an operator granted, with one `dpv:` purpose. */
            scope?: string;
            /** @description Comes back unchanged. At most 4096 characters. */
            state?: string;
            /** @description Stands in the id_token. At most 256 characters. */
            nonce?: string;
            /** @description `query`, which is the default, or `form_post`. */
            response_mode?: string;
            /** @description The SHA-256 of the verifier in base64url (RFC 7636). Without it, `nonce` is required. */
            code_challenge?: string;
            /** @description `S256` */
            code_challenge_method?: string;
            /** @description An id_token of this service for the client, of any age: another person than its own is answered with `login_required`. */
            id_token_hint?: string;
            /** @description The thumbprint of the key to which the code is bound (RFC 9449, 10). The key of a proof in the `DPoP` header is meant without it. */
            dpop_jkt?: string;
            /** @description `login` or nothing. `none` is answered with `login_required`, because no session is kept. */
            prompt?: string;
            /** @description Seconds within which the browser is back after the verification: 30 to 120. The id_token has `auth_time`. */
            max_age?: string;
            /** @description The language of the window, such as `ko` or `en`. */
            ui_locales?: string;
            /** @description `push` or `otp`: the method with which the window begins. */
            acr_values?: string;
            /** @description Single claims, as JSON (OpenID Connect Core 1.0, 5.5). */
            claims?: string;
            /** @description Why the person is asked, shown in the window and in the app. At most 40 characters. That of a public client is not shown. */
            purpose?: string;
            /** @description All other parameters, signed by the client (RFC 9101) with ES256 or PS256. */
            request?: string;
            /** @description Not allowed here. */
            request_uri?: string;
            /** @description Not supported. */
            registration?: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
            client_assertion_type?: string;
            /** @description A `private_key_jwt` assertion signed with ES256, PS256 or EdDSA, with the issuer as `aud`. */
            client_assertion?: string;
            /** @description Needed with `client_secret`, and of a public client. With another way to authenticate it must name the same client. */
            client_id?: string;
            /** @description The secret of `client_id` (`client_secret_post`). */
            client_secret?: string;
        };
        PushedAuthorizationResponse: {
            /** @description Send it as `request_uri` to the authorization endpoint, once. */
            request_uri: string;
            /** @description Seconds for which it waits for its browser. */
            expires_in: number;
        };
        UserinfoResponse: {
            /** @description True for a day after the app was reissued after a loss. */
            "urn:pushguard:recently_reissued"?: boolean;
            /** @description True for a while after the SIM of the line was changed. */
            "urn:pushguard:recent_sim_change"?: boolean;
            /** @description True for 72 hours after a phone was enrolled that the phone before it did not confirm. */
            "urn:pushguard:recently_enrolled"?: boolean;
            /** @description Scope `kr_identity`. */
            "urn:pushguard:foreigner"?: boolean;
            /** @description How the person was verified. Scope `kr_identity`. */
            "urn:pushguard:channel"?: string;
            /** @description Only by the `claims` parameter: whether the person is 19 or older. */
            "urn:pushguard:age_over_19"?: boolean;
            /** @description The person's id at this client, as in the id_token. */
            sub: string;
            /** @description `YYYY-MM-DD`. Scope `profile`. */
            birthdate?: string;
            /**
             * @description Scope `profile`.
             * @enum {string}
             */
            gender?: "female" | "male";
            /** @description E.164. Scope `phone`. */
            phone_number?: string;
            /** @description True. Scope `phone`. */
            phone_number_verified?: boolean;
            /** @description 64 characters of base64: the same person in one sector has one value. Scope `kr_di`. */
            di?: string;
        };
        UserinfoRequest: {
            /** @description The access token, where it is not in the `Authorization` header. */
            access_token?: string;
        };
        AboutTokenRequest: {
            /** @description The access token. */
            token: string;
            /** @description Ignored: there is one kind of token. */
            token_type_hint?: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
            client_assertion_type?: string;
            /** @description A `private_key_jwt` assertion signed with ES256, PS256 or EdDSA, with the issuer as `aud`. */
            client_assertion?: string;
            /** @description Needed with `client_secret`, and of a public client. With another way to authenticate it must name the same client. */
            client_id?: string;
            /** @description The secret of `client_id` (`client_secret_post`). */
            client_secret?: string;
        };
        BoundKey: {
            /** @description SHA-256 thumbprint in base64url (RFC 7638). */
            jkt: string;
        };
        IntrospectionResponse: {
            /** @description False for a token that is expired, revoked, another client's or none at all; then nothing else is said. */
            active: boolean;
            iss?: string;
            aud?: string;
            sub?: string;
            client_id?: string;
            scope?: string;
            /** @description `Bearer`, or `DPoP` for a token that is bound to a key. */
            token_type?: string;
            /** @description The thumbprint of that key (RFC 9449, 6.1). */
            cnf?: components["schemas"]["BoundKey"];
            /** @description Seconds since 1970. */
            iat?: number;
            /** @description Seconds since 1970. */
            exp?: number;
            jti?: string;
        };
        AskingPartyResponse: {
            id: string;
            name: string;
            /** @description True when the relying party accepts no codes by SMS, so SMS cannot be permitted for it. */
            refusesSms: boolean;
        };
        GivenPermissionResponse: {
            id: string;
            relyingParty: components["schemas"]["RelyingPartyName"];
            /** @description RFC 3339, UTC. */
            permittedAt: string;
            /** @description RFC 3339, UTC: when the permission ends or ended. */
            endsAt: string;
            /** @description True while the permission is in force. */
            active: boolean;
        };
        SmsPermissionsResponse: {
            /** @description How long a permission lasts, in minutes; 0 when the service permits none. */
            minutes: number;
            /** @description The last twenty relying parties that asked for this person. */
            relyingParties: components["schemas"]["AskingPartyResponse"][];
            /** @description The last twenty permissions, newest first. */
            permissions: components["schemas"]["GivenPermissionResponse"][];
        };
        SmsPermissionRequest: {
            /** @description An id from `relyingParties` of `GET /app/v1/sms-permissions`. */
            relyingPartyId: string;
        };
        AskedSmsPermissionResponse: {
            id: string;
            relyingParty: components["schemas"]["RelyingPartyName"];
            /** @description Part of the PIN proof. */
            nonce: string;
            /** @description RFC 3339, UTC: the end of the time in which the PIN can be proven. */
            expiresAt: string;
        };
        ConfirmSmsRequest: {
            /** @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the permission, the device and the nonce. */
            pinProof: string;
        };
        PermittedSmsResponse: {
            /** @description RFC 3339, UTC. */
            endsAt: string;
        };
        AuthenticatorResponse: {
            /** @enum {string} */
            kind: "otp" | "sign";
            /** @description The serial number of the device, in the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description The code that the person gives an institution together with the serial number, to register the authenticator. */
            vendorCode: string;
            /** @description The institution that issued the authenticator; null for the service itself. */
            issuer: components["schemas"]["RelyingPartyName"] | null;
            /** @description True after five wrong codes in a row, until an authentication by push or SMS succeeds. */
            locked: boolean;
            /** @description RFC 3339, UTC. */
            createdAt: string;
        };
        EnrolAuthenticatorRequest: {
            /**
             * @description `otp` for the subscription's own phone, `sign` for a device that was enrolled with an institution's code.
             * @enum {string}
             */
            kind: "otp" | "sign";
            /** @description The version of the terms that the person accepted. */
            terms: string;
            /** @description The `id` from `POST /app/v1/device/pin-check`. */
            pinCheckId: string;
            /** @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the PIN check, the device and the nonce. */
            pinProof: string;
        };
        EnrolledAuthenticatorResponse: {
            /** @enum {string} */
            kind: "otp" | "sign";
            /** @description The serial number of the device, in the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description The code of the vendor that issued the authenticator, 2 to 8 characters of A-Z and 0-9. */
            vendorCode: string;
            /**
             * @description Compact JWE for the device's encryption key; its content is a JWS by the service over `{ v: 1, deviceId, kind,
             *     secret }`.
             */
            envelope: string;
        };
        RegisteredDevice: {
            /** @description The name that the person gave the device. */
            name: string;
            serialNumber: string;
        };
        OwnRegistrationResponse: {
            id: string;
            relyingParty: components["schemas"]["RelyingPartyName"];
            /** @enum {string} */
            state: "active" | "pending";
            device: components["schemas"]["RegisteredDevice"];
            /** @description RFC 3339, UTC. */
            requestedAt: string;
            /** @description RFC 3339, UTC: the end of the time in which a `pending` registration can be confirmed. */
            expiresAt: string;
            /** @description RFC 3339, UTC; null while `pending`. */
            confirmedAt: string | null;
            /** @description Part of the PIN proof. */
            nonce: string;
        };
        ConfirmRegistrationRequest: {
            /** @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the registration, the device and the nonce. */
            pinProof: string;
        };
        ConfirmedRegistrationResponse: {
            /** @enum {string} */
            state: "active";
        };
        RegistrationRequest: {
            /** @description The serial number that the app shows, in the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description The vendor code that the app shows beside the serial number. */
            vendorCode: string;
            /** @description The date of birth, YYMMDD. Not in the future. */
            birthDate: string;
            /**
             * @description The seventh digit of the resident registration number: century, sex and nationality. 1/2 were born in the 1900s,
             *     3/4 in the 2000s, 5/6 in the 1900s as foreigners, 7/8 in the 2000s as foreigners, 9/0 in the 1800s. Odd is male,
             *     even is female.
             */
            genderDigit: string;
            /** @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
            phoneNumber: string;
        };
        RegistrationResponse: {
            /** @description Opaque. */
            id: string;
            /**
             * @description `active` once the person confirmed it in the app.
             * @enum {string}
             */
            state: "active" | "declined" | "expired" | "pending" | "revoked";
            /** @description RFC 3339, UTC. */
            requestedAt: string;
            /** @description RFC 3339, UTC: the end of the ten minutes in which the person can confirm it in the app. */
            expiresAt: string;
        };
        JwkInput: {
            /** @enum {string} */
            kty: "EC";
            /** @enum {string} */
            crv: "P-256";
            /** @description 32 bytes in base64url. */
            x: string;
            /** @description 32 bytes in base64url. */
            y: string;
            /** @description Like `use`, `kid`, `ext` and `key_ops`: libraries add it to an exported key, and the service ignores it. */
            alg?: string;
            use?: string;
            kid?: string;
            ext?: boolean;
            key_ops?: string[];
        };
        IssueSmartOtpRequest: {
            /** @description The public key of the card that the person must tap to sign, if the institution issues one. */
            cardKey?: components["schemas"]["JwkInput"];
            /** @description The date of birth, YYMMDD. Not in the future. */
            birthDate: string;
            /**
             * @description The seventh digit of the resident registration number: century, sex and nationality. 1/2 were born in the 1900s,
             *     3/4 in the 2000s, 5/6 in the 1900s as foreigners, 7/8 in the 2000s as foreigners, 9/0 in the 1800s. Odd is male,
             *     even is female.
             */
            genderDigit: string;
            /** @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
            phoneNumber: string;
        };
        IssuedSmartOtpResponse: {
            /** @description 20 Base32 characters in four groups, valid once and for ten minutes. */
            enrolmentCode: string;
            /** @description The content of the QR code. */
            enrolmentUri: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
            /** @description The vendor code of this institution. */
            vendorCode: string;
        };
        EnrolmentCodeRequest: {
            /** @description 20 Base32 characters in four groups; case, dashes, blanks and invisible characters are ignored. */
            enrolmentCode: string;
        };
        ShownDocument: {
            /** @enum {string} */
            document: "privacy" | "terms";
            /** @description The day from which this version is in effect. */
            version: string;
            /** @description The page of this version. */
            url: string;
        };
        KeptDays: {
            /** @description The history of authentications. */
            history: number;
            /** @description Contract, consents and fees, counted from the end of the subscription. */
            personalData: number;
        };
        EnrolmentCodeResponse: {
            /**
             * @description `phone`: the subscription’s own phone. `smart_otp`: an institution’s Smart OTP.
             * @enum {string}
             */
            kind: "phone" | "smart_otp";
            /** @description The number of the line, masked: `010-****-5678`. */
            phoneNumber: string;
            /** @description The serial number that the device will have, in the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
            /** @description The documents to which the person has to agree, in the versions that are in effect. */
            documents: components["schemas"]["ShownDocument"][];
            /** @description Days for which the service keeps the data, for the text of the consent. */
            keptDays: components["schemas"]["KeptDays"];
        };
        ConsentInput: {
            /**
             * @description The language in which the person read.
             * @enum {string}
             */
            locale: "en" | "ko";
            /** @description The version of the terms, from `POST /app/v1/enrolment-codes/check`. */
            terms: string;
            /** @description The version of the privacy policy. */
            privacy: string;
        };
        EnrolRequest: {
            /** @description 20 Base32 characters in four groups; case, dashes, blanks and invisible characters are ignored. */
            enrolmentCode: string;
            signingKey: components["schemas"]["JwkInput"];
            encryptionKey: components["schemas"]["JwkInput"];
            /** @description 32 bytes in base64url: the key that the PIN unwraps on the phone. */
            knowledgeKey: string;
            /**
             * @description The system of the phone. A native app's pushes go through FCM for `android`, and through APNs for `ios`.
             * @enum {string}
             */
            platform: "android" | "ios";
            /**
             * @description Tablets are refused with `not_eligible`.
             * @enum {string}
             */
            formFactor: "phone" | "tablet";
            /** @description Numbers separated by dots, such as `17.4.1`. */
            osVersion: string;
            /** @description The version of the app, 1 to 32 characters. */
            appVersion: string;
            /**
             * @description The token that FCM or APNs gave the app. An app in a browser sends its subscription to Web Push as JSON, at most 4,096
             *     characters: `endpoint` and `keys` as `PushSubscription.toJSON()` has them, and `applicationServerKey`, the key of
             *     `GET /app/v1/push-key` in base64url. Empty: the app gets no push, and asks the service itself.
             */
            pushToken: string;
            /**
             * @description The person's name for the phone, one line of 1 to 64 visible characters. Direction marks, and joiners outside of an
             *     emoji, are dropped.
             */
            name: string;
            /**
             * @description What the person agreed to in the app, recorded when the device has passed its test. Other versions than those in effect
             *     are refused with `invalid_request`. Left out by an app that asks elsewhere.
             */
            consent?: components["schemas"]["ConsentInput"];
        };
        EnrolResponse: {
            deviceId: string;
            /** @description In the form `PG-0000-0000-0000`; other devices never get the same. */
            serialNumber: string;
            /** @enum {string} */
            state: "testing";
        };
        TestRequest: {
            /** @description The six digits from the encrypted push. */
            code: string;
        };
        TestResponse: {
            deviceId: string;
            /** @enum {string} */
            state: "active";
        };
        EnvelopeResponse: {
            /** @description Compact JWE (ECDH-ES, A256GCM) for the device's encryption key; its content is a JWS (ES256) by the service. */
            envelope: string;
        };
        DeviceResponse: {
            /**
             * @description `testing` until the test code was sent back.
             * @enum {string}
             */
            state: "active" | "revoked" | "testing";
            /** @description In the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description True after five wrong PINs in a row, until the call centre unlocks the PIN or the app is enrolled again. */
            pinLocked: boolean;
            /** @description True after fifteen wrong PINs without a right one: the PIN cannot be unlocked. Present only while true. */
            pinExhausted?: boolean;
            /**
             * @description False while the service has no push token of this device: it never had one, or the push service reported it dead. The
             *     app then registers its token again.
             */
            pushes: boolean;
            /**
             * @description `awaiting_device`: protection begins when the test is finished. `suspended`: no request can be opened.
             * @enum {string}
             */
            subscription: "active" | "awaiting_device" | "cancelled" | "suspended";
            /** @description The protected number, `010-****-5678`. Absent for a Smart OTP, and while the line has no number. */
            maskedPhoneNumber?: string;
        };
        PushKeyResponse: {
            /** @description The uncompressed point on P-256, 65 bytes in base64url: `applicationServerKey` of `pushManager.subscribe()`. */
            applicationServerKey: string;
        };
        PushTokenRequest: {
            /**
             * @description The token that FCM or APNs gave the app. An app in a browser sends its subscription to Web Push as JSON, at most 4,096
             *     characters: `endpoint` and `keys` as `PushSubscription.toJSON()` has them, and `applicationServerKey`, the key of
             *     `GET /app/v1/push-key` in base64url. Empty: the app gets no push, and asks the service itself.
             */
            pushToken: string;
        };
        PinCheckResponse: {
            id: string;
            /** @description Part of the PIN proof. */
            nonce: string;
            /** @description RFC 3339, UTC: three minutes after the request. */
            expiresAt: string;
        };
        PinCheckRequest: {
            /** @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the PIN check, the device and the nonce. */
            pinProof: string;
        };
        HistoryRelyingParty: {
            name: string;
        };
        HistoryResponse: {
            id: string;
            requestedAt: string;
            relyingParty: components["schemas"]["HistoryRelyingParty"];
            purpose: string;
            /** @enum {string} */
            channel: "approve" | "otp" | "push" | "sign" | "sms";
            /** @enum {string} */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            closedAt: string | null;
            /** @description The name of the device that answered; null when none did. */
            device: string | null;
            /** @description `not_me`: the person said that it was not them. Present only where there is one. */
            flags?: "not_me"[];
        };
        BackchannelRequest: {
            /** @description A signed request (CIBA Core 1.0, 7.1.1), with the other parameters as its claims. */
            request?: string;
            /** @description `openid` and further scopes, separated by spaces. */
            scope?: string;
            /** @description The person: `tel:+821012345678;x-birthdate=900101;x-gender-digit=1`. */
            login_hint?: string;
            /** @description An id_token that this service issued to the client: the same person again. */
            id_token_hint?: string;
            /** @description Not supported. */
            login_hint_token?: string;
            /**
             * @description At most 20 characters that the app shows. Two digits are the match number itself, for a client that cannot show
             *     `pushguard_match`.
             */
            binding_message?: string;
            /** @description Needed in ping mode: 22 to 1024 characters; the bearer token of the ping. */
            client_notification_token?: string;
            /** @description A wish, which never refuses a request. The answer says how the person was verified. */
            acr_values?: string;
            /** @description Seconds for which the request is valid; 60 to 180. */
            requested_expiry?: string;
            /** @description Single claims of the id_token, as JSON (OpenID Connect Core 1.0, 5.5). */
            claims?: string;
            /** @description The issuer, if anything (RFC 8707). */
            resource?: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
            client_assertion_type?: string;
            /** @description A `private_key_jwt` assertion signed with ES256, PS256 or EdDSA, with the issuer as `aud`. */
            client_assertion?: string;
            /** @description Needed with `client_secret`, and of a public client. With another way to authenticate it must name the same client. */
            client_id?: string;
            /** @description The secret of `client_id` (`client_secret_post`). */
            client_secret?: string;
        };
        BackchannelResponse: {
            /** @description The id of the request, for `grant_type=urn:openid:params:grant-type:ciba`. */
            auth_req_id: string;
            /** @description Seconds until the request expires. */
            expires_in: number;
            /** @description Seconds that the client waits between two polls. */
            interval: number;
            /** @description The two digits that the client shows and the person types into the app. */
            pushguard_match: string;
        };
        CloudEventRequest: {
            /** @description Rises with each event of the line: an integer below 2^63, as a number or as a text of digits. */
            sequence?: number | string;
            /** @description What the type says. Types without data leave it out. */
            data?: components["schemas"]["PortedOutData"] | components["schemas"]["OwnerChangedData"] | components["schemas"]["HandsetInput"] | components["schemas"]["PlanChangedData"] | components["schemas"]["NumberChangedData"];
            /**
             * @description The version of CloudEvents.
             * @enum {string}
             */
            specversion: "1.0";
            /** @description The id of the event, unique for its source. */
            id: string;
            /** @description The system that the event comes from, as a URI reference. */
            source: string;
            /** @description `pushguard.line.v1.…`, or `org.camaraproject.sim-swap-subscriptions.v0.swapped`. */
            type: string;
            /** @description The id of the line. CAMARA's events may name the number in their data instead, which then counts alone. */
            subject?: string;
            /** @description When it happened, RFC 3339. */
            time: string;
            /** @description `application/json`, also when left out. */
            datacontenttype?: string;
            /** @description The data in Base64, instead of `data`. */
            data_base64?: string;
        };
        OutcomeResponse: {
            /** @description A problem document (RFC 9457). Present only with `rejected`. */
            problem?: components["schemas"]["Problem"];
            /** @enum {string} */
            outcome: "applied" | "duplicate" | "rejected" | "stale" | "unknown_line";
        };
        BatchOutcome: {
            /** @description A problem document (RFC 9457). Present only with `rejected`. */
            problem?: components["schemas"]["Problem"];
            /** @enum {string} */
            outcome: "applied" | "duplicate" | "rejected" | "stale" | "unknown_line";
            /** @description The `id` of the event; null when it could not be read. */
            id: string | null;
        };
        BatchResponse: {
            outcomes: components["schemas"]["BatchOutcome"][];
        };
        PortedOutData: {
            newCarrier: string;
        };
        OwnerInput: {
            /** @description The date of birth, YYMMDD. Not in the future. */
            birthDate: string;
            /** @description The seventh digit of the resident registration number. */
            genderDigit: string;
        };
        OwnerChangedData: {
            owner: components["schemas"]["OwnerInput"];
        };
        HandsetInput: {
            /** @description `android`, `ios` or any other name; compared without case and outer blanks. */
            os: string;
            /** @description Numbers separated by dots, such as `17.4.1`. */
            osVersion: string;
            /** @enum {string} */
            formFactor: "phone" | "tablet";
            /** @description Compared without case and outer blanks. */
            model?: string;
        };
        PlanChangedData: {
            /** @enum {string} */
            plan: "m2m" | "postpaid" | "prepaid";
        };
        NumberChangedData: {
            phoneNumber: string;
        };
        LineInput: {
            /** @description Optional; must equal the line id in the address. */
            lineId?: string;
            /** @description A Korean mobile number with or without hyphens, or E.164. */
            phoneNumber: string;
            /** @description The carrier's name; compared without case and outer blanks. */
            carrier: string;
            /** @enum {string} */
            status: "active" | "suspended" | "terminated";
            /**
             * @description `self` for a contract in the subscriber's own name, `corporate` for a company's, `other_party` for another person's.
             * @enum {string}
             */
            holder: "corporate" | "other_party" | "self";
            owner: components["schemas"]["OwnerInput"];
            /** @enum {string} */
            plan: "m2m" | "postpaid" | "prepaid";
            handset: components["schemas"]["HandsetInput"];
        };
        LineResponse: {
            lineId: string;
            /** @enum {string} */
            outcome: "added" | "changed" | "newer_held" | "same";
            /** @description The facts that differed from the stored ones. */
            differences: string[];
        };
        NamedPersonRequest: {
            /** @description The date of birth, YYMMDD. Not in the future. */
            birthDate: string;
            /**
             * @description The seventh digit of the resident registration number: century, sex and nationality. 1/2 were born in the 1900s,
             *     3/4 in the 2000s, 5/6 in the 1900s as foreigners, 7/8 in the 2000s as foreigners, 9/0 in the 1800s. Odd is male,
             *     even is female.
             */
            genderDigit: string;
            /** @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
            phoneNumber: string;
        };
        LossReportResponse: {
            /** @enum {string} */
            state: "taken_down";
        };
        ReasonResponse: {
            /** @description The rule that the line does not meet. */
            code: string;
            /** @description The rule in Korean and in English. */
            message: string;
        };
        MaskedLineResponse: {
            /** @description Masked, such as `010-****-5678`. */
            phoneNumber: string;
            carrier: string;
            /** @description `active`, `suspended` or `terminated`. */
            status: string;
            /** @description `self`, `corporate` or `other_party`. */
            holder: string;
            /** @description `postpaid`, `prepaid` or `m2m`. */
            plan: string;
            os: string;
            osVersion: string;
        };
        EligibilityResponse: {
            eligible: boolean;
            /** @description Every rule that the line does not meet. */
            reasons: components["schemas"]["ReasonResponse"][];
            /** @description Null when the carrier does not know the number. */
            line: components["schemas"]["MaskedLineResponse"] | null;
        };
        SubscribeRequest: {
            /** @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
            phoneNumber: string;
            /** @description The reason for this action, kept in the audit: one line of 1 to 200 characters. */
            reason: string;
        };
        EnrolmentResponse: {
            subscriptionId: string;
            /** @description 20 Base32 characters in four groups, valid once and for ten minutes. */
            enrolmentCode: string;
            /** @description The content of the QR code. */
            enrolmentUri: string;
        };
        EnrolledDeviceResponse: {
            /** @description In the form `PG-0000-0000-0000`. */
            serialNumber: string;
            /** @description The person's name for the phone, masked. */
            name: string;
            platform: string;
            osVersion: string;
            appVersion: string;
            state: string;
            /** @description True after five wrong PINs in a row, until the PIN is unlocked. */
            pinLocked: boolean;
            /** @description True after fifteen wrong PINs without a right one: the PIN cannot be unlocked. Present only while true. */
            pinExhausted?: boolean;
            /** @description RFC 3339, UTC. */
            enrolledAt: string;
        };
        SubscriptionResponse: {
            subscriptionId: string;
            /** @enum {string} */
            state: "active" | "awaiting_device" | "cancelled" | "suspended";
            /** @description Every suspension that must be lifted before the subscription is active again. */
            suspensions: ("line_suspended" | "loss_reported" | "sim_swapped")[];
            /**
             * @description Why the subscription is suspended or was cancelled; null otherwise.
             * @enum {string|null}
             */
            reason: "call_centre" | "ineligible_plan" | "line_suspended" | "line_terminated" | "loss_reported" | null | "owner_changed" | "ported_out" | "sim_swapped" | "unsupported_device" | "website";
            /** @description RFC 3339, UTC: the beginning of this state. */
            since: string;
            /** @description RFC 3339, UTC. */
            subscribedAt: string;
            /** @description RFC 3339, UTC: since when codes no longer go by SMS; null until the first device is active. */
            protectedSince: string | null;
            /** @description Null while no device is active or under test. */
            device: components["schemas"]["EnrolledDeviceResponse"] | null;
        };
        ReasonRequest: {
            /** @description The reason for this action, kept in the audit: one line of 1 to 200 characters. */
            reason: string;
        };
        StandingResponse: {
            subscriptionId: string;
            /** @enum {string} */
            state: "active" | "awaiting_device" | "cancelled" | "suspended";
            /** @description Every suspension that must be lifted before the subscription is active again. */
            suspensions: ("line_suspended" | "loss_reported" | "sim_swapped")[];
            /**
             * @description Why the subscription is suspended or was cancelled; null otherwise.
             * @enum {string|null}
             */
            reason: "call_centre" | "ineligible_plan" | "line_suspended" | "line_terminated" | "loss_reported" | null | "owner_changed" | "ported_out" | "sim_swapped" | "unsupported_device" | "website";
        };
        DeedRequestRequest: {
            /** @description The reason for this action, kept in the audit: one line of 1 to 200 characters. */
            reason: string;
            /**
             * @description What another client is to do, as the paths name it.
             * @enum {string}
             */
            deed: "cancel" | "enrolment-code" | "resume" | "unlock-pin";
        };
        DeedRequestResponse: {
            requestId: string;
            subscriptionId: string;
            /** @enum {string} */
            deed: "cancel" | "enrolment-code" | "resume" | "unlock-pin";
            /** @description RFC 3339, UTC: until when another client may do it. */
            expiresAt: string;
        };
        OperatorHistoryResponse: {
            id: string;
            requestedAt: string;
            relyingParty: components["schemas"]["HistoryRelyingParty"];
            purpose: string;
            /** @enum {string} */
            channel: "approve" | "otp" | "push" | "sign" | "sms";
            /** @enum {string} */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            closedAt: string | null;
            /** @description The name of the device that answered, masked; null when none did. */
            device: string | null;
            /** @description `not_me`: the person said that it was not them. Present only where there is one. */
            flags?: "not_me"[];
        };
        LookRelyingParty: {
            name: string;
        };
        HistoryEntryResponse: {
            id: string;
            relyingParty: components["schemas"]["LookRelyingParty"];
            /** @enum {string} */
            channel: "approve" | "otp" | "push" | "sign" | "sms";
            /** @enum {string} */
            state: "cancelled" | "declined" | "expired" | "failed" | "opened" | "pending" | "verified";
            /** @description RFC 3339, UTC. */
            startedAt: string;
            /** @description RFC 3339, UTC: when the message to the phone was last handed over. */
            sentAt: string;
            /** @description RFC 3339, UTC: when the PIN was entered in the app; null otherwise. */
            openedAt: string | null;
            /** @description RFC 3339, UTC; null while it is open. */
            closedAt: string | null;
            /** @description Codes that were tried, the right one included. */
            attempts: number;
            resends: number;
            /** @description Whether a hosted window drove it. */
            byWindow: boolean;
            /** @description It rang no phone, because of a limit or of an answer that it was not the person. */
            held: boolean;
            /** @description The person said that it was not them. */
            notMe: boolean;
        };
        LookPushResponse: {
            /**
             * @description What the push was for: `wake`, `code`, `cancelled`, `test`, `alert` or `push_test`.
             * @enum {string}
             */
            kind: "alert" | "cancelled" | "code" | "notice" | "push_test" | "test" | "wake";
            /** @description The push service, such as `fcm` or `apns`. */
            pushService: string;
            /**
             * @description `accepted`, `unregistered`, `rejected` or `retry`.
             * @enum {string}
             */
            outcome: "accepted" | "rejected" | "retry" | "unregistered";
            /** @description The code by which the push service named its refusal; null for an accepted push. */
            code: string | null;
            /** @description The id that the push service gave to the push; null without one. */
            messageId: string | null;
            /** @description 1 for the first attempt. */
            attempt: number;
            /** @description RFC 3339, UTC. */
            answeredAt: string;
            /** @description Milliseconds until the answer. */
            tookMs: number;
        };
        LookSmsPermissionResponse: {
            id: string;
            relyingParty: components["schemas"]["LookRelyingParty"];
            /** @description RFC 3339, UTC. */
            endsAt: string;
        };
        LookAlertResponse: {
            id: string;
            /** @enum {string} */
            kind: "cancellation" | "device_enrolled" | "loss_reported" | "new_phone" | "pin_locked" | "pin_unlocked" | "reissue" | "sim_swapped";
            /** @description RFC 3339, UTC. */
            at: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
        };
        PhoneLookResponse: {
            subscriptionId: string;
            /**
             * @description The first thing that explains why nothing arrives on the phone; `nothing` when all is well.
             * @enum {string}
             */
            finding: "cancelled" | "held" | "line_suspended" | "loss_reported" | "never_enrolled" | "no_phone" | "not_tested" | "nothing" | "pin_exhausted" | "pin_locked" | "push_delayed" | "push_refused" | "silent" | "sim_swapped" | "sim_swapped_and_lost" | "sms_permitted" | "token_dead" | "token_missing";
            /** @description RFC 3339, UTC: the last request of the app, to half a minute; null without a phone. */
            lastContactAt: string | null;
            /** @description Null without a phone. */
            pushService: string | null;
            /** @description Whether the phone has a push token. */
            hasPushToken: boolean;
            /** @description RFC 3339, UTC: when the push service reported the token dead; null otherwise. */
            pushTokenDiedAt: string | null;
            /** @description The answers to the last five pushes of the last 14 days, newest first. */
            pushes: components["schemas"]["LookPushResponse"][];
            /** @description The permissions of codes by SMS that apply now. */
            smsPermissions: components["schemas"]["LookSmsPermissionResponse"][];
            /** @description The alerts that wait for an answer. */
            alerts: components["schemas"]["LookAlertResponse"][];
            /** @description Starts of the last hour that rang no phone. */
            held: number;
        };
        AuditEntryResponse: {
            /** @description RFC 3339, UTC. */
            at: string;
            /** @description The login of the operator, or the client id of a program. */
            operator: string;
            action: string;
            /** @description The reason that the operator gave. */
            reason: string;
            outcome: string;
        };
        LifeEntryResponse: {
            /** @description RFC 3339, UTC: when it happened. */
            at: string;
            /** @description RFC 3339, UTC: when the service recorded it, which is later when the carrier reported it late. */
            recordedAt: string;
            /**
             * @description The state after the change.
             * @enum {string}
             */
            state: "active" | "awaiting_device" | "cancelled" | "suspended";
            change: string;
            reason: string | null;
            actor: string;
            actorId: string | null;
            event: string | null;
        };
        AuditResponse: {
            /** @description Every action and read by operators, oldest first. */
            entries: components["schemas"]["AuditEntryResponse"][];
            /** @description Every change of the subscription, oldest first. */
            life: components["schemas"]["LifeEntryResponse"][];
        };
        ReissueRequest: {
            /** @description The reason for this action, kept in the audit: one line of 1 to 200 characters. */
            reason: string;
            /**
             * @description Why the phone must be replaced. `lost` also suspends the subscription at once.
             * @enum {string}
             */
            cause: "broken" | "lost";
            /** @description The serial number of the phone to be replaced, in the form `PG-0000-0000-0000`. */
            oldSerialNumber: string;
            /**
             * @description How the operator verified the person's identity.
             * @enum {string}
             */
            identityProof: "certificate" | "i_pin" | "id_card" | "phone";
            /**
             * @description How the code reaches the person: at a counter, in a letter, or told while the app is open.
             * @enum {string}
             */
            delivery: "app" | "post" | "visit";
        };
        OwnApplicationResponse: {
            /** @description RFC 3339, UTC: when the customer applied on the website. */
            filedAt: string;
            /**
             * @description The proof that the customer named: `phone` for a verification by the customer's own app.
             * @enum {string}
             */
            identityProof: "certificate" | "i_pin" | "id_card" | "phone";
            /** @description The verification by the app; null for a customer who applied without a login, as anyone can in the customer's name. */
            authenticationId: string | null;
        };
        ReissueResponse: {
            id: string;
            subscriptionId: string;
            /** @enum {string} */
            state: "applied" | "approved" | "completed" | "expired" | "issued" | "refused" | "registered" | "withdrawn";
            /** @enum {string} */
            cause: "broken" | "lost";
            oldSerialNumber: string;
            /**
             * @description How the operator who applied verified the person's identity.
             * @enum {string}
             */
            identityProof: "certificate" | "i_pin" | "id_card" | "phone";
            /** @enum {string} */
            delivery: "app" | "post" | "visit";
            /** @description The customer's own application, which an operator took up; null for a reissue without one. */
            ownApplication: components["schemas"]["OwnApplicationResponse"] | null;
            /** @description The login or client id of the operator who applied. */
            appliedBy: string;
            /** @description RFC 3339, UTC, like every time below. */
            appliedAt: string;
            /** @description The deadline of the next step. */
            expiresAt: string;
            decidedBy: string | null;
            decidedAt: string | null;
            issuedBy: string | null;
            issuedAt: string | null;
            registeredAt: string | null;
            closedBy: string | null;
            closedAt: string | null;
        };
        IssuedReissueResponse: {
            reissueId: string;
            /** @enum {string} */
            delivery: "app" | "post" | "visit";
            /**
             * @description 20 Base32 characters in four groups, valid once: for ten minutes, or in a letter for the configured days. Shown
             *     only in this answer.
             */
            enrolmentCode: string;
            /** @description The content of the QR code. */
            enrolmentUri: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
        };
        BreakerResponse: {
            /** @description True while more reports of loss without a login came than may suspend: further ones only hold codes by SMS. */
            on: boolean;
            /** @description RFC 3339, UTC; null while it is off. */
            since: string | null;
            /** @description RFC 3339, UTC: when the last of the holds ends; null while it is off. */
            until: string | null;
        };
        LossReportsResponse: {
            /** @description Reports without a login since midnight in Seoul that the call centre has not settled. */
            open: number;
            breaker: components["schemas"]["BreakerResponse"];
        };
        SuspendedResponse: {
            line_suspended: number;
            loss_reported: number;
            sim_swapped: number;
        };
        WaitingResponse: {
            /** @description Requests that wait for the decision of a second operator. */
            approvals: number;
            /** @description Reissues that wait for a decision. */
            reissues: number;
        };
        NotMeRelyingParty: {
            name: string;
        };
        NotMeResponse: {
            relyingParty: components["schemas"]["NotMeRelyingParty"];
            count: number;
        };
        OverviewResponse: {
            /** @description RFC 3339, UTC. */
            at: string;
            lossReports: components["schemas"]["LossReportsResponse"];
            /** @description Suspended subscriptions by reason; one with two reasons counts for both. */
            suspended: components["schemas"]["SuspendedResponse"];
            /** @description Lines whose SIM was changed or whose phone was reported lost within the hours of the hold of codes by SMS. */
            linesInDoubt: number;
            waiting: components["schemas"]["WaitingResponse"];
            /** @description How often people said in the last 24 hours that a request was not theirs: at most 20, the most frequent first. */
            notMe: components["schemas"]["NotMeResponse"][];
        };
        ChargeResponse: {
            subscriptionId: string;
            lineId: string;
            /** @description The month that is charged, `YYYY-MM`: an earlier one in a row that corrects its charge. */
            month: string;
            /** @description Days on which the subscription was active on any part. */
            days: number;
            /** @description Won. A correction may be negative. */
            amount: number;
        };
        ChargesResponse: {
            /** @description `YYYY-MM`. */
            month: string;
            /** @description RFC 3339, UTC: when the month was closed; null while the amounts are those of the month so far. */
            closedAt: string | null;
            charges: components["schemas"]["ChargeResponse"][];
        };
        TokenRequest: {
            /** @description `client_credentials` for a token of the client itself. */
            grant_type: string;
            /** @description With `client_credentials`: scopes, separated by spaces; all scopes of the client when left out. */
            scope?: string;
            /** @description With `urn:openid:params:grant-type:ciba`: the id of the request. */
            auth_req_id?: string;
            /** @description With `authorization_code`: the code that came back with the person. */
            code?: string;
            /** @description With `authorization_code`: the `redirect_uri` of the authorization request. */
            redirect_uri?: string;
            /** @description With `authorization_code`: the verifier of `code_challenge` (RFC 7636), 43 to 128 characters. */
            code_verifier?: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
            client_assertion_type?: string;
            /** @description A `private_key_jwt` assertion signed with ES256, PS256 or EdDSA, with the issuer as `aud`. */
            client_assertion?: string;
            /** @description Needed with `client_secret`, and of a public client. With another way to authenticate it must name the same client. */
            client_id?: string;
            /** @description The secret of `client_id` (`client_secret_post`). */
            client_secret?: string;
        };
        TokenResponse: {
            access_token: string;
            /** @description `Bearer`, or `DPoP` for a token that is bound to a key (RFC 9449, 5). */
            token_type: string;
            /** @description Seconds until the token expires. */
            expires_in: number;
            scope: string;
            /** @description With `authorization_code` and CIBA: who was verified, signed (OpenID Connect Core 1.0, 2). */
            id_token?: string;
            /** @description Present and true where the client authenticated with a key of test mode: the token starts tests alone. */
            test?: boolean;
        };
        PublicKey: {
            /** @enum {string} */
            kty: "EC" | "RSA";
            /**
             * @description Of a key of ES256.
             * @enum {string}
             */
            crv?: "P-256";
            /** @description Of a key of ES256: 32 bytes in base64url. */
            x?: string;
            /** @description Of a key of ES256: 32 bytes in base64url. */
            y?: string;
            /** @description Of a key of RS256: the modulus in base64url. */
            n?: string;
            /** @description Of a key of RS256: the exponent in base64url. */
            e?: string;
            /** @description The name of the key, as the header of a JWS repeats it. */
            kid: string;
            /** @enum {string} */
            alg: "ES256" | "RS256";
            /** @enum {string} */
            use: "sig";
        };
        JwksResponse: {
            /** @description The key that signs now, and the keys whose signatures are still accepted. */
            keys: components["schemas"]["PublicKey"][];
        };
        ServerMetadataResponse: {
            issuer: string;
            token_endpoint: string;
            jwks_uri: string;
            grant_types_supported: string[];
            response_types_supported: string[];
            scopes_supported: string[];
            token_endpoint_auth_methods_supported: string[];
            token_endpoint_auth_signing_alg_values_supported: string[];
            dpop_signing_alg_values_supported: string[];
            subject_types_supported: string[];
            id_token_signing_alg_values_supported: string[];
            backchannel_authentication_endpoint?: string;
            backchannel_token_delivery_modes_supported?: string[];
            backchannel_authentication_request_signing_alg_values_supported?: string[];
            backchannel_user_code_parameter_supported?: boolean;
            acr_values_supported?: string[];
            authorization_endpoint?: string;
            pushed_authorization_request_endpoint?: string;
            require_pushed_authorization_requests?: boolean;
            userinfo_endpoint?: string;
            revocation_endpoint?: string;
            introspection_endpoint?: string;
            revocation_endpoint_auth_methods_supported?: string[];
            introspection_endpoint_auth_methods_supported?: string[];
            response_modes_supported?: string[];
            code_challenge_methods_supported?: string[];
            authorization_response_iss_parameter_supported?: boolean;
            prompt_values_supported?: string[];
            display_values_supported?: string[];
            ui_locales_supported?: string[];
            claim_types_supported?: string[];
            claims_supported?: string[];
            claims_parameter_supported?: boolean;
            request_parameter_supported?: boolean;
            request_uri_parameter_supported?: boolean;
            request_object_signing_alg_values_supported?: string[];
            /** @description The documents for developers. */
            service_documentation: string;
        };
        WebhookEndpointRequest: {
            /**
             * @description The types of events to send, 1 to 32 of them; `*` stands for all types, also those to come.
             * @example [
             *       "authentication.verified",
             *       "authentication.expired"
             *     ]
             */
            types: ("*" | "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed")[];
            /**
             * @description Where events are sent: `https`, port 443 or one above 1024, at most 2048 characters, without user, password and
             *     fragment, and reachable from the internet. Outside production also `http` to the service’s own host.
             */
            url: string;
            /** @description What it is for, one line of at most 200 characters. */
            description?: string;
        };
        AddedWebhookEndpointResponse: {
            types: ("*" | "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed")[];
            /** @description `whsec_` and 32 bytes in base64. It is shown once: keep it where the receiver finds it. */
            secret: string;
            /** @description Opaque. */
            id: string;
            url: string;
            description: string | null;
            disabled: boolean;
            /**
             * @description Why nothing is sent: `client` (by `PATCH`), `gone` (it answered 410) or `failures` (every attempt of five days
             *     failed). Null while it is enabled.
             * @enum {string|null}
             */
            disabledBy: "client" | "failures" | "gone" | null;
            /** @description RFC 3339, UTC: since when every attempt failed; null after an accepted one. */
            failingSince: string | null;
            /** @description RFC 3339, UTC. */
            createdAt: string;
        };
        WebhookEndpointResponse: {
            types: ("*" | "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed")[];
            /** @description Opaque. */
            id: string;
            url: string;
            description: string | null;
            disabled: boolean;
            /**
             * @description Why nothing is sent: `client` (by `PATCH`), `gone` (it answered 410) or `failures` (every attempt of five days
             *     failed). Null while it is enabled.
             * @enum {string|null}
             */
            disabledBy: "client" | "failures" | "gone" | null;
            /** @description RFC 3339, UTC: since when every attempt failed; null after an accepted one. */
            failingSince: string | null;
            /** @description RFC 3339, UTC. */
            createdAt: string;
        };
        ChangeWebhookEndpointRequest: {
            /** @description As when it was added. */
            types?: ("*" | "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed")[];
            /** @description As when it was added. */
            url?: string;
            /** @description What it is for, one line of at most 200 characters; an empty text or null removes it. */
            description?: string | null;
            /** @description `true` stops sending and keeps what waits; `false` sends again, also to an endpoint that the service disabled. */
            disabled?: boolean;
        };
        RotateSecretRequest: {
            /** @description Hours for which the former secret signs beside the new one, 0 to 168. 24 when left out. */
            gracePeriodHours?: number;
        };
        RotatedSecretResponse: {
            /** @description `whsec_` and 32 bytes in base64. It is shown once. */
            secret: string;
            /** @description RFC 3339, UTC: until when the former secret signs too. */
            formerSecretUntil: string;
        };
        TestWebhookRequest: {
            /**
             * @description `test`, or a type of which an example is sent, with `test: true` in its data.
             * @enum {string}
             */
            type: "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed";
        };
        SentWebhookResponse: {
            /** @description The id of the event, which is also its `webhook-id`. */
            id: string;
        };
        ReplayRequest: {
            /** @description RFC 3339: the earliest `timestamp` of the events to send. */
            since: string;
            /** @description RFC 3339: events from this instant on are left out. Now when left out. */
            until?: string;
        };
        ReplayResponse: {
            /** @description Events that will be sent. */
            events: number;
            /** @description RFC 3339, UTC: send the request again with this `since` for those that did not fit; null when all did. */
            next: string | null;
        };
        WebhookEventResponse: {
            /** @enum {string} */
            type: "authentication.cancelled" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.opened" | "authentication.verified" | "endpoint.disabled" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.locked" | "smart_otp.revoked" | "subject.changed" | "test" | "window.closed";
            /** @description As in the body of the webhook; its members depend on the type. */
            data: {
                [key: string]: unknown;
            };
            /** @description As in `webhook-id`: `msg_` and 32 hexadecimal digits. */
            id: string;
            /** @description RFC 3339, UTC: when it happened. */
            timestamp: string;
        };
        WebhookEventsResponse: {
            events: components["schemas"]["WebhookEventResponse"][];
            /** @description Of the log: send it as `cursor` for the page with earlier events; null on the last page, and in the feed. */
            cursor: string | null;
            /** @description Of the feed: send it as `after` for what happened since; null in the log. */
            after: string | null;
        };
        WebhookAttemptResponse: {
            endpointId: string;
            /** @description 1 for the first attempt. */
            attempt: number;
            /** @description RFC 3339, UTC. */
            at: string;
            /** @description Milliseconds until the answer or the fault. */
            ms: number;
            /**
             * @description `accepted` after an answer of 200 to 299.
             * @enum {string}
             */
            outcome: "accepted" | "failed";
            /** @description The status of the answer; null without one. */
            status: number | null;
            /**
             * @description Why there was no answer: `timeout` (15 seconds), `connection`, `tls`, `name_not_found`, `address_refused` (the name
             *     leads to an address that is not on the internet) or `url_refused`. Null with an answer.
             */
            fault: string | null;
            /** @description The first KiB of the answer’s body; null without an answer. */
            response: string | null;
        };
        WebhookAttemptsResponse: {
            /** @description At most 200, the last first. */
            attempts: components["schemas"]["WebhookAttemptResponse"][];
        };
        ResendWebhookRequest: {
            /** @description The endpoint to which the event is sent, whatever types it chose. */
            endpointId: string;
        };
        AlertResponse: {
            id: string;
            /**
             * @description What happened from outside this phone.
             * @enum {string}
             */
            kind: "cancellation" | "device_enrolled" | "loss_reported" | "new_phone" | "pin_locked" | "pin_unlocked" | "reissue" | "sim_swapped";
            /** @description RFC 3339, UTC. */
            at: string;
            /** @description RFC 3339, UTC: until when it can be answered. */
            expiresAt: string;
            /** @enum {string} */
            state: "closed" | "confirmed" | "objected" | "open";
            /** @description Part of the PIN proof. */
            nonce: string;
        };
        AlertsResponse: {
            alerts: components["schemas"]["AlertResponse"][];
        };
        AlertAnswerRequest: {
            /**
             * @description The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the label (`pushguard-alert-confirm-v1` or
             *     `pushguard-alert-object-v1`), the alert's id, the device and the nonce.
             */
            pinProof: string;
        };
        NewPhoneResponse: {
            /** @description 20 Base32 characters in four groups: enrols the new phone, once, within ten minutes. */
            enrolmentCode: string;
            /** @description The content of the QR code. */
            enrolmentUri: string;
            /** @description RFC 3339, UTC. */
            expiresAt: string;
        };
        /** @description A refusal (RFC 9457). Members beside the first six are present only where they apply. */
        Problem: {
            /**
             * @description Names the problem: `urn:pushguard:problem:` and the code
             * @example urn:pushguard:problem:code_mismatch
             */
            type: string;
            /** @description The problem in a few words, the same for every problem of this code */
            title: string;
            /** @description The HTTP status */
            status: number;
            /** @description One or more sentences that say what is wrong or what to do */
            detail: string;
            /**
             * @description What programs decide by
             * @enum {string}
             */
            code: "access_denied" | "alert_closed" | "alert_not_found" | "approval_closed" | "approval_not_found" | "attempts_exhausted" | "authentication_closed" | "authentication_expired" | "authentication_not_found" | "authenticator_not_possible" | "authorization_pending" | "caller_denied" | "caller_not_checkable" | "card_mismatch" | "code_mismatch" | "device_proof_invalid" | "device_test_closed" | "enrolment_code_invalid" | "envelope_not_ready" | "expired_login_hint_token" | "expired_token" | "form_outdated" | "headers_too_large" | "idempotency_in_progress" | "idempotency_key_reused" | "import_in_progress" | "insufficient_scope" | "internal_error" | "invalid_binding_message" | "invalid_client" | "invalid_dpop_proof" | "invalid_grant" | "invalid_grant_type" | "invalid_request" | "invalid_scope" | "invalid_target" | "invalid_token" | "match_mismatch" | "method_not_allowed" | "not_eligible" | "not_found" | "nothing_to_change" | "nothing_to_send" | "nothing_to_verify" | "payload_too_large" | "pin_exhausted" | "pin_locked" | "pin_mismatch" | "pin_nonce_spent" | "registration_closed" | "registration_not_found" | "reissue_closed" | "reissue_not_found" | "relying_party_not_found" | "request_timeout" | "second_person_required" | "serial_number_mismatch" | "service_unavailable" | "session_ended" | "signature_invalid" | "slow_down" | "sms_not_permitted" | "sms_permission_not_found" | "subscription_not_active" | "subscription_not_found" | "too_many_requests" | "unauthorized_client" | "unknown_user_id" | "unsupported_media_type" | "webhook_endpoint_disabled" | "webhook_endpoint_limit" | "webhook_endpoint_not_found" | "webhook_event_not_found" | "webhook_url_refused" | "window_bound_elsewhere" | "window_closed" | "window_not_found" | "wrong_mode";
            /**
             * Format: uri
             * @description The page that explains this code
             */
            help: string;
            /** @description Tries that are left */
            attemptsLeft?: number;
            /** @description The final state of what was addressed */
            state?: string;
            /** @description Each fault of the input */
            errors?: {
                /** @description The place of the fault in the body (RFC 6901), empty for the body as a whole; the name of a query parameter or of a header */
                pointer: string;
                /** @description How to correct it */
                detail: string;
            }[];
            /** @description Every rule that the line does not meet */
            reasons?: {
                /** @description The rule */
                code: string;
                /** @description The rule in Korean and in English */
                message: string;
            }[];
            /** @description Operator roles that may do this */
            roles?: string[];
        };
        /** @description An OAuth error (RFC 6749, 5.2), with the members of a problem document beside its own. */
        OAuthError: components["schemas"]["Problem"] & {
            /** @description The code of OAuth */
            error: string;
            /** @description `detail` in printable ASCII */
            error_description: string;
        };
    };
    responses: {
        /** @description `headers_too_large`: Address and headers together have more than 16 KiB. */
        HeadersTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "headers_too_large";
                };
            };
        };
        /** @description `idempotency_in_progress`: The first request with this Idempotency-Key is still running. */
        IdempotencyInProgress: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_in_progress";
                };
            };
        };
        /** @description `idempotency_key_reused`: The Idempotency-Key was used with another body within 24 hours. */
        IdempotencyKeyReused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_key_reused";
                };
            };
        };
        /** @description `insufficient_scope`: The token lacks the scope, or this client or operator may not do this. */
        InsufficientScope: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "insufficient_scope";
                };
            };
        };
        /** @description `internal_error`: The service failed, and recorded the error. */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal_error";
                };
            };
        };
        /** @description `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct. */
        InvalidRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_request";
                };
            };
        };
        /** @description `invalid_token`: The access token is missing or older than five minutes, or its client is disabled. */
        InvalidToken: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_token";
                };
            };
        };
        /** @description `payload_too_large`: The body has more than 16 KiB (1 MiB for a batch of carrier events, 4 GiB for a snapshot of lines). */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "payload_too_large";
                };
            };
        };
        /** @description `request_timeout`: The request did not arrive in time. */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "request_timeout";
                };
            };
        };
        /** @description `service_unavailable`: The service, or a system behind it, does not answer for a moment. */
        ServiceUnavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "service_unavailable";
                };
            };
        };
        /** @description `too_many_requests`: A limit of one person, number, address or client is used up. RateLimit says which one. */
        TooManyRequests: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_many_requests";
                };
            };
        };
        /** @description `unsupported_media_type`: The Content-Type, charset or Content-Encoding of the body is not supported. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description `authentication_not_found`: The id is unknown, or belongs to another client or device. */
        AuthenticationNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_not_found";
                };
            };
        };
        /** @description `authentication_closed`: The authentication was verified, declined or cancelled, or has failed: state says which. */
        AuthenticationClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_closed";
                };
            };
        };
        /** @description `authentication_expired`: More than 180 seconds have passed since the start (ten minutes for the test of a device). */
        AuthenticationExpired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_expired";
                };
            };
        };
        /**
         * @description `attempts_exhausted`: The fifth wrong code ended the authentication.
         *
         *     `code_mismatch`: The code is wrong; attemptsLeft more can be tried. A person whose data matches no line gets the same answer.
         */
        AttemptsExhaustedOrCodeMismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "attempts_exhausted" | "code_mismatch";
                };
            };
        };
        /**
         * @description `authentication_closed`: The authentication was verified, declined or cancelled, or has failed: state says which.
         *
         *     `nothing_to_verify`: The person approves this authentication in the app (approve), so there is no code to verify.
         */
        AuthenticationClosedOrNothingToVerify: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_closed" | "nothing_to_verify";
                };
            };
        };
        /**
         * @description `authentication_closed`: The authentication was verified, declined or cancelled, or has failed: state says which.
         *
         *     `nothing_to_send`: The phone computes this code itself (OTP), so there is nothing to send again.
         */
        AuthenticationClosedOrNothingToSend: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_closed" | "nothing_to_send";
                };
            };
        };
        /** @description `device_proof_invalid`: The Device-Proof is missing, is not for this request, has a clock that is far off, or is of a revoked device. */
        DeviceProofInvalid: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "device_proof_invalid";
                };
            };
        };
        /**
         * @description `authentication_closed`: The authentication was verified, declined or cancelled, or has failed: state says which.
         *
         *     `subscription_not_active`: The subscription is suspended or cancelled, or the test of the device is not finished.
         */
        AuthenticationClosedOrSubscriptionNotActive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_closed" | "subscription_not_active";
                };
            };
        };
        /**
         * @description `card_mismatch`: The signature by the card that the transaction needs is missing or wrong.
         *
         *     `match_mismatch`: The two digits are not those on the page of the relying party; attemptsLeft more can be tried, and 0 says that it has ended.
         *
         *     `pin_mismatch`: The PIN is wrong; attemptsLeft more can be tried.
         */
        CardMismatchOrMatchMismatchOrPinMismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "card_mismatch" | "match_mismatch" | "pin_mismatch";
                };
            };
        };
        /**
         * @description `pin_exhausted`: The PIN was wrong fifteen times without a right one, and cannot be unlocked.
         *
         *     `pin_locked`: Five wrong PINs in a row have locked the PIN.
         */
        PinExhaustedOrPinLocked: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "pin_exhausted" | "pin_locked";
                };
            };
        };
        /**
         * @description `match_mismatch`: The two digits are not those on the page of the relying party; attemptsLeft more can be tried, and 0 says that it has ended.
         *
         *     `pin_mismatch`: The PIN is wrong; attemptsLeft more can be tried.
         */
        MatchMismatchOrPinMismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "match_mismatch" | "pin_mismatch";
                };
            };
        };
        /**
         * @description `authentication_closed`: The authentication was verified, declined or cancelled, or has failed: state says which.
         *
         *     `envelope_not_ready`: The code was asked for before the PIN was proven.
         */
        AuthenticationClosedOrEnvelopeNotReady: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authentication_closed" | "envelope_not_ready";
                };
            };
        };
        /**
         * @description `insufficient_scope`: The token lacks the scope, or this client or operator may not do this.
         *
         *     `wrong_mode`: A test token was sent to an address without a test mode, or a live one to an address for tests alone.
         */
        InsufficientScopeOrWrongMode: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "insufficient_scope" | "wrong_mode";
                };
            };
        };
        /** @description `nothing_to_change`: The action is not possible in the current state. */
        NothingToChange: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "nothing_to_change";
                };
            };
        };
        /** @description `not_found`: Nothing exists at this address. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                };
            };
        };
        /** @description `signature_invalid`: The signature is missing, is not for this request, or is more than five minutes old. */
        SignatureInvalid: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "signature_invalid";
                };
            };
        };
        /** @description `window_not_found`: The window is unknown, or belongs to another client. */
        WindowNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "window_not_found";
                };
            };
        };
        /** @description `headers_too_large`: Address and headers together have more than 16 KiB. */
        HeadersTooLargeAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "headers_too_large";
                };
            };
        };
        /** @description `internal_error`: The service failed, and recorded the error. */
        InternalErrorAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "internal_error";
                };
            };
        };
        /** @description `invalid_client`: The client id, its secret or its signed assertion is wrong. */
        InvalidClientAtOAuth: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "invalid_client";
                };
            };
        };
        /**
         * @description `invalid_dpop_proof`: The proof of possession in the DPoP header is missing, does not match the request, or was used before.
         *
         *     `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct.
         *
         *     `unauthorized_client`: The client may not use this flow, or it authenticated with a test key.
         */
        InvalidDpopProofOrInvalidRequestOrUnauthorizedClientAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "invalid_dpop_proof" | "invalid_request" | "unauthorized_client";
                };
            };
        };
        /** @description `payload_too_large`: The body has more than 16 KiB (1 MiB for a batch of carrier events, 4 GiB for a snapshot of lines). */
        PayloadTooLargeAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "payload_too_large";
                };
            };
        };
        /** @description `request_timeout`: The request did not arrive in time. */
        RequestTimeoutAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "request_timeout";
                };
            };
        };
        /** @description `service_unavailable`: The service, or a system behind it, does not answer for a moment. */
        ServiceUnavailableAtOAuth: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "service_unavailable";
                };
            };
        };
        /** @description `too_many_requests`: A limit of one person, number, address or client is used up. RateLimit says which one. */
        TooManyRequestsAtOAuth: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "too_many_requests";
                };
            };
        };
        /** @description `unsupported_media_type`: The Content-Type, charset or Content-Encoding of the body is not supported. */
        UnsupportedMediaTypeAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description `insufficient_scope`: The token lacks the scope, or this client or operator may not do this. */
        InsufficientScopeAtOAuth: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "insufficient_scope";
                };
            };
        };
        /** @description `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct. */
        InvalidRequestAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "invalid_request";
                };
            };
        };
        /** @description `invalid_token`: The access token is missing or older than five minutes, or its client is disabled. */
        InvalidTokenAtOAuth: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "invalid_token";
                };
            };
        };
        /**
         * @description `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct.
         *
         *     `unauthorized_client`: The client may not use this flow, or it authenticated with a test key.
         */
        InvalidRequestOrUnauthorizedClientAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "invalid_request" | "unauthorized_client";
                };
            };
        };
        /** @description `relying_party_not_found`: No relying party with this id has asked for this person. */
        RelyingPartyNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "relying_party_not_found";
                };
            };
        };
        /** @description `sms_not_permitted`: The service or the relying party accepts no codes by SMS. */
        SmsNotPermitted: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "sms_not_permitted";
                };
            };
        };
        /** @description `subscription_not_active`: The subscription is suspended or cancelled, or the test of the device is not finished. */
        SubscriptionNotActive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "subscription_not_active";
                };
            };
        };
        /** @description `pin_mismatch`: The PIN is wrong; attemptsLeft more can be tried. */
        PinMismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "pin_mismatch";
                };
            };
        };
        /** @description `pin_nonce_spent`: The nonce of the PIN proof was used, or its three minutes are over. */
        PinNonceSpent: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "pin_nonce_spent";
                };
            };
        };
        /** @description `sms_permission_not_found`: The SMS permission is unknown, or has ended. */
        SmsPermissionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "sms_permission_not_found";
                };
            };
        };
        /** @description `authenticator_not_possible`: This kind of authenticator is not possible on this device. */
        AuthenticatorNotPossible: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authenticator_not_possible";
                };
            };
        };
        /**
         * @description `registration_closed`: The registration was declined or revoked, or has expired: state says which.
         *
         *     `subscription_not_active`: The subscription is suspended or cancelled, or the test of the device is not finished.
         */
        RegistrationClosedOrSubscriptionNotActive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "registration_closed" | "subscription_not_active";
                };
            };
        };
        /** @description `registration_not_found`: The registration is unknown, or belongs to another institution or device. */
        RegistrationNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "registration_not_found";
                };
            };
        };
        /** @description `registration_closed`: The registration was declined or revoked, or has expired: state says which. */
        RegistrationClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "registration_closed";
                };
            };
        };
        /** @description `enrolment_code_invalid`: The enrolment code is wrong, used, or older than ten minutes. */
        EnrolmentCodeInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "enrolment_code_invalid";
                };
            };
        };
        /**
         * @description `enrolment_code_invalid`: The enrolment code is wrong, used, or older than ten minutes.
         *
         *     `not_eligible`: The line cannot subscribe. Every reason stands in reasons.
         */
        EnrolmentCodeInvalidOrNotEligible: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "enrolment_code_invalid" | "not_eligible";
                };
            };
        };
        /** @description `device_test_closed`: The test of this device has ended. */
        DeviceTestClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "device_test_closed";
                };
            };
        };
        /**
         * @description `expired_login_hint_token`: The key that signed the id_token_hint is no longer in use.
         *
         *     `invalid_binding_message`: The binding_message has more than 20 characters, or some that the app does not show.
         *
         *     `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct.
         *
         *     `invalid_scope`: The client does not have the requested scope.
         *
         *     `invalid_target`: The resource is none of this service.
         *
         *     `unauthorized_client`: The client may not use this flow, or it authenticated with a test key.
         *
         *     `unknown_user_id`: The hint can be nobody: its number is not Korean, or its verification is no longer kept.
         */
        ExpiredLoginHintTokenOrInvalidBindingMessageOrInvalidRequestOrInvalidScopeOrInvalidTargetOrUnauthorizedClientOrUnknownUserIdAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "expired_login_hint_token" | "invalid_binding_message" | "invalid_request" | "invalid_scope" | "invalid_target" | "unauthorized_client" | "unknown_user_id";
                };
            };
        };
        /** @description `import_in_progress`: Another import of lines is running. */
        ImportInProgress: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "import_in_progress";
                };
            };
        };
        /**
         * @description `invalid_token`: The access token is missing or older than five minutes, or its client is disabled.
         *
         *     `session_ended`: The session has ended.
         */
        InvalidTokenOrSessionEnded: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_token" | "session_ended";
                };
            };
        };
        /**
         * @description `form_outdated`: The request does not come from a page of the operator desk.
         *
         *     `insufficient_scope`: The token lacks the scope, or this client or operator may not do this.
         *
         *     `wrong_mode`: A test token was sent to an address without a test mode, or a live one to an address for tests alone.
         */
        FormOutdatedOrInsufficientScopeOrWrongMode: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "form_outdated" | "insufficient_scope" | "wrong_mode";
                };
            };
        };
        /** @description `not_eligible`: The line cannot subscribe. Every reason stands in reasons. */
        NotEligible: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_eligible";
                };
            };
        };
        /**
         * @description `nothing_to_change`: The action is not possible in the current state.
         *
         *     `second_person_required`: The SIM or the phone is in doubt, so this takes two clients or two operators.
         */
        NothingToChangeOrSecondPersonRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "nothing_to_change" | "second_person_required";
                };
            };
        };
        /** @description `subscription_not_found`: There is no such subscription. */
        SubscriptionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "subscription_not_found";
                };
            };
        };
        /** @description `pin_exhausted`: The PIN was wrong fifteen times without a right one, and cannot be unlocked. */
        PinExhausted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "pin_exhausted";
                };
            };
        };
        /** @description `serial_number_mismatch`: The serial number is not that of the phone to be replaced. */
        SerialNumberMismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "serial_number_mismatch";
                };
            };
        };
        /** @description `reissue_closed`: The action is not possible in the state of the reissue. */
        ReissueClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "reissue_closed";
                };
            };
        };
        /** @description `reissue_not_found`: There is no such reissue. */
        ReissueNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "reissue_not_found";
                };
            };
        };
        /**
         * @description `access_denied`: The person refused or typed wrong digits three times, or a newer request for the same person took its place.
         *
         *     `authorization_pending`: The person has not answered on the phone yet. Poll again after the interval.
         *
         *     `expired_token`: The person did not answer in time. A request for a number that is not registered ends so too.
         *
         *     `invalid_dpop_proof`: The proof of possession in the DPoP header is missing, does not match the request, or was used before.
         *
         *     `invalid_grant`: The code or the auth_req_id is wrong, used, or, for a code, older than 60 seconds, or belongs to another client, redirect_uri or code_verifier.
         *
         *     `invalid_grant_type`: grant_type is not client_credentials.
         *
         *     `invalid_request`: The request has a wrong form or value. Each pointer in errors names a field to correct.
         *
         *     `invalid_scope`: The client does not have the requested scope.
         *
         *     `slow_down`: The poll came before the interval was over, which is five seconds longer from now on.
         *
         *     `unauthorized_client`: The client may not use this flow, or it authenticated with a test key.
         */
        AccessDeniedOrAuthorizationPendingOrExpiredTokenOrInvalidDpopProofOrInvalidGrantOrInvalidGrantTypeOrInvalidRequestOrInvalidScopeOrSlowDownOrUnauthorizedClientAtOAuth: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"] & {
                    /** @enum {string} */
                    code?: "access_denied" | "authorization_pending" | "expired_token" | "invalid_dpop_proof" | "invalid_grant" | "invalid_grant_type" | "invalid_request" | "invalid_scope" | "slow_down" | "unauthorized_client";
                };
            };
        };
        /**
         * @description `idempotency_key_reused`: The Idempotency-Key was used with another body within 24 hours.
         *
         *     `webhook_url_refused`: Webhooks are not sent to this address. The reason stands in errors.
         */
        IdempotencyKeyReusedOrWebhookUrlRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_key_reused" | "webhook_url_refused";
                };
            };
        };
        /** @description `webhook_endpoint_limit`: The client has ten endpoints already. */
        WebhookEndpointLimit: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_endpoint_limit";
                };
            };
        };
        /** @description `webhook_endpoint_not_found`: The webhook endpoint is unknown, or belongs to another client. */
        WebhookEndpointNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_endpoint_not_found";
                };
            };
        };
        /** @description `webhook_url_refused`: Webhooks are not sent to this address. The reason stands in errors. */
        WebhookUrlRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_url_refused";
                };
            };
        };
        /** @description `webhook_endpoint_disabled`: The endpoint is disabled. */
        WebhookEndpointDisabled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_endpoint_disabled";
                };
            };
        };
        /** @description `webhook_event_not_found`: The event is unknown, or older than the 30 days for which it is kept. */
        WebhookEventNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_event_not_found";
                };
            };
        };
        /**
         * @description `webhook_endpoint_not_found`: The webhook endpoint is unknown, or belongs to another client.
         *
         *     `webhook_event_not_found`: The event is unknown, or older than the 30 days for which it is kept.
         */
        WebhookEndpointNotFoundOrWebhookEventNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook_endpoint_not_found" | "webhook_event_not_found";
                };
            };
        };
        /**
         * @description `alert_closed`: The alert was answered, or its time is over.
         *
         *     `subscription_not_active`: The subscription is suspended or cancelled, or the test of the device is not finished.
         */
        AlertClosedOrSubscriptionNotActive: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "alert_closed" | "subscription_not_active";
                };
            };
        };
        /** @description `alert_not_found`: The alert is not one of this device. */
        AlertNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "alert_not_found";
                };
            };
        };
        /** @description `alert_closed`: The alert was answered, or its time is over. */
        AlertClosed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "alert_closed";
                };
            };
        };
        /** @description Any other problem, by a code that may be new */
        OtherProblem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Any other OAuth error; 405, 413 and 415 are problem documents */
        OtherOAuthProblem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OAuthError"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description `true` where the answer is the repeated one of an earlier, equal request */
        "Idempotency-Replayed": "true";
        /**
         * @description The version, for `If-None-Match`
         * @example "Zb0…"
         */
        ETag: string;
        /**
         * @description With CSV, the name under which a browser stores it
         * @example attachment; filename="charges-2026-11.csv"
         */
        "Content-Disposition": string;
        /**
         * @description Whole seconds to wait
         * @example 30
         */
        "Retry-After": number;
        /**
         * @description The limit that is used up, and the seconds until it is not (draft-ietf-httpapi-ratelimit-headers-11)
         * @example "person";r=0;t=30
         */
        RateLimit: string;
        /**
         * @description The limit: its quota and its window in seconds
         * @example "person";q=5;w=600
         */
        "RateLimit-Policy": string;
        /**
         * @description The way to authenticate (RFC 9110, 11.6.1), with `error` and `scope` where a token was sent (RFC 6750, 3)
         * @example Bearer realm="pushguard", error="invalid_token"
         */
        "WWW-Authenticate": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    startAuthentication: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1-255 visible ASCII characters, in quotes or without, kept 24 hours
                 * @example 5f2b1c9e-order-1881
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "birthDate": "900101",
                 *       "genderDigit": "1",
                 *       "phoneNumber": "010-1234-5678",
                 *       "purpose": "회원가입",
                 *       "endUser": {
                 *         "ip": "203.0.113.7",
                 *         "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/143.0"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["StartRequest"];
            };
        };
        responses: {
            /** @description The authentication, open for 180 seconds */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *       "channel": "push",
                     *       "state": "pending",
                     *       "expiresAt": "2026-11-28T09:03:00.000Z",
                     *       "attemptsLeft": 5
                     *     }
                     */
                    "application/json": components["schemas"]["AuthenticationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyInProgress"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getAuthentication: {
        parameters: {
            query?: {
                /**
                 * @description Seconds to hold the answer until the state changes, 0 to 30, in decimal digits. 0 when left out.
                 * @example 25
                 */
                wait?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The `id` that the start answered
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authentication */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *       "channel": "push",
                     *       "state": "pending",
                     *       "expiresAt": "2026-11-28T09:03:00.000Z",
                     *       "attemptsLeft": 5
                     *     }
                     */
                    "application/json": components["schemas"]["AuthenticationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    cancelAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` that the start answered
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosed"];
            410: components["responses"]["AuthenticationExpired"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    verifyAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` that the start answered
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "482913"
                 *     }
                 */
                "application/json": components["schemas"]["VerificationRequest"];
            };
        };
        responses: {
            /** @description The verified person, and the signed assertion */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "verified",
                     *       "result": {
                     *         "subject": "6Jt1v4mR0cXw2bQ8yZs5nA",
                     *         "birthDate": "1990-01-01",
                     *         "gender": "male",
                     *         "foreigner": false,
                     *         "phoneNumber": "+821012345678",
                     *         "verifiedAt": "2026-11-28T09:00:42.118Z",
                     *         "channel": "push"
                     *       },
                     *       "assertion": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJpc3MiOiJodHRwczovL3B1c2hndWFyZC5leGFtcGxlIn0.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": components["schemas"]["VerificationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrNothingToVerify"];
            410: components["responses"]["AuthenticationExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["AttemptsExhaustedOrCodeMismatch"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    resendAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` that the start answered
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authentication; the message is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *       "channel": "push",
                     *       "state": "pending",
                     *       "expiresAt": "2026-11-28T09:03:00.000Z",
                     *       "attemptsLeft": 5
                     *     }
                     */
                    "application/json": components["schemas"]["AuthenticationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrNothingToSend"];
            410: components["responses"]["AuthenticationExpired"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listPendingAuthentications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The open authentications of this phone, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *         "relyingParty": {
                     *           "name": "한빛서점"
                     *         },
                     *         "purpose": "회원가입",
                     *         "requestedAt": "2026-11-28T09:00:00.000Z",
                     *         "expiresAt": "2026-11-28T09:03:00.000Z",
                     *         "endUser": {
                     *           "ip": "203.0.113.7",
                     *           "userAgent": "Chrome"
                     *         },
                     *         "nonce": "Xk3v9QmT0rY6wB2sN8hD5g",
                     *         "state": "pending"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["PendingResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    openAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of a pending authentication
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["OpenRequest"];
            };
        };
        responses: {
            /** @description Opened; the code is on its way, or the phone computes it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "opened"
                     *     }
                     */
                    "application/json": components["schemas"]["OpenedResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrSubscriptionNotActive"];
            410: components["responses"]["AuthenticationExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["CardMismatchOrMatchMismatchOrPinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    approveAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of a pending authentication
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw",
                 *       "match": "47"
                 *     }
                 */
                "application/json": components["schemas"]["ApproveRequest"];
            };
        };
        responses: {
            /** @description The person is verified */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "verified"
                     *     }
                     */
                    "application/json": components["schemas"]["ApprovedResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrSubscriptionNotActive"];
            410: components["responses"]["AuthenticationExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["MatchMismatchOrPinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getAuthenticationEnvelope: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of a pending authentication
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The encrypted code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "envelope": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVydGV4dA.dGFn"
                     *     }
                     */
                    "application/json": components["schemas"]["CodeEnvelopeResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrEnvelopeNotReady"];
            410: components["responses"]["AuthenticationExpired"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    declineAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of a pending authentication
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "not_me"
                 *     }
                 */
                "application/json": components["schemas"]["DeclineRequest"];
            };
        };
        responses: {
            /** @description Declined */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticationClosedOrSubscriptionNotActive"];
            410: components["responses"]["AuthenticationExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    reportNotMe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of an authentication in the history
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getTestAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` that the start answered
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the phone shows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *       "state": "opened",
                     *       "code": "482913",
                     *       "opensAt": "2026-11-28T09:00:01.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TestAuthenticationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    sendTestPush: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Queued */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChange"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    reportSmsReceipts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "receipts": [
                 *         {
                 *           "messageId": "b7f0c1d2",
                 *           "state": "delivered"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["SmsReceiptsRequest"];
            };
        };
        responses: {
            /** @description Kept */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["SignatureInvalid"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    createWindow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "purpose": "회원가입",
                 *       "returnUrl": "https://shop.example/return",
                 *       "state": "n3Jx0uV7kQ",
                 *       "locale": "ko"
                 *     }
                 */
                "application/json": components["schemas"]["OpenWindowRequest"];
            };
        };
        responses: {
            /** @description The window, open for ten minutes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "windowId": "01974c2e-9a40-7d10-8c2b-0f4e5d6c7b8a",
                     *       "url": "https://pushguard.example/windows/01974c2e-9a40-7d10-8c2b-0f4e5d6c7b8a",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OpenWindowResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getWindow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `windowId` of the window
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The window, and its authentication once there is one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "closed",
                     *       "authentication": {
                     *         "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *         "channel": "push",
                     *         "state": "verified",
                     *         "expiresAt": "2026-11-28T09:03:00.000Z",
                     *         "attemptsLeft": 5,
                     *         "result": {
                     *           "subject": "6Jt1v4mR0cXw2bQ8yZs5nA",
                     *           "birthDate": "1990-01-01",
                     *           "gender": "male",
                     *           "foreigner": false,
                     *           "phoneNumber": "+821012345678",
                     *           "verifiedAt": "2026-11-28T09:00:42.118Z",
                     *           "channel": "push"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["WindowResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScope"];
            404: components["responses"]["WindowNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    pushAuthorizationRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["PushedAuthorizationRequest"];
            };
        };
        responses: {
            /** @description The address of the request */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "request_uri": "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c5V0Zb0kBqGf3dKfM",
                     *       "expires_in": 60
                     *     }
                     */
                    "application/json": components["schemas"]["PushedAuthorizationResponse"];
                };
            };
            400: components["responses"]["InvalidDpopProofOrInvalidRequestOrUnauthorizedClientAtOAuth"];
            401: components["responses"]["InvalidClientAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            429: components["responses"]["TooManyRequestsAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    getUserinfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The claims */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "sub": "3XlA3dVcTzKyp7nQz3Kp1V0uGr6kNw1Tn2sQ3f4a5b6",
                     *       "birthdate": "1990-01-01",
                     *       "gender": "female",
                     *       "phone_number": "+821012345678",
                     *       "phone_number_verified": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserinfoResponse"];
                };
            };
            400: components["responses"]["InvalidRequestAtOAuth"];
            401: components["responses"]["InvalidTokenAtOAuth"];
            403: components["responses"]["InsufficientScopeAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    postUserinfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["UserinfoRequest"];
            };
        };
        responses: {
            /** @description The claims */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "sub": "3XlA3dVcTzKyp7nQz3Kp1V0uGr6kNw1Tn2sQ3f4a5b6",
                     *       "birthdate": "1990-01-01",
                     *       "gender": "female",
                     *       "phone_number": "+821012345678",
                     *       "phone_number_verified": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserinfoResponse"];
                };
            };
            400: components["responses"]["InvalidRequestAtOAuth"];
            401: components["responses"]["InvalidTokenAtOAuth"];
            403: components["responses"]["InsufficientScopeAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["AboutTokenRequest"];
            };
        };
        responses: {
            /** @description The token is not valid, or no longer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestOrUnauthorizedClientAtOAuth"];
            401: components["responses"]["InvalidClientAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    introspectToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["AboutTokenRequest"];
            };
        };
        responses: {
            /** @description Whether the token is valid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "active": true,
                     *       "sub": "3XlA3dVcTzKyp7nQz3Kp1V0uGr6kNw1Tn2sQ3f4a5b6",
                     *       "client_id": "shop",
                     *       "scope": "openid profile phone",
                     *       "token_type": "Bearer",
                     *       "iat": 1764500000,
                     *       "exp": 1764500300
                     *     }
                     */
                    "application/json": components["schemas"]["IntrospectionResponse"];
                };
            };
            400: components["responses"]["InvalidRequestOrUnauthorizedClientAtOAuth"];
            401: components["responses"]["InvalidClientAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    listSmsPermissions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Relying parties that asked for this person, and the permissions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "minutes": 10,
                     *       "relyingParties": [
                     *         {
                     *           "id": "01974a10-5d6e-7f80-9102-132435465768",
                     *           "name": "한빛서점",
                     *           "refusesSms": false
                     *         }
                     *       ],
                     *       "permissions": []
                     *     }
                     */
                    "application/json": components["schemas"]["SmsPermissionsResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    requestSmsPermission: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "relyingPartyId": "01974a10-5d6e-7f80-9102-132435465768"
                 *     }
                 */
                "application/json": components["schemas"]["SmsPermissionRequest"];
            };
        };
        responses: {
            /** @description The permission, which takes effect once the PIN is proven */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c30-2c62-7f33-8e4d-2b60718f9dac",
                     *       "relyingParty": {
                     *         "name": "한빛서점"
                     *       },
                     *       "nonce": "Xk3v9QmT0rY6wB2sN8hD5g",
                     *       "expiresAt": "2026-11-28T09:03:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["AskedSmsPermissionResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            403: components["responses"]["SmsNotPermitted"];
            404: components["responses"]["RelyingPartyNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubscriptionNotActive"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    confirmSmsPermission: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the permission
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmSmsRequest"];
            };
        };
        responses: {
            /** @description When the permission ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "endsAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PermittedSmsResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            403: components["responses"]["SmsNotPermitted"];
            404: components["responses"]["SmsPermissionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubscriptionNotActive"];
            410: components["responses"]["PinNonceSpent"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    endSmsPermission: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the permission
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["SmsPermissionNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listAuthenticators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authenticators of this device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "kind": "otp",
                     *         "serialNumber": "PG-1234-5678-9012",
                     *         "vendorCode": "PG",
                     *         "issuer": null,
                     *         "locked": false,
                     *         "createdAt": "2026-11-01T01:00:00.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["AuthenticatorResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    enrolAuthenticator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "kind": "otp",
                 *       "terms": "2026-01",
                 *       "pinCheckId": "01974c30-2c62-7f33-8e4d-2b60718f9dac",
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["EnrolAuthenticatorRequest"];
            };
        };
        responses: {
            /** @description The authenticator, with its secret encrypted for this device */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kind": "otp",
                     *       "serialNumber": "PG-1234-5678-9012",
                     *       "vendorCode": "PG",
                     *       "envelope": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVydGV4dA.dGFn"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolledAuthenticatorResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AuthenticatorNotPossible"];
            410: components["responses"]["PinNonceSpent"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listOwnRegistrations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The registrations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b",
                     *         "relyingParty": {
                     *           "name": "한빛은행"
                     *         },
                     *         "state": "pending",
                     *         "device": {
                     *           "name": "내 휴대폰",
                     *           "serialNumber": "PG-1234-5678-9012"
                     *         },
                     *         "requestedAt": "2026-11-28T09:00:00.000Z",
                     *         "expiresAt": "2026-11-28T09:10:00.000Z",
                     *         "confirmedAt": null,
                     *         "nonce": "Xk3v9QmT0rY6wB2sN8hD5g"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["OwnRegistrationResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    confirmRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the registration
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmRegistrationRequest"];
            };
        };
        responses: {
            /** @description Confirmed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "active"
                     *     }
                     */
                    "application/json": components["schemas"]["ConfirmedRegistrationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["RegistrationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RegistrationClosedOrSubscriptionNotActive"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    declineRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the registration
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Declined */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["RegistrationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RegistrationClosed"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    revokeOwnRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the registration
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["RegistrationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RegistrationClosed"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listRegistrations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The registrations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b",
                     *         "state": "pending",
                     *         "requestedAt": "2026-11-28T09:00:00.000Z",
                     *         "expiresAt": "2026-11-28T09:10:00.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["RegistrationResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    createRegistration: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1-255 visible ASCII characters, in quotes or without, kept 24 hours
                 * @example 5f2b1c9e-order-1881
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "birthDate": "900101",
                 *       "genderDigit": "1",
                 *       "phoneNumber": "010-1234-5678",
                 *       "serialNumber": "PG-1234-5678-9012",
                 *       "vendorCode": "HANBIT"
                 *     }
                 */
                "application/json": components["schemas"]["RegistrationRequest"];
            };
        };
        responses: {
            /** @description The registration, which the person confirms in the app */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b",
                     *       "state": "pending",
                     *       "requestedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RegistrationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyInProgress"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the registration
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The registration */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b",
                     *       "state": "pending",
                     *       "requestedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RegistrationResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["RegistrationNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    revokeRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the registration
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["RegistrationNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["RegistrationClosed"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    issueSmartOtp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "birthDate": "900101",
                 *       "genderDigit": "1",
                 *       "phoneNumber": "010-1234-5678"
                 *     }
                 */
                "application/json": components["schemas"]["IssueSmartOtpRequest"];
            };
        };
        responses: {
            /** @description The code that enrols the device of the Smart OTP */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "enrolmentUri": "pushguard://enrol?issuer=https%3A%2F%2Fpushguard.example&code=7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z",
                     *       "vendorCode": "HANBIT"
                     *     }
                     */
                    "application/json": components["schemas"]["IssuedSmartOtpResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    checkEnrolmentCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN"
                 *     }
                 */
                "application/json": components["schemas"]["EnrolmentCodeRequest"];
            };
        };
        responses: {
            /** @description What the code would enrol */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kind": "phone",
                     *       "phoneNumber": "010-****-5678",
                     *       "serialNumber": "PG-1234-5678-9012",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z",
                     *       "documents": [
                     *         {
                     *           "document": "terms",
                     *           "version": "2026-11-28",
                     *           "url": "https://pushguard.example/terms?version=2026-11-28"
                     *         },
                     *         {
                     *           "document": "privacy",
                     *           "version": "2026-11-28",
                     *           "url": "https://pushguard.example/privacy?version=2026-11-28"
                     *         }
                     *       ],
                     *       "keptDays": {
                     *         "history": 730,
                     *         "personalData": 1827
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentCodeResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["EnrolmentCodeInvalid"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    enrolDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                 *       "signingKey": {
                 *         "kty": "EC",
                 *         "crv": "P-256",
                 *         "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 *         "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
                 *       },
                 *       "encryptionKey": {
                 *         "kty": "EC",
                 *         "crv": "P-256",
                 *         "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 *         "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
                 *       },
                 *       "knowledgeKey": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw",
                 *       "platform": "android",
                 *       "formFactor": "phone",
                 *       "osVersion": "16",
                 *       "appVersion": "1.0.0",
                 *       "pushToken": "fcm-token",
                 *       "name": "내 휴대폰",
                 *       "consent": {
                 *         "locale": "ko",
                 *         "terms": "2026-11-28",
                 *         "privacy": "2026-11-28"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EnrolRequest"];
            };
        };
        responses: {
            /** @description The device under test */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deviceId": "01974b00-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
                     *       "serialNumber": "PG-1234-5678-9012",
                     *       "state": "testing"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["EnrolmentCodeInvalidOrNotEligible"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    finishDeviceTest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "482913"
                 *     }
                 */
                "application/json": components["schemas"]["TestRequest"];
            };
        };
        responses: {
            /** @description The active device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deviceId": "01974b00-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
                     *       "state": "active"
                     *     }
                     */
                    "application/json": components["schemas"]["TestResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["DeviceTestClosed"];
            410: components["responses"]["AuthenticationExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["AttemptsExhaustedOrCodeMismatch"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getDeviceTestEnvelope: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The encrypted test code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "envelope": "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVydGV4dA.dGFn"
                     *     }
                     */
                    "application/json": components["schemas"]["EnvelopeResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["DeviceTestClosed"];
            410: components["responses"]["AuthenticationExpired"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How the service knows this device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "active",
                     *       "serialNumber": "PG-1234-5678-9012",
                     *       "pinLocked": false,
                     *       "pushes": true,
                     *       "subscription": "active",
                     *       "maskedPhoneNumber": "010-****-5678"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getPushKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public key */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "applicationServerKey": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                     *     }
                     */
                    "application/json": components["schemas"]["PushKeyResponse"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    replacePushToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pushToken": "fcm-token"
                 *     }
                 */
                "application/json": components["schemas"]["PushTokenRequest"];
            };
        };
        responses: {
            /** @description Replaced */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    requestPinCheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The PIN check */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c30-2c62-7f33-8e4d-2b60718f9dac",
                     *       "nonce": "Xk3v9QmT0rY6wB2sN8hD5g",
                     *       "expiresAt": "2026-11-28T09:03:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PinCheckResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["SubscriptionNotActive"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    confirmPinCheck: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the PIN check
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["PinCheckRequest"];
            };
        };
        responses: {
            /** @description The PIN was right */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            410: components["responses"]["PinNonceSpent"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listHistory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authentications, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *         "requestedAt": "2026-11-28T09:00:00.000Z",
                     *         "relyingParty": {
                     *           "name": "한빛서점"
                     *         },
                     *         "purpose": "회원가입",
                     *         "channel": "push",
                     *         "state": "verified",
                     *         "closedAt": "2026-11-28T09:00:42.118Z",
                     *         "device": "내 휴대폰"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["HistoryResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    beginBackchannelAuthentication: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "scope": "openid profile",
                 *       "login_hint": "tel:+821012345678;x-birthdate=900101;x-gender-digit=1",
                 *       "binding_message": "결제 승인"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["BackchannelRequest"];
            };
        };
        responses: {
            /** @description The id of the request, by which the client polls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "auth_req_id": "Zl5x0VJ3o7p8l2m1uY4q9aBcDeFgHiJkLmNoPqRsTuV",
                     *       "expires_in": 180,
                     *       "interval": 5,
                     *       "pushguard_match": "47"
                     *     }
                     */
                    "application/json": components["schemas"]["BackchannelResponse"];
                };
            };
            400: components["responses"]["ExpiredLoginHintTokenOrInvalidBindingMessageOrInvalidRequestOrInvalidScopeOrInvalidTargetOrUnauthorizedClientOrUnknownUserIdAtOAuth"];
            401: components["responses"]["InvalidClientAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            429: components["responses"]["TooManyRequestsAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    reportLineEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "specversion": "1.0",
                 *       "id": "evt-90210",
                 *       "source": "urn:carrier:provisioning",
                 *       "type": "pushguard.line.v1.number-changed",
                 *       "subject": "line-0001",
                 *       "time": "2026-11-28T09:00:00Z",
                 *       "sequence": 42,
                 *       "data": {
                 *         "phoneNumber": "010-8765-4321"
                 *       }
                 *     }
                 */
                "application/cloudevents+json": components["schemas"]["CloudEventRequest"];
                /**
                 * @example [
                 *       {
                 *         "specversion": "1.0",
                 *         "id": "evt-90210",
                 *         "source": "urn:carrier:provisioning",
                 *         "type": "pushguard.line.v1.number-changed",
                 *         "subject": "line-0001",
                 *         "time": "2026-11-28T09:00:00Z",
                 *         "sequence": 42,
                 *         "data": {
                 *           "phoneNumber": "010-8765-4321"
                 *         }
                 *       }
                 *     ]
                 */
                "application/cloudevents-batch+json": components["schemas"]["CloudEventRequest"][];
                /**
                 * @example {
                 *       "phoneNumber": "010-8765-4321"
                 *     }
                 */
                "application/json": components["schemas"]["PortedOutData"] | components["schemas"]["OwnerChangedData"] | components["schemas"]["HandsetInput"] | components["schemas"]["PlanChangedData"] | components["schemas"]["NumberChangedData"];
            };
        };
        responses: {
            /** @description The outcome of the event, or of each event of the batch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "outcome": "applied"
                     *     }
                     */
                    "application/json": components["schemas"]["OutcomeResponse"] | components["schemas"]["BatchResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_request`: a single event that is rejected, with its outcome */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:pushguard:problem:invalid_request",
                     *       "title": "Invalid request",
                     *       "status": 422,
                     *       "detail": "Correct the fields listed in errors, then send the event again.",
                     *       "code": "invalid_request",
                     *       "help": "https://pushguard.example/developers/errors#invalid_request",
                     *       "errors": [
                     *         {
                     *           "pointer": "/subject",
                     *           "detail": "Send the id of the line."
                     *         }
                     *       ],
                     *       "outcome": "rejected"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        outcome: "rejected";
                    };
                };
            };
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    replaceLine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The carrier’s own id of the line, 1 to 128 characters
                 * @example line-0001
                 */
                lineId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phoneNumber": "010-1234-5678",
                 *       "carrier": "시범통신",
                 *       "status": "active",
                 *       "holder": "self",
                 *       "owner": {
                 *         "birthDate": "900101",
                 *         "genderDigit": "1"
                 *       },
                 *       "plan": "postpaid",
                 *       "handset": {
                 *         "os": "android",
                 *         "osVersion": "16",
                 *         "formFactor": "phone",
                 *         "model": "Galaxy S26"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["LineInput"];
            };
        };
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "lineId": "line-0001",
                     *       "outcome": "changed",
                     *       "differences": [
                     *         "handset"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["LineResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    importLines: {
        parameters: {
            query?: {
                /**
                 * @description True compares and reports without changing anything.
                 * @example true
                 */
                dryRun?: boolean;
                /**
                 * @description When the snapshot was taken, RFC 3339; now when left out. Later events are not undone. An instant of the future counts as
                 *     now.
                 * @example 2026-11-28T03:00:00Z
                 */
                takenAt?: string;
                /**
                 * @description What happens to lines that the snapshot does not contain; `report` when left out.
                 * @example report
                 */
                missing?: "report" | "terminate";
                /**
                 * @description The `confirm` of the summary with which an import of the same snapshot stopped, because it would end too much.
                 * @example 3qZ0vT1kq8W
                 */
                confirm?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"lineId":"line-0001","phoneNumber":"010-1234-5678","carrier":"시범통신","status":"active","holder":"self","owner":{"birthDate":"900101","genderDigit":"1"},"plan":"postpaid","handset":{"os":"android","osVersion":"16","formFactor":"phone","model":"Galaxy S26"}} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The report, one JSON object per line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"lineId":"line-0001","outcome":"changed","differences":["handset"]}
                     *     {"summary":{"read":1,"added":0,"changed":1,"same":0,"newer_held":0,"rejected":0,"missing":0,"dryRun":false}}
                     */
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ImportInProgress"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    reportLoss: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "birthDate": "900101",
                 *       "genderDigit": "1",
                 *       "phoneNumber": "010-1234-5678"
                 *     }
                 */
                "application/json": components["schemas"]["NamedPersonRequest"];
            };
        };
        responses: {
            /** @description Taken down */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "taken_down"
                     *     }
                     */
                    "application/json": components["schemas"]["LossReportResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    checkEligibility: {
        parameters: {
            query: {
                /**
                 * @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored.
                 * @example 010-1234-5678
                 */
                phoneNumber: string;
            };
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the line can subscribe */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "eligible": false,
                     *       "reasons": [
                     *         {
                     *           "code": "prepaid_plan",
                     *           "message": "선불 요금제 / Prepaid plans"
                     *         }
                     *       ],
                     *       "line": {
                     *         "phoneNumber": "010-****-5678",
                     *         "carrier": "시범통신",
                     *         "status": "active",
                     *         "holder": "self",
                     *         "plan": "prepaid",
                     *         "os": "android",
                     *         "osVersion": "16"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EligibilityResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    findSubscriptions: {
        parameters: {
            query: {
                /**
                 * @description A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored.
                 * @example 010-1234-5678
                 */
                phoneNumber: string;
            };
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The subscriptions of the number, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *         "state": "suspended",
                     *         "suspensions": [
                     *           "loss_reported"
                     *         ],
                     *         "reason": "loss_reported",
                     *         "since": "2026-11-28T09:00:00.000Z",
                     *         "subscribedAt": "2026-10-01T01:00:00.000Z",
                     *         "protectedSince": "2026-10-01T01:05:00.000Z",
                     *         "device": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["SubscriptionResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    subscribeLine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phoneNumber": "010-1234-5678",
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["SubscribeRequest"];
            };
        };
        responses: {
            /** @description The subscription, and the code that enrols its app */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "enrolmentUri": "pushguard://enrol?issuer=https%3A%2F%2Fpushguard.example&code=7KQ2M-9XH4T-B3VWC-5R8YN"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NotEligible"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    cancelSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The cancelled subscription */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "suspended",
                     *       "suspensions": [
                     *         "loss_reported"
                     *       ],
                     *       "reason": "loss_reported"
                     *     }
                     */
                    "application/json": components["schemas"]["StandingResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChangeOrSecondPersonRequired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    reportSubscriptionLoss: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The suspended subscription */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "suspended",
                     *       "suspensions": [
                     *         "loss_reported"
                     *       ],
                     *       "reason": "loss_reported"
                     *     }
                     */
                    "application/json": components["schemas"]["StandingResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChange"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    resumeSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The subscription as it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "suspended",
                     *       "suspensions": [
                     *         "loss_reported"
                     *       ],
                     *       "reason": "loss_reported"
                     *     }
                     */
                    "application/json": components["schemas"]["StandingResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChangeOrSecondPersonRequired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    unlockPin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description Unlocked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChangeOrSecondPersonRequired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            423: components["responses"]["PinExhausted"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    issueEnrolmentCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The code that enrols a new phone */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "enrolmentUri": "pushguard://enrol?issuer=https%3A%2F%2Fpushguard.example&code=7KQ2M-9XH4T-B3VWC-5R8YN"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChangeOrSecondPersonRequired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    requestDeed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "deed": "cancel",
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["DeedRequestRequest"];
            };
        };
        responses: {
            /** @description The request, for another client to carry out */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "requestId": "01974c33-5f95-7266-9b70-5e93a4b2c0df",
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "deed": "cancel",
                     *       "expiresAt": "2026-11-29T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["DeedRequestResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChange"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listSubscriptionHistory: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authentications, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *         "requestedAt": "2026-11-28T09:00:00.000Z",
                     *         "relyingParty": {
                     *           "name": "한빛서점"
                     *         },
                     *         "purpose": "회원가입",
                     *         "channel": "push",
                     *         "state": "verified",
                     *         "closedAt": "2026-11-28T09:00:42.118Z",
                     *         "device": "내 **폰"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["OperatorHistoryResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getSubscriptionHistoryEntry: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
                /** @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e */
                authentication: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The authentication with its times */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *       "relyingParty": {
                     *         "name": "한빛서점"
                     *       },
                     *       "channel": "push",
                     *       "state": "expired",
                     *       "startedAt": "2026-11-28T09:00:00.000Z",
                     *       "sentAt": "2026-11-28T09:00:00.000Z",
                     *       "openedAt": null,
                     *       "closedAt": "2026-11-28T09:03:00.000Z",
                     *       "attempts": 0,
                     *       "resends": 0,
                     *       "byWindow": false,
                     *       "held": false,
                     *       "notMe": false
                     *     }
                     */
                    "application/json": components["schemas"]["HistoryEntryResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["AuthenticationNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getSubscriptionPhone: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The phone and its last pushes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "finding": "token_dead",
                     *       "lastContactAt": "2026-11-28T08:00:30.000Z",
                     *       "pushService": "fcm",
                     *       "hasPushToken": false,
                     *       "pushTokenDiedAt": "2026-11-28T09:00:01.000Z",
                     *       "pushes": [
                     *         {
                     *           "kind": "wake",
                     *           "pushService": "fcm",
                     *           "outcome": "unregistered",
                     *           "code": null,
                     *           "messageId": null,
                     *           "attempt": 1,
                     *           "answeredAt": "2026-11-28T09:00:01.000Z",
                     *           "tookMs": 84
                     *         }
                     *       ],
                     *       "smsPermissions": [],
                     *       "alerts": [],
                     *       "held": 0
                     *     }
                     */
                    "application/json": components["schemas"]["PhoneLookResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getSubscriptionAudit: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audit, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "entries": [
                     *         {
                     *           "at": "2026-11-28T09:00:00.000Z",
                     *           "operator": "kim",
                     *           "action": "report-loss",
                     *           "reason": "The customer called",
                     *           "outcome": "done"
                     *         }
                     *       ],
                     *       "life": [
                     *         {
                     *           "at": "2026-11-28T09:00:00.000Z",
                     *           "recordedAt": "2026-11-28T09:00:00.000Z",
                     *           "state": "suspended",
                     *           "change": "suspend",
                     *           "reason": "loss_reported",
                     *           "actor": "operator",
                     *           "actorId": "kim",
                     *           "event": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AuditResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listReissues: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reissues, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *         "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *         "state": "applied",
                     *         "cause": "lost",
                     *         "oldSerialNumber": "PG-1234-5678-9012",
                     *         "identityProof": "id_card",
                     *         "delivery": "visit",
                     *         "ownApplication": null,
                     *         "appliedBy": "kim",
                     *         "appliedAt": "2026-11-28T09:00:00.000Z",
                     *         "expiresAt": "2026-12-05T09:00:00.000Z",
                     *         "decidedBy": null,
                     *         "decidedAt": null,
                     *         "issuedBy": null,
                     *         "issuedAt": null,
                     *         "registeredAt": null,
                     *         "closedBy": null,
                     *         "closedAt": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["ReissueResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    applyForReissue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `subscriptionId`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called",
                 *       "cause": "lost",
                 *       "oldSerialNumber": "PG-1234-5678-9012",
                 *       "identityProof": "id_card",
                 *       "delivery": "visit"
                 *     }
                 */
                "application/json": components["schemas"]["ReissueRequest"];
            };
        };
        responses: {
            /** @description The reissue */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "applied",
                     *       "cause": "lost",
                     *       "oldSerialNumber": "PG-1234-5678-9012",
                     *       "identityProof": "id_card",
                     *       "delivery": "visit",
                     *       "ownApplication": null,
                     *       "appliedBy": "kim",
                     *       "appliedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-12-05T09:00:00.000Z",
                     *       "decidedBy": null,
                     *       "decidedAt": null,
                     *       "issuedBy": null,
                     *       "issuedAt": null,
                     *       "registeredAt": null,
                     *       "closedBy": null,
                     *       "closedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReissueResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["SubscriptionNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["NothingToChange"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["SerialNumberMismatch"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    approveReissue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the reissue
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The reissue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "applied",
                     *       "cause": "lost",
                     *       "oldSerialNumber": "PG-1234-5678-9012",
                     *       "identityProof": "id_card",
                     *       "delivery": "visit",
                     *       "ownApplication": null,
                     *       "appliedBy": "kim",
                     *       "appliedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-12-05T09:00:00.000Z",
                     *       "decidedBy": null,
                     *       "decidedAt": null,
                     *       "issuedBy": null,
                     *       "issuedAt": null,
                     *       "registeredAt": null,
                     *       "closedBy": null,
                     *       "closedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReissueResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["ReissueNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ReissueClosed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    refuseReissue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the reissue
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The reissue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "applied",
                     *       "cause": "lost",
                     *       "oldSerialNumber": "PG-1234-5678-9012",
                     *       "identityProof": "id_card",
                     *       "delivery": "visit",
                     *       "ownApplication": null,
                     *       "appliedBy": "kim",
                     *       "appliedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-12-05T09:00:00.000Z",
                     *       "decidedBy": null,
                     *       "decidedAt": null,
                     *       "issuedBy": null,
                     *       "issuedAt": null,
                     *       "registeredAt": null,
                     *       "closedBy": null,
                     *       "closedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReissueResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["ReissueNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ReissueClosed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    issueReissue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the reissue
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The code that enrols the new phone */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "reissueId": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *       "delivery": "visit",
                     *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "enrolmentUri": "pushguard://enrol?issuer=https%3A%2F%2Fpushguard.example&code=7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["IssuedReissueResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["ReissueNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ReissueClosed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    withdrawReissue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the reissue
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The customer called"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description The reissue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c32-4e84-7155-8a6f-4d8293a1bfce",
                     *       "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *       "state": "applied",
                     *       "cause": "lost",
                     *       "oldSerialNumber": "PG-1234-5678-9012",
                     *       "identityProof": "id_card",
                     *       "delivery": "visit",
                     *       "ownApplication": null,
                     *       "appliedBy": "kim",
                     *       "appliedAt": "2026-11-28T09:00:00.000Z",
                     *       "expiresAt": "2026-12-05T09:00:00.000Z",
                     *       "decidedBy": null,
                     *       "decidedAt": null,
                     *       "issuedBy": null,
                     *       "issuedAt": null,
                     *       "registeredAt": null,
                     *       "closedBy": null,
                     *       "closedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReissueResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["FormOutdatedOrInsufficientScopeOrWrongMode"];
            404: components["responses"]["ReissueNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ReissueClosed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts, as of now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-11-28T09:00:00.000Z",
                     *       "lossReports": {
                     *         "open": 2,
                     *         "breaker": {
                     *           "on": false,
                     *           "since": null,
                     *           "until": null
                     *         }
                     *       },
                     *       "suspended": {
                     *         "line_suspended": 3,
                     *         "loss_reported": 2,
                     *         "sim_swapped": 1
                     *       },
                     *       "linesInDoubt": 4,
                     *       "waiting": {
                     *         "approvals": 1,
                     *         "reissues": 1
                     *       },
                     *       "notMe": [
                     *         {
                     *           "relyingParty": {
                     *             "name": "한빛서점"
                     *           },
                     *           "count": 2
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["OverviewResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getCharges: {
        parameters: {
            query: {
                /**
                 * @description A month of the Seoul calendar, `YYYY-MM`.
                 * @example 2026-11
                 */
                month: string;
            };
            header: {
                /**
                 * @description The reason for this read, one line of 1 to 200 characters; kept in the audit
                 * @example The customer called
                 */
                "Audit-Reason": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The charges of the month */
            200: {
                headers: {
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "month": "2026-11",
                     *       "closedAt": null,
                     *       "charges": [
                     *         {
                     *           "subscriptionId": "01974a00-4c5d-7e6f-8a90-b1c2d3e4f506",
                     *           "lineId": "line-0001",
                     *           "month": "2026-11",
                     *           "days": 28,
                     *           "amount": 1026
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ChargesResponse"];
                    /**
                     * @example subscriptionId,lineId,month,days,amount
                     *     01974a00-4c5d-7e6f-8a90-b1c2d3e4f506,line-0001,2026-11,28,1026
                     */
                    "text/csv": string;
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidTokenOrSessionEnded"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "client_credentials",
                 *       "scope": "authentications"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The access token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6ImF1dGhlbnRpY2F0aW9ucyJ9.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 300,
                     *       "scope": "authentications"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["AccessDeniedOrAuthorizationPendingOrExpiredTokenOrInvalidDpopProofOrInvalidGrantOrInvalidGrantTypeOrInvalidRequestOrInvalidScopeOrSlowDownOrUnauthorizedClientAtOAuth"];
            401: components["responses"]["InvalidClientAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            413: components["responses"]["PayloadTooLargeAtOAuth"];
            415: components["responses"]["UnsupportedMediaTypeAtOAuth"];
            429: components["responses"]["TooManyRequestsAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public keys */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "EC",
                     *           "crv": "P-256",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                     *           "kid": "2026-11",
                     *           "alg": "ES256",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["JwksResponse"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestAtOAuth"];
            408: components["responses"]["RequestTimeoutAtOAuth"];
            431: components["responses"]["HeadersTooLargeAtOAuth"];
            500: components["responses"]["InternalErrorAtOAuth"];
            503: components["responses"]["ServiceUnavailableAtOAuth"];
            default: components["responses"]["OtherOAuthProblem"];
        };
    };
    getServerMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "https://pushguard.example",
                     *       "token_endpoint": "https://pushguard.example/oauth2/token",
                     *       "jwks_uri": "https://pushguard.example/oauth2/jwks",
                     *       "grant_types_supported": [
                     *         "client_credentials",
                     *         "urn:openid:params:grant-type:ciba",
                     *         "authorization_code"
                     *       ],
                     *       "response_types_supported": [
                     *         "code"
                     *       ],
                     *       "scopes_supported": [
                     *         "authentications",
                     *         "openid",
                     *         "signing",
                     *         "webhooks",
                     *         "carrier",
                     *         "operator",
                     *         "operator.decide",
                     *         "one-time-password-sms:send-validate",
                     *         "sim-swap",
                     *         "sim-swap:check",
                     *         "sim-swap:retrieve-date",
                     *         "sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create",
                     *         "sim-swap-subscriptions:read",
                     *         "sim-swap-subscriptions:delete",
                     *         "device-swap",
                     *         "device-swap:check",
                     *         "device-swap:retrieve-date",
                     *         "kyc-age-verification:verify",
                     *         "kyc-match:match",
                     *         "number-verification:verify",
                     *         "number-verification:device-phone-number:read",
                     *         "profile",
                     *         "phone",
                     *         "kr_identity",
                     *         "kr_di"
                     *       ],
                     *       "token_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post",
                     *         "none"
                     *       ],
                     *       "token_endpoint_auth_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256",
                     *         "EdDSA",
                     *         "Ed25519"
                     *       ],
                     *       "dpop_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256",
                     *         "EdDSA",
                     *         "Ed25519"
                     *       ],
                     *       "subject_types_supported": [
                     *         "pairwise"
                     *       ],
                     *       "id_token_signing_alg_values_supported": [
                     *         "ES256",
                     *         "RS256"
                     *       ],
                     *       "service_documentation": "https://pushguard.example/developers",
                     *       "backchannel_authentication_endpoint": "https://pushguard.example/oauth2/bc-authorize",
                     *       "backchannel_token_delivery_modes_supported": [
                     *         "poll",
                     *         "ping"
                     *       ],
                     *       "backchannel_authentication_request_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256"
                     *       ],
                     *       "backchannel_user_code_parameter_supported": false,
                     *       "acr_values_supported": [
                     *         "approve",
                     *         "urn:pushguard:acr:approve",
                     *         "push",
                     *         "urn:pushguard:acr:push",
                     *         "otp",
                     *         "urn:pushguard:acr:otp"
                     *       ],
                     *       "claims_supported": [
                     *         "sub",
                     *         "iss",
                     *         "aud",
                     *         "exp",
                     *         "iat",
                     *         "auth_time",
                     *         "acr",
                     *         "amr",
                     *         "urn:pushguard:recently_reissued",
                     *         "urn:pushguard:recent_sim_change",
                     *         "urn:pushguard:recently_enrolled",
                     *         "birthdate",
                     *         "gender",
                     *         "phone_number",
                     *         "phone_number_verified",
                     *         "urn:pushguard:foreigner",
                     *         "urn:pushguard:channel",
                     *         "di",
                     *         "urn:pushguard:age_over_19",
                     *         "urn:pushguard:by_number"
                     *       ],
                     *       "claims_parameter_supported": true,
                     *       "request_parameter_supported": true,
                     *       "request_uri_parameter_supported": false,
                     *       "authorization_endpoint": "https://pushguard.example/oauth2/authorize",
                     *       "pushed_authorization_request_endpoint": "https://pushguard.example/oauth2/par",
                     *       "require_pushed_authorization_requests": false,
                     *       "userinfo_endpoint": "https://pushguard.example/oauth2/userinfo",
                     *       "revocation_endpoint": "https://pushguard.example/oauth2/revoke",
                     *       "introspection_endpoint": "https://pushguard.example/oauth2/introspect",
                     *       "revocation_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post",
                     *         "none"
                     *       ],
                     *       "introspection_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post"
                     *       ],
                     *       "response_modes_supported": [
                     *         "query",
                     *         "form_post"
                     *       ],
                     *       "code_challenge_methods_supported": [
                     *         "S256"
                     *       ],
                     *       "authorization_response_iss_parameter_supported": true,
                     *       "prompt_values_supported": [
                     *         "login",
                     *         "none"
                     *       ],
                     *       "display_values_supported": [
                     *         "page",
                     *         "popup"
                     *       ],
                     *       "ui_locales_supported": [
                     *         "ko",
                     *         "en"
                     *       ],
                     *       "claim_types_supported": [
                     *         "normal"
                     *       ],
                     *       "request_object_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ServerMetadataResponse"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getOpenIdMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "https://pushguard.example",
                     *       "token_endpoint": "https://pushguard.example/oauth2/token",
                     *       "jwks_uri": "https://pushguard.example/oauth2/jwks",
                     *       "grant_types_supported": [
                     *         "client_credentials",
                     *         "urn:openid:params:grant-type:ciba",
                     *         "authorization_code"
                     *       ],
                     *       "response_types_supported": [
                     *         "code"
                     *       ],
                     *       "scopes_supported": [
                     *         "authentications",
                     *         "openid",
                     *         "signing",
                     *         "webhooks",
                     *         "carrier",
                     *         "operator",
                     *         "operator.decide",
                     *         "one-time-password-sms:send-validate",
                     *         "sim-swap",
                     *         "sim-swap:check",
                     *         "sim-swap:retrieve-date",
                     *         "sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create",
                     *         "sim-swap-subscriptions:read",
                     *         "sim-swap-subscriptions:delete",
                     *         "device-swap",
                     *         "device-swap:check",
                     *         "device-swap:retrieve-date",
                     *         "kyc-age-verification:verify",
                     *         "kyc-match:match",
                     *         "number-verification:verify",
                     *         "number-verification:device-phone-number:read",
                     *         "profile",
                     *         "phone",
                     *         "kr_identity",
                     *         "kr_di"
                     *       ],
                     *       "token_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post",
                     *         "none"
                     *       ],
                     *       "token_endpoint_auth_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256",
                     *         "EdDSA",
                     *         "Ed25519"
                     *       ],
                     *       "dpop_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256",
                     *         "EdDSA",
                     *         "Ed25519"
                     *       ],
                     *       "subject_types_supported": [
                     *         "pairwise"
                     *       ],
                     *       "id_token_signing_alg_values_supported": [
                     *         "ES256",
                     *         "RS256"
                     *       ],
                     *       "service_documentation": "https://pushguard.example/developers",
                     *       "backchannel_authentication_endpoint": "https://pushguard.example/oauth2/bc-authorize",
                     *       "backchannel_token_delivery_modes_supported": [
                     *         "poll",
                     *         "ping"
                     *       ],
                     *       "backchannel_authentication_request_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256"
                     *       ],
                     *       "backchannel_user_code_parameter_supported": false,
                     *       "acr_values_supported": [
                     *         "approve",
                     *         "urn:pushguard:acr:approve",
                     *         "push",
                     *         "urn:pushguard:acr:push",
                     *         "otp",
                     *         "urn:pushguard:acr:otp"
                     *       ],
                     *       "claims_supported": [
                     *         "sub",
                     *         "iss",
                     *         "aud",
                     *         "exp",
                     *         "iat",
                     *         "auth_time",
                     *         "acr",
                     *         "amr",
                     *         "urn:pushguard:recently_reissued",
                     *         "urn:pushguard:recent_sim_change",
                     *         "urn:pushguard:recently_enrolled",
                     *         "birthdate",
                     *         "gender",
                     *         "phone_number",
                     *         "phone_number_verified",
                     *         "urn:pushguard:foreigner",
                     *         "urn:pushguard:channel",
                     *         "di",
                     *         "urn:pushguard:age_over_19",
                     *         "urn:pushguard:by_number"
                     *       ],
                     *       "claims_parameter_supported": true,
                     *       "request_parameter_supported": true,
                     *       "request_uri_parameter_supported": false,
                     *       "authorization_endpoint": "https://pushguard.example/oauth2/authorize",
                     *       "pushed_authorization_request_endpoint": "https://pushguard.example/oauth2/par",
                     *       "require_pushed_authorization_requests": false,
                     *       "userinfo_endpoint": "https://pushguard.example/oauth2/userinfo",
                     *       "revocation_endpoint": "https://pushguard.example/oauth2/revoke",
                     *       "introspection_endpoint": "https://pushguard.example/oauth2/introspect",
                     *       "revocation_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post",
                     *         "none"
                     *       ],
                     *       "introspection_endpoint_auth_methods_supported": [
                     *         "private_key_jwt",
                     *         "client_secret_basic",
                     *         "client_secret_post"
                     *       ],
                     *       "response_modes_supported": [
                     *         "query",
                     *         "form_post"
                     *       ],
                     *       "code_challenge_methods_supported": [
                     *         "S256"
                     *       ],
                     *       "authorization_response_iss_parameter_supported": true,
                     *       "prompt_values_supported": [
                     *         "login",
                     *         "none"
                     *       ],
                     *       "display_values_supported": [
                     *         "page",
                     *         "popup"
                     *       ],
                     *       "ui_locales_supported": [
                     *         "ko",
                     *         "en"
                     *       ],
                     *       "claim_types_supported": [
                     *         "normal"
                     *       ],
                     *       "request_object_signing_alg_values_supported": [
                     *         "ES256",
                     *         "PS256"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ServerMetadataResponse"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoints, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0",
                     *         "url": "https://shop.example/pushguard",
                     *         "types": [
                     *           "authentication.verified",
                     *           "authentication.expired"
                     *         ],
                     *         "description": null,
                     *         "disabled": false,
                     *         "disabledBy": null,
                     *         "failingSince": null,
                     *         "createdAt": "2026-11-28T09:00:00.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["WebhookEndpointResponse"][];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    addWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1-255 visible ASCII characters, in quotes or without, kept 24 hours
                 * @example 5f2b1c9e-order-1881
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://shop.example/pushguard",
                 *       "types": [
                 *         "authentication.verified",
                 *         "authentication.expired"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["WebhookEndpointRequest"];
            };
        };
        responses: {
            /** @description The endpoint, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0",
                     *       "url": "https://shop.example/pushguard",
                     *       "types": [
                     *         "authentication.verified",
                     *         "authentication.expired"
                     *       ],
                     *       "description": null,
                     *       "disabled": false,
                     *       "disabledBy": null,
                     *       "failingSince": null,
                     *       "createdAt": "2026-11-28T09:00:00.000Z",
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
                     *     }
                     */
                    "application/json": components["schemas"]["AddedWebhookEndpointResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["WebhookEndpointLimit"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReusedOrWebhookUrlRefused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0",
                     *       "url": "https://shop.example/pushguard",
                     *       "types": [
                     *         "authentication.verified",
                     *         "authentication.expired"
                     *       ],
                     *       "description": null,
                     *       "disabled": false,
                     *       "disabledBy": null,
                     *       "failingSince": null,
                     *       "createdAt": "2026-11-28T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    changeWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "disabled": false
                 *     }
                 */
                "application/json": components["schemas"]["ChangeWebhookEndpointRequest"];
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0",
                     *       "url": "https://shop.example/pushguard",
                     *       "types": [
                     *         "authentication.verified",
                     *         "authentication.expired"
                     *       ],
                     *       "description": null,
                     *       "disabled": false,
                     *       "disabledBy": null,
                     *       "failingSince": null,
                     *       "createdAt": "2026-11-28T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEndpointResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["WebhookUrlRefused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1-255 visible ASCII characters, in quotes or without, kept 24 hours
                 * @example 5f2b1c9e-order-1881
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "gracePeriodHours": 24
                 *     }
                 */
                "application/json": components["schemas"]["RotateSecretRequest"];
            };
        };
        responses: {
            /** @description The new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
                     *       "formerSecretUntil": "2026-11-29T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RotatedSecretResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    sendTestEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "authentication.verified"
                 *     }
                 */
                "application/json": components["schemas"]["TestWebhookRequest"];
            };
        };
        responses: {
            /** @description The event, which is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f"
                     *     }
                     */
                    "application/json": components["schemas"]["SentWebhookResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["WebhookEndpointDisabled"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    recoverWebhookEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-11-28T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description How many events will be sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "events": 12,
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReplayResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["WebhookEndpointDisabled"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    replayMissingWebhookEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the endpoint
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-11-28T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description How many events will be sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "events": 12,
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["ReplayResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["WebhookEndpointDisabled"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listWebhookEvents: {
        parameters: {
            query: {
                /**
                 * @description Only events of this type.
                 * @example authentication.verified
                 */
                type?: "authentication.opened" | "authentication.verified" | "authentication.declined" | "authentication.expired" | "authentication.failed" | "authentication.cancelled" | "window.closed" | "registration.activated" | "registration.declined" | "registration.expired" | "registration.revoked" | "smart_otp.enrolled" | "smart_otp.revoked" | "smart_otp.locked" | "subject.changed" | "endpoint.disabled" | "test";
                /**
                 * @description RFC 3339: only events that happened at this instant or later.
                 * @example 2026-11-27T00:00:00Z
                 */
                since?: string;
                /**
                 * @description RFC 3339: only events that happened before this instant.
                 * @example 2026-11-28T00:00:00Z
                 */
                until?: string;
                /**
                 * @description The `cursor` of the page before.
                 * @example msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f
                 */
                cursor?: string;
                /**
                 * @description Reads the feed, the oldest first: events behind this place, which is the `after` of the answer before, or the id of an
                 *     event. Empty for all events of the last 30 days. It combines with `type` and `limit` alone.
                 * @example msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f
                 */
                after?: string;
                /**
                 * @description Events of one answer, 1 to 500. 100 when left out.
                 * @example 100
                 */
                limit: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "events": [
                     *         {
                     *           "id": "msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f",
                     *           "type": "authentication.verified",
                     *           "timestamp": "2026-11-28T09:00:42.118Z",
                     *           "data": {
                     *             "id": "01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e",
                     *             "state": "verified",
                     *             "channel": "push",
                     *             "closedAt": "2026-11-28T09:00:42.118Z"
                     *           }
                     *         }
                     *       ],
                     *       "cursor": null,
                     *       "after": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookEventsResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEventNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listWebhookAttempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the event, which is also its `webhook-id`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The attempts, the last first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "attempts": [
                     *         {
                     *           "endpointId": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0",
                     *           "attempt": 1,
                     *           "at": "2026-11-28T09:00:42.300Z",
                     *           "ms": 41,
                     *           "outcome": "accepted",
                     *           "status": 204,
                     *           "fault": null,
                     *           "response": ""
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookAttemptsResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEventNotFound"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    resendWebhookEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the event, which is also its `webhook-id`
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "endpointId": "01974c34-60a6-7377-8c81-6fa4b5c3d1e0"
                 *     }
                 */
                "application/json": components["schemas"]["ResendWebhookRequest"];
            };
        };
        responses: {
            /** @description The event, which is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f"
                     *     }
                     */
                    "application/json": components["schemas"]["SentWebhookResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["InvalidToken"];
            403: components["responses"]["InsufficientScopeOrWrongMode"];
            404: components["responses"]["WebhookEndpointNotFoundOrWebhookEventNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["WebhookEndpointDisabled"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    listAlerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alerts, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "alerts": [
                     *         {
                     *           "id": "01974c31-3d73-7044-9f5e-3c718290aebd",
                     *           "kind": "sim_swapped",
                     *           "at": "2026-11-28T08:00:00.000Z",
                     *           "expiresAt": "2026-12-01T08:00:00.000Z",
                     *           "state": "open",
                     *           "nonce": "Xk3v9QmT0rY6wB2sN8hD5g"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AlertsResponse"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    confirmAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the alert
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["AlertAnswerRequest"];
            };
        };
        responses: {
            /** @description The code for the new phone, to be shown on this phone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "enrolmentCode": "7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "enrolmentUri": "pushguard://enrol?issuer=https%3A%2F%2Fpushguard.example&code=7KQ2M-9XH4T-B3VWC-5R8YN",
                     *       "expiresAt": "2026-11-28T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["NewPhoneResponse"];
                };
            };
            /** @description Confirmed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AlertNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlertClosedOrSubscriptionNotActive"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
    objectToAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `id` of the alert
                 * @example 01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pinProof": "mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw"
                 *     }
                 */
                "application/json": components["schemas"]["AlertAnswerRequest"];
            };
        };
        responses: {
            /** @description Objected */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["DeviceProofInvalid"];
            404: components["responses"]["AlertNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlertClosed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PinMismatch"];
            423: components["responses"]["PinExhaustedOrPinLocked"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
            default: components["responses"]["OtherProblem"];
        };
    };
}
