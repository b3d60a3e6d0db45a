using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Compose;

/// <summary>Turns changes into intents within their own transaction, where there is an outbox that can take them.</summary>
internal sealed class SaveJournal(
    RowIdSequence ids, TrackingScopes scopes, LifecycleDiagnostics diagnostics, ITransactionalOutbox? outbox = null)
    : ISaveJournal
{
    public bool Covers(DbContext context) => outbox?.Covers(context) == true;

    public void Write(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction)
    {
        if (IntentsOf(facts) is { Count: > 0 } intents)
        {
            Written(intents, outbox!.Append([.. intents.Select(noted => noted.Intent)], context, transaction));
        }
    }

    public async ValueTask WriteAsync(
        IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (IntentsOf(facts) is { Count: > 0 } intents)
        {
            Written(
                intents,
                await outbox!.AppendAsync(
                    [.. intents.Select(noted => noted.Intent)], context, transaction, cancellationToken).ConfigureAwait(false));
        }
    }

    private List<(ScopeFact Fact, Intent Intent)> IntentsOf(IReadOnlyList<ScopeFact> facts)
    {
        var intents = new List<(ScopeFact, Intent)>(facts.Count);
        foreach (var fact in facts)
        {
            if (IntentOf(fact) is { } intent)
            {
                intents.Add((fact, intent));
            }
        }

        return intents;
    }

    private Intent? IntentOf(ScopeFact fact) => TrackingScopes.IsEvent(fact.Scope!, fact.Fact) && FactIds.CanBeNoted(fact.Fact)
        ? IntentPayload.Intent(ids.Next(), fact.Scope!.Context, fact.Fact)
        : null;

    private void Written(List<(ScopeFact Fact, Intent Intent)> intents, IReadOnlySet<long> taken)
    {
        foreach (var (fact, intent) in intents)
        {
            if (taken.Contains(intent.Id))
            {
                diagnostics.Metrics.Captured(fact.Fact.Kind);
                ActivityReport.Captured(diagnostics.Activity, fact.Scope!.Context, fact.Fact);
                fact.IntentId = intent.Id;
                scopes.Announced(fact.Scope!, fact);
            }
        }
    }
}

/// <summary>Answers the outbox, which asks whose intents it may take for abandoned.</summary>
internal sealed class OpenScopes(TrackingScopes scopes) : IOpenScopes
{
    public bool IsOpen(string scope) => scopes.IsOpen(scope);
}
