using Intilery.AspNetCore;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Events;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Tracks events together with what a context saves.</summary>
public static class IntileryDbContextExtensions
{
    /// <summary>
    /// Records an event if, and only if, this context's next save commits; within an open transaction, if that commits. With the
    /// outbox in the application's own database (<c>UseEntityFrameworkOutbox</c>) it is written in the same transaction, otherwise just
    /// after the commit. Nothing is added to the change tracker. Members that the event does not set come from the current scope, as with
    /// <see cref="ILifecycleTracker.TrackAsync(LifecycleEvent, CancellationToken)"/>. If a save fails, the event waits for the
    /// next one; if the transaction is rolled back, the event is discarded. If tracking is off, it does nothing.
    /// </summary>
    /// <param name="context">A context that is registered with <c>AddDbContext</c> or its relatives.</param>
    /// <param name="lifecycleEvent">One of the specification's events, or a <see cref="CustomEvent"/>.</param>
    /// <exception cref="ArgumentException">The event cannot be sent as it is; the message names the member.</exception>
    /// <exception cref="InvalidOperationException">
    /// The context was constructed by code, so that Intilery does not see what it saves.
    /// </exception>
    /// <example>
    /// <code>
    /// db.Track(new InviteSent { InviteeEmail = invite.Email });
    /// await db.SaveChangesAsync();
    /// </code>
    /// </example>
    public static void Track(this DbContext context, LifecycleEvent lifecycleEvent)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(lifecycleEvent);
        var interceptor = WatchExtension.InterceptorOf(context.GetService<IDbContextOptions>()) ?? throw new InvalidOperationException(
                $"Intilery does not see what this {context.GetType().Name} saves. Register it with AddDbContext, AddDbContextPool or one of their "
                + "factories, in the same services as Intilery; contexts that code constructs itself are not seen.");
        interceptor.Events.Track(context, lifecycleEvent);
    }
}
