namespace Intilery.AspNetCore.Diagnostics;

/// <summary>The reasons why a fact did not become an event, or an event was lost. The codes are stable: dashboards count them.</summary>
internal static class Reasons
{
    /// <summary>A live session was reissued: its cookie, its tenant, or its tokens by a refresh token.</summary>
    public const string Refresh = "refresh";

    /// <summary>The scheme carries an intermediate step of a sign-in (external, two-factor) or supplements the user's session.</summary>
    public const string IntermediateScheme = "intermediate-scheme";

    /// <summary>The scheme is not tracked.</summary>
    public const string UntrackedScheme = "untracked-scheme";

    /// <summary>No user was signed in.</summary>
    public const string AnonymousSignOut = "anonymous-sign-out";

    /// <summary>The session was rejected by its security stamp, and <c>SignOut:WhenRevoked</c> is off.</summary>
    public const string Revoked = "revoked";

    /// <summary>The response no longer carries the cookie: an exception handler cleared it.</summary>
    public const string CookieWithdrawn = "cookie-withdrawn";

    /// <summary>The response had started: the cookies of a session can no longer be set or deleted.</summary>
    public const string ResponseStarted = "response-started";

    /// <summary>The application's own call threw.</summary>
    public const string Failed = "failed";

    /// <summary>The same fact was already reported.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>A sign-out and sign-in, or a sign-in and sign-out, of one user within one request.</summary>
    public const string Coalesced = "coalesced";

    /// <summary>The membership went with its account, whose deletion is the event.</summary>
    public const string AccountDeleted = "account-deleted";

    /// <summary>
    /// A user was created or confirmed outside any scope (seeding, imports), or a sign-in or sign-out came after the end of its request.
    /// </summary>
    public const string OutsideScope = "outside-scope";

    /// <summary>A user was created without a confirmed e-mail address, where the confirmation counts as the sign-up.</summary>
    public const string EmailUnconfirmed = "email-unconfirmed";

    /// <summary>An anonymous request created a user without an e-mail address, a phone number, a password or a session: a guest.</summary>
    public const string Guest = "guest";

    /// <summary>The row that a backfill read is marked as deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>The change was rolled back.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>
    /// The change's transaction ended without a callback of EF Core, and the outbox is not in its database: it was disposed, or
    /// committed without EF Core.
    /// </summary>
    public const string Unconfirmed = "unconfirmed";

    /// <summary>Rows that a save changes could not be read beforehand; what EF Core tracks of them counts instead.</summary>
    public const string UnreadableRow = "unreadable-row";

    /// <summary>
    /// <c>ExecuteUpdate</c>, <c>ExecuteDelete</c> or raw SQL has changed rows of a watched table, without events: EF Core does not track
    /// such changes.
    /// </summary>
    public const string BulkChange = "bulk-change";

    /// <summary>An id is too long, or contains characters that databases and the API would alter.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The user of the event is unknown.</summary>
    public const string NoUser = "no-user";

    /// <summary>The options (<c>Exclude</c>) exclude the user.</summary>
    public const string Excluded = "excluded";

    /// <summary>The session is impersonated: the principal has an <c>act</c> claim, or a configured one.</summary>
    public const string Impersonated = "impersonated";

    /// <summary>The browser cannot be notified: the session is a token's, or the response has started.</summary>
    public const string BrowserOutOfReach = "browser-out-of-reach";

    /// <summary>The principal or user names several tenants; the event is sent without <c>groupId</c>.</summary>
    public const string AmbiguousTenant = "ambiguous-tenant";

    /// <summary>
    /// The application's tenant resolver failed or took too long, or the process ended before it was asked; the event is sent without
    /// <c>groupId</c>.
    /// </summary>
    public const string UnresolvedTenant = "unresolved-tenant";

    /// <summary>Identify would repeat unchanged traits within a day.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>The request's endpoint carries <c>[SkipLifecycleTracking]</c>.</summary>
    public const string Skipped = "skipped";

    /// <summary>The endpoint that asks for the event failed: by its status, by an invalid model state, or by an exception.</summary>
    public const string Unsuccessful = "unsuccessful";

    /// <summary>A required property had no value in this call of the endpoint.</summary>
    public const string Incomplete = "incomplete";

    /// <summary>One request asked for more events than <c>Capture:MaxEventsPerRequest</c>.</summary>
    public const string TooMany = "too-many";

    /// <summary>The mapped row of a due trial is no longer a trial, or is deleted: it was changed without EF Core.</summary>
    public const string NoTrial = "no-trial";

    /// <summary>The memory buffer in front of the outbox is full.</summary>
    public const string BufferFull = "buffer-full";

    /// <summary>The outbox has reached its size limit, or its disk is full, and so is the memory buffer in front of it.</summary>
    public const string OutboxFull = "outbox-full";

    /// <summary>
    /// The outbox's store can never store the event; it is a dead letter or, if the store cannot store that either, lost.
    /// </summary>
    public const string Unstorable = "unstorable";

    /// <summary>An event or change cannot be read from the outbox; it is a dead letter.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The host stopped before the outbox could store what waited in memory.</summary>
    public const string Stopped = "stopped";

    /// <summary>The event cannot be serialized as a call of the API.</summary>
    public const string Invalid = "invalid";

    /// <summary>The API rejected the event; it is a dead letter.</summary>
    public const string Rejected = "rejected";

    /// <summary>The event is larger than the API accepts, even without its optional parts; it is a dead letter.</summary>
    public const string TooLarge = "too-large";

    /// <summary>A newer dead letter replaced it: the outbox is in memory, and keeps 1,000.</summary>
    public const string DeadLettersFull = "dead-letters-full";
}
