using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Commits scopes: facts in, rows of the outbox out.</summary>
internal sealed class ScopeCommitter(
    ScopeMessages messages,
    ObservedOutbox outbox,
    RowIdSequence ids,
    CommitWriter writer,
    TrackingScopes scopes,
    LifecycleDiagnostics diagnostics,
    ITransactionalOutbox? transactional = null) : IScopeCommitter
{
    public long? Announce(ScopeContext scope, CapturedFact fact)
    {
        try
        {
            diagnostics.Metrics.Captured(fact.Kind);
            ActivityReport.Captured(diagnostics.Activity, scope, fact);
            if (!FactIds.CanBeNoted(fact))
            {
                return null;
            }

            var intent = IntentPayload.Intent(ids.Next(), scope, fact);
            return outbox.Append(intent) ? intent.Id : null;
        }
        catch (Exception exception)
        {
            // Without its intent the fact is still in its scope: only a crash before the scope's commit would lose it.
            diagnostics.Failed("writing an intent", exception);
            return null;
        }
    }

    // Writes are stored in their order: an empty one is stored after all before it.
    public async ValueTask StoreAsync(CancellationToken cancellationToken) =>
        await outbox.CommitAsync(new OutboxCommit([], []), cancellationToken).ConfigureAwait(false);

    public async ValueTask CommitAsync(ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        using var span = LifecycleTraces.Commit(scope.TraceParent, facts.Count, diagnostics);
        try
        {
            var happened = await DecideAsync(facts, cancellationToken).ConfigureAwait(false);
            if (Prepare(scope, facts, await messages.OfAsync(scope, happened, cancellationToken).ConfigureAwait(false), span) is { } commit)
            {
                await outbox.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            span.Failed(exception);
            throw;
        }
    }

    public void Commit(ScopeContext scope, IReadOnlyList<ScopeFact> facts) => _ = HandOverAsync(scope, facts);

    public bool MayMissEnds => transactional is { MayMissEnds: true };

    public async ValueTask ConfirmStoredAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        if (transactional is null)
        {
            return;
        }

        try
        {
            var stored = await transactional.FindAsync(
                [.. facts.Select(fact => fact.IntentId).OfType<long>()], cancellationToken).ConfigureAwait(false);
            foreach (var fact in facts)
            {
                if (fact.IntentId is { } intent && stored.Contains(intent))
                {
                    fact.State = FactState.Confirmed;
                }
            }
        }
        catch (Exception exception)
        {
            // Recovery finds them.
            diagnostics.Failed("looking up intents", exception);
        }
    }

    // Runs on the caller's thread up to the first question to the application's code or the database, and so nearly always to its end.
    private async Task HandOverAsync(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        using var span = LifecycleTraces.Commit(scope.TraceParent, facts.Count, diagnostics);
        try
        {
            var happened = await DecideAsync(facts, CancellationToken.None).ConfigureAwait(false);
            if (Prepare(
                scope, facts, await messages.OfAsync(scope, happened, CancellationToken.None).ConfigureAwait(false), span) is { } commit)
            {
                outbox.Commit(commit);
            }
        }
        catch (Exception exception)
        {
            // Not awaited; the request has gone on.
            span.Failed(exception);
            Stored(facts);
            diagnostics.Failed("committing a scope", exception);
        }
    }

    // What never happened must be gone before anything is composed, or remembered of a person: a transaction that is run again saves again.
    private ValueTask<IReadOnlyList<ScopeFact>> DecideAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        var isDecided = true;
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].HasUnknownOutcome && transactional is not null)
            {
                return AskAsync(facts, cancellationToken);
            }

            isDecided &= facts[i].State != FactState.RolledBack;
        }

        return new(isDecided ? facts : Happened(facts));
    }

    private async ValueTask<IReadOnlyList<ScopeFact>> AskAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        var unknown = facts.Where(fact => fact.HasUnknownOutcome).ToList();
        try
        {
            var stored = await transactional!.FindAsync(
                [.. unknown.Select(fact => fact.IntentId).OfType<long>()], cancellationToken).ConfigureAwait(false);
            foreach (var fact in unknown)
            {
                fact.State = fact.IntentId is { } intent && stored.Contains(intent) ? FactState.Confirmed : FactState.RolledBack;
                if (fact.State == FactState.RolledBack)
                {
                    diagnostics.Suppressed(fact.Fact.EventName, Reasons.RolledBack);
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Their rows are stored if, and only if, their intents are there.
            diagnostics.Failed("looking up intents", exception);
        }

        return Happened(facts);
    }

    // Of a user whose row was rolled back, and not saved again, nothing is left: the sign-in did not happen either.
    private List<ScopeFact> Happened(IReadOnlyList<ScopeFact> facts)
    {
        var undone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fact in facts)
        {
            if (fact is { State: FactState.RolledBack, Fact: UserCreated })
            {
                undone.Add(fact.Fact.UserId);
            }
        }

        foreach (var fact in facts)
        {
            if (fact is { State: not FactState.RolledBack, Fact: UserCreated })
            {
                undone.Remove(fact.Fact.UserId);
            }
        }

        var happened = new List<ScopeFact>(facts.Count);
        foreach (var fact in facts)
        {
            if (fact.State == FactState.RolledBack)
            {
                continue;
            }

            if (undone.Contains(fact.Fact.UserId))
            {
                diagnostics.Suppressed(fact.Fact.EventName, Reasons.RolledBack);
            }
            else
            {
                happened.Add(fact);
            }
        }

        return happened;
    }

    private OutboxCommit? Prepare(
        ScopeContext scope, IReadOnlyList<ScopeFact> facts, IReadOnlyList<ComposedMessage> composed, LifecycleSpan span)
    {
        ActivityReport.Composed(diagnostics.Activity, scope, composed);
        if (span.Activity is not null)
        {
            span.Composed([.. composed.Where(message => !message.IsTrialMove).Select(message => message.Message.EventName)]);
        }

        List<long>? intents = null;
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].IntentId is { } intent)
            {
                (intents ??= []).Add(intent);
            }
        }

        var commit = writer.Write(scope.Destination, intents ?? (IReadOnlyList<long>)[], composed, span.TraceParent ?? scope.TraceParent);
        if (intents is not null && facts[0].Scope is not null)
        {
            commit = commit with { Committed = _ => Stored(facts) };
        }

        return commit is { Intents: [], Rows: [], DeadLetters: [], Trials: [] } ? null : commit;
    }

    private void Stored(IReadOnlyList<ScopeFact> facts)
    {
        if (facts[0].Scope is { } scope)
        {
            scopes.Stored(scope, facts);
        }
    }
}
