using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore;

/// <summary>
/// Tracks events from the application's code. It is a registered singleton: inject it
/// anywhere, also into background services. It is thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Within a capture scope (a request, a hub invocation, an activity of an interactive circuit, or one that
/// <see cref="BeginScope"/> opened) an event joins the scope: it is recorded before the response starts, in the order of
/// the user's history, and members that it does not set come from the scope. <c>userId</c> is the user who is signed in, or who
/// signs in or is created there; <c>context.groupId</c> the account that the user joined or that was created there, else the
/// tenant of the principal; the browser's context is added only if the event's user is the person at the browser.
/// </para>
/// <para>
/// Outside of any scope the user must be given, and the event is recorded when the task completes. Recorded means committed to the
/// outbox, or waiting in memory after <c>Intilery:Outbox:CommitTimeout</c>. If tracking is off, every
/// call completes without doing anything.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await tracker.TrackAsync(new InviteSent { InviteeEmail = invite.Email });
/// await tracker.TrackAsync("Report Exported", new Dictionary&lt;string, object?&gt; { ["format"] = "pdf" });
/// </code>
/// </example>
public interface ILifecycleTracker
{
    /// <summary>Records an event.</summary>
    /// <param name="lifecycleEvent">One of the specification's events, or a <see cref="CustomEvent"/>.</param>
    /// <param name="cancellationToken">Stops waiting; an event that was handed over is recorded nevertheless.</param>
    /// <returns>A task that completes when the event has joined its scope or, outside of any, is recorded.</returns>
    /// <exception cref="ArgumentException">
    /// The event cannot be sent as it is, and the message names the member: an id that is empty or invalid, no user outside of
    /// any scope, a trial that ends before it starts, an invalid e-mail address, a property that cannot be written as JSON, or an event
    /// over the API's 32 KB.
    /// </exception>
    Task TrackAsync(LifecycleEvent lifecycleEvent, CancellationToken cancellationToken = default);

    /// <summary>Records a custom event: short for tracking a <see cref="CustomEvent"/> about the scope's user.</summary>
    /// <param name="eventName">The event's name, for example <c>Report Exported</c>; not one of the specification's ten.</param>
    /// <param name="properties">The properties; see <see cref="CustomEvent.Properties"/>. Default: <see langword="null"/>, none.</param>
    /// <param name="cancellationToken">As for the other overload.</param>
    /// <returns>As for the other overload.</returns>
    /// <exception cref="ArgumentException">As for the other overload; or the name is invalid.</exception>
    Task TrackAsync(
        string eventName, IReadOnlyDictionary<string, object?>? properties = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends traits of a user, by an identify call. Traits that the scope itself has captured are part of the same call. An unchanged
    /// repeat within a day is not sent.
    /// </summary>
    /// <param name="traits">
    /// The traits. The API reserves some names, in camel case: <c>email</c>, <c>firstName</c>, <c>lastName</c>, <c>name</c>,
    /// <c>phone</c>, <c>title</c>, <c>username</c>, <c>createdAt</c>, <c>company</c>, ... A trait replaces the whole previous value of its
    /// name.
    /// </param>
    /// <param name="userId">The user's database key. Default: <see langword="null"/>, the scope's user.</param>
    /// <param name="cancellationToken">As for events.</param>
    /// <returns>As for events.</returns>
    /// <exception cref="ArgumentException">As for events.</exception>
    Task IdentifyAsync(IReadOnlyDictionary<string, object?> traits, string? userId = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a scope for work outside of requests whose changes are events: background jobs, seeding, imports. Until it
    /// is disposed, the code and all work that it starts belong to it, as to a request: created users are Signed Up, and events
    /// are ordered and recorded together at its end. Open one for each piece of work, such as each imported user; its
    /// events wait in memory for its end. Scopes nest, and a scope within a request is separate from the request's. Work that was started
    /// in a scope and outlives it belongs to the enclosing scope or request while that lasts, and otherwise to none.
    /// </summary>
    /// <param name="userId">
    /// The database key of the user who does the work. Default: <see langword="null"/>: in a request, a SignalR hub or an interactive
    /// circuit its user, with their browser; elsewhere no user.
    /// </param>
    /// <param name="groupId">
    /// The account of events that name none, and of users who join none. Default: <see langword="null"/>, none.
    /// </param>
    /// <returns>The scope. If tracking is off, a scope that does nothing.</returns>
    /// <exception cref="ArgumentException">An id is empty or invalid.</exception>
    ILifecycleScope BeginScope(string? userId = null, string? groupId = null);

    /// <summary>
    /// Sets the <c>type</c> of the sign-ups of the current scope, before or after the users are saved. It overrides the
    /// default: <c>invited</c> for a user whom another person creates, and <c>organic</c> for every other. Outside of any scope, where
    /// new users cause no events, it does nothing.
    /// </summary>
    /// <param name="type">The type, for example <c>invited</c> or <c>imported</c>.</param>
    /// <exception cref="ArgumentException">The type is empty.</exception>
    void SetSignUpType(string type);
}

/// <summary>
/// A capture scope that the application opened: see <see cref="ILifecycleTracker.BeginScope"/>. Disposing it ends it. With
/// <c>await using</c> the disposal completes when all its events are recorded, or
/// after <c>Intilery:Outbox:CommitTimeout</c>; with <c>using</c> it does not wait. Disposing it again has no effect.
/// </summary>
/// <example>
/// <code>
/// await using (tracker.BeginScope(user.Id))
/// {
///     await db.SaveChangesAsync();
/// }
/// </code>
/// </example>
public interface ILifecycleScope : IAsyncDisposable, IDisposable;
