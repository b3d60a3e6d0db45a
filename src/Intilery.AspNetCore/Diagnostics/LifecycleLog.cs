using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

#pragma warning disable SYSLIB1015 // Lines about what was not tracked, or was lost, have the endpoint and the trace as fields beside their text.

/// <summary>
/// The log messages. Ids are stable and never reused: 1 to 99 set-up, 100 capture, 200 enrich, 300 outbox, 400 deliver, 500 browser.
/// </summary>
internal static partial class LifecycleLog
{
    [LoggerMessage(1, LogLevel.Information, "Intilery lifecycle tracking is on. Schemes: {Schemes}. Contexts: {Contexts}. Tenant claims: {TenantClaims}. Outbox: {Outbox}. Destination: {Destination}.")]
    public static partial void Armed(
        this ILogger logger, string schemes, string contexts, string tenantClaims, string outbox, string destination);

    [LoggerMessage(2, LogLevel.Warning, "Intilery lifecycle tracking captures and shows events, but delivers nothing: no account is configured. Set Intilery:ClientId and Intilery:AuthToken to deliver.")]
    public static partial void NoAccount(this ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "Intilery lifecycle tracking is switched off by Intilery:Enabled.")]
    public static partial void Disabled(this ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "No DbContext with ASP.NET Core Identity users is registered: sign-ups are not captured. Register it with AddDbContext, AddDbContextPool or one of their factories.")]
    public static partial void NoIdentityContext(this ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "The registered IAuthenticationService bypasses Intilery's: sign-ins and sign-outs are not captured. Call builder.Services.AddIntilery() after the code that registers it.")]
    public static partial void AuthenticationBypassed(this ILogger logger);

    [LoggerMessage(6, LogLevel.Information, "Intilery lifecycle tracking captures and shows events, but delivers nothing: Intilery:CaptureOnly is set.")]
    public static partial void CaptureOnly(this ILogger logger);

    [LoggerMessage(7, LogLevel.Information, "Under TestServer events are captured, and nothing is sent to {BaseAddress}. Set Intilery:Delivery:UnderTestServer to deliver.")]
    public static partial void TestServer(this ILogger logger, string baseAddress);

    [LoggerMessage(8, LogLevel.Warning, "Intilery:Enabled, Intilery:CaptureOnly or the presence of an account changed. The change takes effect after a restart; until then the previous options apply.")]
    public static partial void RestartNeeded(this ILogger logger);

    [LoggerMessage(9, LogLevel.Warning, "The section Intilery of the configuration has unknown keys, perhaps misspelled: {Keys}.")]
    public static partial void UnknownKeys(this ILogger logger, string keys);

    [LoggerMessage(10, LogLevel.Warning, "Intilery:TrackedSchemes names schemes that are not registered: {Unknown}. Registered: {Registered}.")]
    public static partial void UnknownSchemes(this ILogger logger, string unknown, string registered);

    [LoggerMessage(11, LogLevel.Warning, "Nothing is captured, although {Evidence}: call app.UseIntileryLifecycleTracking() in Program.cs, anywhere before app.Run(). If nothing should be captured, set Intilery:Enabled to false.")]
    public static partial void LineForgotten(this ILogger logger, string evidence);

    [LoggerMessage(12, LogLevel.Information, "Sign-ins with the tokens of {Schemes} are not tracked. If this application issues the tokens, put [TrackSignedIn] on the endpoint that does, or track a SignedIn with ILifecycleTracker. If another service issues them, track sign-ins in that service.")]
    public static partial void TokenSignInsUntracked(this ILogger logger, string schemes);

    [LoggerMessage(13, LogLevel.Information, "Sign-ups are not captured: this application has no users of ASP.NET Core Identity in a DbContext. If it creates users elsewhere, put [TrackSignedUp] on the endpoint that does, or track a SignedUp with ILifecycleTracker; if they are another entity of a DbContext, call AddIntilery().MapUsers<TUser>().")]
    public static partial void UsersElsewhere(this ILogger logger);

    [LoggerMessage(14, LogLevel.Warning, "Intilery does not see what {Context} saves: {Cause}. Register it with AddDbContext, AddDbContextPool or a factory of theirs, and let its constructor take its DbContextOptions.")]
    public static partial void ContextNotWatched(this ILogger logger, string context, string cause);

    [LoggerMessage(20, LogLevel.Information, "A request for {Path} was answered with 404: it does not come from this machine, or came through a proxy or tunnel. To show the page to others, as in a container, map it: app.MapIntilery(\"/intilery\").RequireAuthorization(\"…\").")]
    public static partial void PageRefused(this ILogger logger, string path);

    [LoggerMessage(21, LogLevel.Information, "{Event} is not captured ({Status}): {Reason} {Fix}")]
    public static partial void EventNotCovered(this ILogger logger, string @event, CoverageStatus status, string reason, string fix);

    [LoggerMessage(22, LogLevel.Information, "Of the specification's ten events this application captures {Covered}. Not captured: {Missing}. 'dotnet run -- intilery doctor' prints the reasons.")]
    public static partial void CoverageSummary(this ILogger logger, int covered, string missing);

    [LoggerMessage(30, LogLevel.Information, "Sign-ins and sign-outs of the scheme {Scheme} are {Tracked}: {Why}.")]
    public static partial void Scheme(this ILogger logger, string scheme, string tracked, string why);

    [LoggerMessage(100, LogLevel.Debug, "{Event} was not tracked: {Reason}.")]
    public static partial void FactSuppressed(this ILogger logger, string @event, string reason, string? endpoint, string? traceId);

    [LoggerMessage(101, LogLevel.Error, "Intilery lifecycle tracking failed while {Stage}; the application is not affected.{Unlogged}")]
    public static partial void StageFailed(this ILogger logger, string stage, Unlogged unlogged, Exception exception);

    [LoggerMessage(102, LogLevel.Debug, "An event is sent without its account (context.groupId): {Reason}.")]
    public static partial void TenantLeftOut(this ILogger logger, string reason, string? endpoint, string? traceId);

    [LoggerMessage(103, LogLevel.Warning, "{Event} was not tracked: {Member} {Fault}. Ids are sent unchanged, or not at all.{Unlogged}")]
    public static partial void IdRefused(
        this ILogger logger, string @event, string member, string fault, Unlogged unlogged, string? endpoint, string? traceId);

    [LoggerMessage(104, LogLevel.Debug, "Intilery lifecycle tracking failed while {Stage}, as an earlier error reports: {Fault}")]
    public static partial void FailedAsReported(this ILogger logger, string stage, string fault);

    [LoggerMessage(EventId = 110, Message = "A user signed in whose principal has none of the tenant claims ({Configured}): unless a mapped membership or a tenant column gives the account, its events have no groupId. The principal's claim types are: {ClaimTypes}. Set Intilery:Tenant:ClaimType, or call AddIntilery().UseTenantResolver<T>().")]
    public static partial void NoTenantClaim(this ILogger logger, LogLevel level, string configured, string claimTypes);

    [LoggerMessage(111, LogLevel.Warning, "A user signed in whose principal has another id than the key of the user's row. Sign-ups carry the row's key and sign-ins the principal's id, so Intilery sees two users. {Cure}.")]
    public static partial void UserIdsDiffer(this ILogger logger, string cure);

    [LoggerMessage(120, LogLevel.Warning, "{Source} tracked no event: it found no usable value for {Property}.{Unlogged}")]
    public static partial void EventIncomplete(
        this ILogger logger, string source, string property, Unlogged unlogged, string? endpoint, string? traceId);

    [LoggerMessage(121, LogLevel.Error, "An event that an endpoint asks for cannot be made. {Fault}")]
    public static partial void EndpointRefused(this ILogger logger, string fault);

    [LoggerMessage(122, LogLevel.Warning, "{Source} tracked its event without {Property}: the value of {Path} is not a date. Use a DateTimeOffset, DateTime or DateOnly, or text such as 2026-01-31 or 2026-01-31T09:00:00Z. This is logged once.")]
    public static partial void NoDate(this ILogger logger, string source, string property, string path);

    [LoggerMessage(123, LogLevel.Warning, "{Source} reached the limit of {Limit} events in one request, and {Dropped} more were dropped. If such requests are intended, raise Intilery:Capture:MaxEventsPerRequest.{Unlogged}")]
    public static partial void TooManyEvents(
        this ILogger logger, string source, int dropped, int limit, Unlogged unlogged, string? endpoint, string? traceId);

    [LoggerMessage(130, LogLevel.Warning, "ExecuteUpdate, ExecuteDelete or raw SQL has changed rows of the table {Table}. EF Core does not track such changes, so they send no events: change the entities and save them, or track the events from code. Further changes of this table are only counted, with the reason bulk-change.")]
    public static partial void BulkChange(this ILogger logger, string table, string? endpoint, string? traceId);

    [LoggerMessage(200, LogLevel.Information, "Captured {Event} of user {UserId}, account {GroupId}: {Properties}")]
    public static partial void Captured(this ILogger logger, string @event, string? userId, string groupId, string properties);

    [LoggerMessage(206, LogLevel.Debug, "Captured {Event} of user {UserId}, account {GroupId}, as message {MessageId}.")]
    public static partial void CapturedOnly(this ILogger logger, string @event, string? userId, string groupId, string? messageId);

    [LoggerMessage(201, LogLevel.Information, "Recovered {Count} pending changes of a terminated process.")]
    public static partial void IntentsRecovered(this ILogger logger, int count);

    [LoggerMessage(202, LogLevel.Debug, "{Event} is larger than the API accepts: {Outcome}.")]
    public static partial void MessageTooLarge(this ILogger logger, string @event, string outcome);

    [LoggerMessage(250, LogLevel.Error, "Trial Started is sent, but Trial Ended is not sent at the end date: the trial clock does not run, because this outbox belongs to one process and another may extend or end the trial. Let events wait in the application's database (UseEntityFrameworkOutbox), or set Intilery:Outbox:SingleInstance if the application never runs in more than one process.")]
    public static partial void TrialsNotScheduled(this ILogger logger);

    [LoggerMessage(251, LogLevel.Warning, "The trial clock runs in memory: a trial that ends after this process has stopped gets no Trial Ended. Let events wait in the application's database (UseEntityFrameworkOutbox), or set Intilery:Outbox:Path to a writable folder.")]
    public static partial void TrialsInMemory(this ILogger logger);

    [LoggerMessage(252, LogLevel.Information, "Ended trials whose end date has passed: {Count}.")]
    public static partial void TrialsEnded(this ILogger logger, int count);

    [LoggerMessage(253, LogLevel.Warning, "The trial clock's memory is full: it holds {Capacity} trials, and drops those that ended first, then those that end last. A dropped trial gets no Trial Ended at its end date, and its events may be sent twice.{Unlogged}")]
    public static partial void TrialsForgotten(this ILogger logger, int capacity, Unlogged unlogged);

    [LoggerMessage(203, LogLevel.Warning, "An observer of lifecycle events did not return within {Timeout}: requests no longer wait for it until it does.")]
    public static partial void ObserverStalled(this ILogger logger, Duration timeout);

    [LoggerMessage(204, LogLevel.Warning, "An observer of lifecycle events is too slow and missed a notification.{Unlogged}")]
    public static partial void NoticesLeftOut(this ILogger logger, Unlogged unlogged);

    [LoggerMessage(205, LogLevel.Warning, "The enrichers of lifecycle events did not return within {Timeout}: events are sent unchanged until they do.")]
    public static partial void EnricherStalled(this ILogger logger, Duration timeout);

    [LoggerMessage(300, LogLevel.Error, "Events were lost for the reason {Reason}: {Events}.{Unlogged}")]
    public static partial void EventsDropped(
        this ILogger logger, int events, string reason, Unlogged unlogged, string? endpoint, string? traceId);

    [LoggerMessage(301, LogLevel.Error, "The outbox cannot be written; events wait in memory until it can.{Unlogged}")]
    public static partial void OutboxWriteFailed(this ILogger logger, Unlogged unlogged, Exception exception);

    [LoggerMessage(302, LogLevel.Warning, "The outbox did not commit within {CommitTimeout}; events wait in memory and requests no longer wait for it until it answers.")]
    public static partial void OutboxStalled(this ILogger logger, Duration commitTimeout);

    [LoggerMessage(303, LogLevel.Information, "The outbox commits in time again.")]
    public static partial void OutboxHealed(this ILogger logger);

    [LoggerMessage(304, LogLevel.Warning, "The outbox folder {Path} cannot be used ({Fault}). {Consequence}")]
    public static partial void OutboxFallback(this ILogger logger, string path, string fault, string consequence);

    [LoggerMessage(305, LogLevel.Information, "Took over {Rows} events from {File}, which a terminated process left.")]
    public static partial void OutboxAdopted(this ILogger logger, int rows, string file);

    [LoggerMessage(306, LogLevel.Warning, "Events wait in the outbox for another destination than the configured one, and are not delivered ({Rows} for {Destinations}). IIntileryOutbox.ListOtherDestinationsAsync lists them, RedirectDestinationAsync sends them to the configured one, PurgeDestinationAsync deletes them.")]
    public static partial void OtherDestinations(this ILogger logger, long rows, string destinations);

    [LoggerMessage(307, LogLevel.Information, "Dead letters that had been kept for {Retention} were deleted: {Count}.")]
    public static partial void DeadLettersExpired(this ILogger logger, int count, Duration retention);

    [LoggerMessage(308, LogLevel.Information, "What waited for {Destination} was redirected to the configured destination. Events: {Events}. Running trials: {Trials}.")]
    public static partial void DestinationRedirected(this ILogger logger, string destination, long events, long trials);

    [LoggerMessage(309, LogLevel.Information, "What waited for {Destination} was deleted on request. Events: {Events}. Running trials: {Trials}.")]
    public static partial void DestinationPurged(this ILogger logger, string destination, long events, long trials);

    [LoggerMessage(310, LogLevel.Error, "The outbox can never store {Event} (row {Row}): it is kept as a dead letter, and IIntileryOutbox lists it.{Unlogged}")]
    public static partial void EventSetAside(this ILogger logger, string @event, long row, Unlogged unlogged, Exception exception);

    [LoggerMessage(311, LogLevel.Error, "The outbox cannot store {Event} (row {Row}), not even as a dead letter: it is lost.{Unlogged}")]
    public static partial void EventUnstorable(this ILogger logger, string @event, long row, Unlogged unlogged, Exception exception);

    [LoggerMessage(312, LogLevel.Debug, "Recorded {Event} of user {UserId}, account {GroupId}, as message {MessageId}.")]
    public static partial void EventRecorded(this ILogger logger, string @event, string? userId, string groupId, string? messageId);

    [LoggerMessage(313, LogLevel.Error, "What the outbox holds of {Event} (row {Row}) cannot be read: it is kept as a dead letter, and IIntileryOutbox lists it.{Unlogged}")]
    public static partial void EventUnreadable(this ILogger logger, string @event, long row, Unlogged unlogged);

    [LoggerMessage(314, LogLevel.Warning, "A newer version of Intilery.AspNetCore has written {Count} or more entries of the outbox. This process leaves them to one of that version; if none runs, update this one.{Unlogged}")]
    public static partial void NewerEntries(this ILogger logger, long count, Unlogged unlogged);

    [LoggerMessage(315, LogLevel.Error, "{Event} (row {Row}) is protected by a key of Data Protection that this application does not have: it is kept as a dead letter, and IIntileryOutbox lists it. Keep the keys where every process finds them (PersistKeysTo…, SetApplicationName). When they are restored, retry the dead letters.{Unlogged}")]
    public static partial void EventStaysProtected(this ILogger logger, string @event, long row, Unlogged unlogged);

    [LoggerMessage(320, LogLevel.Error, "The outbox file {File} cannot be used ({Fault}); it was set aside, unchanged, as {SetAside}. Events that waited in it are not delivered; new ones go to another file.")]
    public static partial void OutboxSetAside(this ILogger logger, string file, string fault, string setAside);

    [LoggerMessage(321, LogLevel.Error, "The outbox file {File} is left as it is, and the events in it wait for a process that can read it: {Fault}")]
    public static partial void OutboxFileRefused(this ILogger logger, string file, string fault);

    [LoggerMessage(322, LogLevel.Warning, "The outbox file {File} was removed or renamed while it was in use; what waited in it was moved to {NewFile}.")]
    public static partial void OutboxReplaced(this ILogger logger, string file, string newFile);

    [LoggerMessage(323, LogLevel.Warning, "Other users can write to the outbox folder {Folder}, and so remove waiting events. Revoke their permission to write (chmod go-w), unless it is intended.")]
    public static partial void OutboxFolderOpen(this ILogger logger, string folder);

    [LoggerMessage(330, LogLevel.Error, "The outbox in the database of {Context} cannot be used: requests are not affected, and events wait in memory. {Cure}{Unlogged}")]
    public static partial void OutboxTablesFail(this ILogger logger, string context, string cure, Unlogged unlogged, Exception exception);

    [LoggerMessage(331, LogLevel.Information, "The outbox in the database of {Context} can be used again.")]
    public static partial void OutboxTablesWork(this ILogger logger, string context);

    [LoggerMessage(340, LogLevel.Warning, "The outbox could not be written before the process ended. {Events} events were saved in {File}; the next process that starts with this folder writes them to the outbox.")]
    public static partial void EventsSpilled(this ILogger logger, int events, string file);

    [LoggerMessage(341, LogLevel.Warning, "Events were saved in {Folder}, a temporary folder that does not survive a new container. Set Intilery:Outbox:SpillPath to a folder that does.")]
    public static partial void SpillIsTemporary(this ILogger logger, string folder);

    [LoggerMessage(342, LogLevel.Information, "Wrote {Events} events to the outbox that an earlier process had saved in {File}.")]
    public static partial void SpillRestored(this ILogger logger, int events, string file);

    [LoggerMessage(343, LogLevel.Error, "The file {File}, which holds events that an earlier process could not write to the outbox, cannot be read and stays where it is: {Fault}")]
    public static partial void SpillRefused(this ILogger logger, string file, string fault);

    [LoggerMessage(344, LogLevel.Error, "Events that could not be written to the outbox cannot be saved in {Folder}: {Fault}")]
    public static partial void SpillFailed(this ILogger logger, string folder, string fault);

    [LoggerMessage(400, LogLevel.Information, "Intilery has accepted the first events of this process: {Events}. It accepts every event, but keeps an event only after somebody has marked it valid in Intilery's Schema screen.")]
    public static partial void FirstDelivery(this ILogger logger, int events);

    [LoggerMessage(401, LogLevel.Warning, "Delivery to Intilery failed ({Outcome}); trying again in {Delay}.{Unlogged}")]
    public static partial void DeliveryFailed(this ILogger logger, string outcome, Duration delay, Unlogged unlogged);

    [LoggerMessage(402, LogLevel.Error, "Intilery rejected {Event} (row {Row}); it is kept as a dead letter: {Message}.{Unlogged}")]
    public static partial void EventRejected(this ILogger logger, string @event, long row, string message, Unlogged unlogged);

    [LoggerMessage(403, LogLevel.Error, "Intilery does not accept this set-up ({Outcome}): check Intilery:AuthToken, ClientId, AccountId, BrandId and BaseAddress. Events wait in the outbox; trying again in {Delay}.{Unlogged}")]
    public static partial void DeliveryPaused(this ILogger logger, string outcome, Duration delay, Unlogged unlogged);

    [LoggerMessage(404, LogLevel.Error, "The delivery worker failed and continues.{Unlogged}")]
    public static partial void WorkerFailed(this ILogger logger, Unlogged unlogged, Exception exception);

    [LoggerMessage(405, LogLevel.Information, "Delivery to Intilery works again.")]
    public static partial void DeliveryResumed(this ILogger logger);

    [LoggerMessage(406, LogLevel.Error, "Intilery rejected every event in a row, which points to the set-up rather than to the events: {Events} dead letters wait in the outbox again.{Unlogged}")]
    public static partial void RejectionsPutBack(this ILogger logger, int events, Unlogged unlogged);

    [LoggerMessage(500, LogLevel.Debug, "The browser is not notified of {Event}: {Reason}.")]
    public static partial void BrowserNotReset(this ILogger logger, string @event, string reason);
}
