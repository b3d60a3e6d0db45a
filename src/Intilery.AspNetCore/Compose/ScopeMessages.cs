using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// From facts to the messages that are recorded: who is tracked, in which tenant, what it means, and what the application adds.
/// </summary>
internal sealed class ScopeMessages(
    ExclusionFilter admission,
    TenantResolution tenants,
    MemberLookup members,
    ScopeComposer composer,
    EnricherChain enrichers,
    LifecycleDiagnostics diagnostics)
{
    public ValueTask<IReadOnlyList<ComposedMessage>> OfAsync(
        ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        ActivityReport.Captured(diagnostics.Activity, scope, facts);
        var kept = Reduce(scope, facts, out var unknown);
        return kept is not null && unknown.Count > 0
            ? IdentifyAsync(scope, kept, unknown, cancellationToken)
            : AnswerAsync(scope, kept ?? facts, isReduced: kept is not null, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<ComposedMessage>> IdentifyAsync(
        ScopeContext scope, IReadOnlyList<ScopeFact> kept, IReadOnlyCollection<string> unknown, CancellationToken cancellationToken) =>
        await AnswerAsync(
            scope,
            await members.IdentifyAsync(kept, unknown, cancellationToken).ConfigureAwait(false),
            isReduced: true,
            cancellationToken).ConfigureAwait(false);

    private ValueTask<IReadOnlyList<ComposedMessage>> AnswerAsync(
        ScopeContext scope, IReadOnlyList<ScopeFact> facts, bool isReduced, CancellationToken cancellationToken)
    {
        var answered = tenants.AnswerAsync(facts, cancellationToken);

        // Nearly always: an application without a resolver has nothing to wait for.
        return answered.IsCompletedSuccessfully
#pragma warning disable RS0030 // It is completed.
            ? enrichers.EnrichAsync(Compose(scope, answered.Result, isReduced), cancellationToken)
#pragma warning restore RS0030
            : AwaitAsync(scope, answered, isReduced, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<ComposedMessage>> AwaitAsync(
        ScopeContext scope, ValueTask<IReadOnlyList<ScopeFact>> answered, bool isReduced, CancellationToken cancellationToken) =>
        await enrichers.EnrichAsync(
            Compose(scope, await answered.ConfigureAwait(false), isReduced), cancellationToken).ConfigureAwait(false);

    // Null if that fails.
    private IReadOnlyList<ScopeFact>? Reduce(ScopeContext scope, IReadOnlyList<ScopeFact> facts, out IReadOnlyCollection<string> unknown)
    {
        unknown = [];
        try
        {
            var kept = composer.Reduce(
                scope, FactIds.Admit(admission.Admit(scope, UserAttribution.Resolve(scope, facts, diagnostics)), diagnostics));
            unknown = composer.UnknownMembers(scope, kept);
            return kept;
        }
        catch (Exception exception)
        {
            diagnostics.Failed("composing events", exception);
            return null;
        }
    }

    private IReadOnlyList<ComposedMessage> Compose(ScopeContext scope, IReadOnlyList<ScopeFact> facts, bool isReduced)
    {
        try
        {
            if (isReduced)
            {
                return composer.Compose(scope, facts);
            }
        }
        catch (Exception exception)
        {
            diagnostics.Failed("composing events", exception);
        }

        // A user that exists has its Signed Up: rather the bare event than none.
        return BareMessages.Of(scope, facts);
    }
}
