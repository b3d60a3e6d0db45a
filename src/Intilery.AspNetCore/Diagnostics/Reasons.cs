namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Why a fact did not become an event, or an event was lost. The codes are stable: dashboards count them.</summary>
internal static class Reasons
{
    /// <summary>A live session was issued anew: its cookie, its tenant, or its tokens for a refresh token.</summary>
    public const string Refresh = "refresh";

    /// <summary>The scheme carries a step of a sign-in (external, two-factor) or stands beside the user's session, and carries none itself.</summary>
    public const string IntermediateScheme = "intermediate-scheme";

    /// <summary>The scheme is not one of those that are tracked.</summary>
    public const string UntrackedScheme = "untracked-scheme";

    /// <summary>Nobody was signed in.</summary>
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

    /// <summary>Out and in again, or in and out again, within one request.</summary>
    public const string Coalesced = "coalesced";

    /// <summary>The membership went with its account, whose deletion is the event.</summary>
    public const string AccountDeleted = "account-deleted";

    /// <summary>A user made or confirmed outside any request (seeding, imports), or a sign-in or sign-out after the end of its own.</summary>
    public const string OutsideScope = "outside-scope";

    /// <summary>A user made without a confirmed e-mail address, where that is when users sign up.</summary>
    public const string EmailUnconfirmed = "email-unconfirmed";

    /// <summary>An anonymous request made a user without an e-mail address, a phone number, a password or a session: a guest.</summary>
    public const string Guest = "guest";

    /// <summary>The row that a backfill read is marked as deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>The change was undone by a rollback.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>
    /// The change's transaction ended without a word to EF Core, and the outbox is not in its database: it was disposed, or committed
    /// behind EF Core's back.
    /// </summary>
    public const string Unconfirmed = "unconfirmed";

    /// <summary>Rows that a save changes could not be read beforehand; what EF Core tracks of them counts instead.</summary>
    public const string UnreadableRow = "unreadable-row";

    /// <summary>
    /// <c>ExecuteUpdate</c>, <c>ExecuteDelete</c> or raw SQL has changed rows of a watched table, which makes no events: EF Core does not track
    /// such changes.
    /// </summary>
    public const string BulkChange = "bulk-change";

    /// <summary>An id is too long, or holds what databases and the API would not keep as it is: it would be another one.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The user's id cannot be named.</summary>
    public const string NoUser = "no-user";

    /// <summary>The user is one of those whom <c>Exclude</c> leaves out.</summary>
    public const string Excluded = "excluded";

    /// <summary>Somebody else acts in the user's name: the principal has an <c>act</c> claim, or the options' own.</summary>
    public const string Impersonated = "impersonated";

    /// <summary>The browser cannot be told of it: the session is a token's, or the response has already left.</summary>
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

    /// <summary>A property without which there is no event had no value in this call of the endpoint.</summary>
    public const string Incomplete = "incomplete";

    /// <summary>One request asked for more events than <c>Capture:MaxEventsPerRequest</c>.</summary>
    public const string TooMany = "too-many";

    /// <summary>The mapped row of a trial whose end date has come is no trial any more, or is gone: it was changed behind EF Core's back.</summary>
    public const string NoTrial = "no-trial";

    /// <summary>The memory buffer in front of the outbox is full.</summary>
    public const string BufferFull = "buffer-full";

    /// <summary>The outbox has reached its size limit, or its disk is full, and so is the memory buffer in front of it.</summary>
    public const string OutboxFull = "outbox-full";

    /// <summary>The outbox's store refuses the event for good; it is a dead letter or, if the store refuses that too, lost.</summary>
    public const string Unstorable = "unstorable";

    /// <summary>What the outbox holds of an event or a change cannot be read; it is a dead letter.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The host stopped before the outbox took what was in memory.</summary>
    public const string Stopped = "stopped";

    /// <summary>The event cannot be written as a call of the API.</summary>
    public const string Invalid = "invalid";

    /// <summary>The API refused the event; it is a dead letter.</summary>
    public const string Rejected = "rejected";

    /// <summary>The event is larger than the API takes, even without what is optional; it is a dead letter.</summary>
    public const string TooLarge = "too-large";

    /// <summary>A dead letter made room for a newer one: the outbox is in memory, and keeps 1,000.</summary>
    public const string DeadLettersFull = "dead-letters-full";
}
