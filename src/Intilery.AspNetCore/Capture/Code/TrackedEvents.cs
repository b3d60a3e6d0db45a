using System.Data.Common;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>
/// The events that were tracked with contexts and are not saved yet. They are kept outside the change tracker. An
/// application that tracks none pays nothing. Like a context, an instance is used by one thread at a time.
/// </summary>
internal sealed class TrackedEvents(
    EventCapture events, TrackingScopes scopes, TrackedTransactions transactions, LifecycleDiagnostics diagnostics)
{
    private readonly ConditionalWeakTable<DbContext, Waiting> _waiting = [];
    private volatile bool _isUsed;

    /// <summary>Takes an event that is to be recorded if, and only if, the context commits.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public void Track(DbContext context, LifecycleEvent tracked)
    {
        if (!events.IsOn)
        {
            return;
        }

        var fact = events.Describe(tracked, scopes.OfChange(), scopes.Principal);
        var transaction = context.Database.IsRelational() ? context.Database.CurrentTransaction?.GetDbTransaction() : null;
        _isUsed = true;
        var waiting = Of(context);

        // An execution strategy that runs the application's code again tracks it again; an application that only saves again does not.
        waiting.Events.RemoveAll(given => given.IsGivenBack && Equals(given.Fact.TrackedEvent, fact.TrackedEvent));
        waiting.Events.Add(new TrackedEvent(fact, transaction));
    }

    /// <summary>Takes the events that wait for this context's next commit.</summary>
    public IReadOnlyList<TrackedEvent> Take(DbContext context)
    {
        if (!_isUsed || !_waiting.TryGetValue(context, out var waiting))
        {
            return [];
        }

        _waiting.Remove(context);
        if (waiting.Lease != context.ContextId)
        {
            // They belong to the previous user of the pooled context.
            Drop(waiting.Events);
            return [];
        }

        // A transaction that is disposed without a commit ends without a callback.
        var undone = waiting.Events.FindAll(tracked => tracked.Transaction is { } transaction && transactions.IsOver(transaction));
        Drop(undone);
        return [.. waiting.Events.Except(undone)];
    }

    /// <summary>Takes back what a save that failed was to record: the application may save again.</summary>
    public void GiveBack(DbContext context, IReadOnlyList<TrackedEvent> tracked)
    {
        if (tracked.Count > 0)
        {
            Of(context).Events.InsertRange(0, tracked.Select(given => given with { IsGivenBack = true }));
        }
    }

    /// <summary>Discards the events of a transaction that is rolled back.</summary>
    public void RolledBack(DbContext? context, DbTransaction transaction)
    {
        if (_isUsed && context is not null && _waiting.TryGetValue(context, out var waiting))
        {
            var undone = waiting.Events.FindAll(tracked => tracked.Transaction == transaction);
            Drop(undone);
            waiting.Events.RemoveAll(undone.Contains);
        }
    }

    private Waiting Of(DbContext context)
    {
        var waiting = _waiting.GetValue(context, static known => new Waiting(known.ContextId));
        if (waiting.Lease != context.ContextId)
        {
            Take(context);
            waiting = _waiting.GetValue(context, static known => new Waiting(known.ContextId));
        }

        return waiting;
    }

    private void Drop(IReadOnlyList<TrackedEvent> tracked)
    {
        foreach (var undone in tracked)
        {
            diagnostics.Suppressed(undone.Fact.EventName, Reasons.RolledBack);
        }
    }

    private sealed class Waiting(DbContextId lease)
    {
        // A pool gives one context to many.
        public DbContextId Lease => lease;

        public List<TrackedEvent> Events { get; } = [];
    }
}

/// <summary>An event that was tracked with a context and waits for its save.</summary>
/// <param name="Fact">The event.</param>
/// <param name="Transaction">The transaction that was open when it was tracked, if any: the event is discarded with it.</param>
internal sealed record TrackedEvent(CapturedFact Fact, DbTransaction? Transaction)
{
    /// <summary>Gets a value indicating whether a save has failed with it: the application may track it again, or not.</summary>
    public bool IsGivenBack { get; init; }
}
