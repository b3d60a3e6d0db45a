
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>From facts to the messages that are recorded: who is tracked, in which tenant, what it means, and what the application adds.</summary>
internal sealed class ScopeMessages(
    ExclusionFilter admission, TenantResolution tenants, ScopeComposer composer, EnricherChain enrichers, LifecycleDiagnostics diagnostics)
{
    public ValueTask<IReadOnlyList<ComposedMessage>> OfAsync(
        ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        ActivityReport.Captured(diagnostics.Activity, scope, facts);
        var kept = Reduce(scope, facts);
        var answered = tenants.AnswerAsync(kept ?? facts, cancellationToken);

        // Nearly always: an application without a resolver has nobody to wait for.
        return answered.IsCompletedSuccessfully
#pragma warning disable RS0030 // It is completed.
            ? enrichers.EnrichAsync(Compose(scope, answered.Result, isReduced: kept is not null), cancellationToken)
#pragma warning restore RS0030
            : AwaitAsync(scope, answered, isReduced: kept is not null, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<ComposedMessage>> AwaitAsync(
        ScopeContext scope, ValueTask<IReadOnlyList<ScopeFact>> answered, bool isReduced, CancellationToken cancellationToken) =>
        await enrichers.EnrichAsync(Compose(scope, await answered.ConfigureAwait(false), isReduced), cancellationToken).ConfigureAwait(false);

    // Null if that fails.
    private IReadOnlyList<ScopeFact>? Reduce(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        try
        {
            return composer.Reduce(scope, FactIds.Admit(admission.Admit(scope, UserAttribution.Resolve(scope, facts, diagnostics)), diagnostics));
        }
        catch (Exception exception)
        {
            diagnostics.Failed("enriching events", exception);
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
            diagnostics.Failed("enriching events", exception);
        }

        // A user that exists has its Signed Up: rather the bare event than none.
        return BareMessages.Of(scope, facts);
    }
}
