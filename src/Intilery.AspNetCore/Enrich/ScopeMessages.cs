using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Enrich;

/// <summary>From happenings to the messages that are recorded: who is tracked, what it means, and what the application adds.</summary>
internal sealed class ScopeMessages(ScopeAdmission admission, ScopeComposer composer, EnricherChain enrichers, LifecycleDiagnostics diagnostics)
{
    public ValueTask<IReadOnlyList<ComposedMessage>> OfAsync(
        ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, CancellationToken cancellationToken) =>
        enrichers.EnrichAsync(ComposeOrFallBack(scope, happenings), cancellationToken);

    private IReadOnlyList<ComposedMessage> ComposeOrFallBack(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        try
        {
            return composer.Compose(scope, HappeningIds.Admit(admission.Admit(scope, TellerResolution.Resolve(scope, happenings, diagnostics)), diagnostics));
        }
        catch (Exception exception)
        {
            // A user that exists has its Signed Up: rather the bare event than none.
            diagnostics.Failed("enriching events", exception);
            return BareMessages.Of(scope, happenings);
        }
    }
}
