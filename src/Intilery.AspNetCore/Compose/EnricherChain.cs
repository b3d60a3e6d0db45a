using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Lets the application's enrichers change what is about to be recorded, off the request's thread and for a limited time: they may
/// throw, or not return.
/// </summary>
internal sealed class EnricherChain(
    IEnumerable<IEventEnricher> enrichers, EnrichmentPolicy policy, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    private readonly IEventEnricher[] _enrichers = [.. enrichers];
    private bool _isStalled;

    public ValueTask<IReadOnlyList<ComposedMessage>> EnrichAsync(
        IReadOnlyList<ComposedMessage> messages, CancellationToken cancellationToken) =>
        _enrichers.Length == 0 || messages.Count == 0 || Volatile.Read(ref _isStalled)
            ? new(messages)
            : EnrichBoundedAsync(messages, cancellationToken);

    private async ValueTask<IReadOnlyList<ComposedMessage>> EnrichBoundedAsync(
        IReadOnlyList<ComposedMessage> messages, CancellationToken cancellationToken)
    {
        var work = EnrichUnboundedAsync(messages, CancellationToken.None);
        try
        {
            var enriched = await work.WaitAsync(policy.CommitTimeout, time, cancellationToken).ConfigureAwait(false);

            // Counted only now: what took too long has been sent as it was.
            foreach (var (composed, reason) in enriched.Where(outcome => outcome.Reason is not null))
            {
                diagnostics.Suppressed(composed.Message.EventName, reason!);
            }

            return [.. enriched.Where(outcome => outcome.Reason is null).Select(outcome => outcome.Message)];
        }
        catch (TimeoutException)
        {
            Stall(work);
            return messages;
        }
    }

    // Without the request's own context: an enricher that found the request there would use its services beside the request's work.
    private Task<List<(ComposedMessage Message, string? Reason)>> EnrichUnboundedAsync(
        IReadOnlyList<ComposedMessage> messages, CancellationToken cancellationToken)
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return Task.Run(() => messages.Select(Enrich).ToList(), cancellationToken);
    }

    private (ComposedMessage Message, string? Reason) Enrich(ComposedMessage composed)
    {
        if (composed.IsTrialMove)
        {
            return (composed, null);
        }

        var message = composed.Message;
        foreach (var enricher in _enrichers)
        {
            try
            {
                var enrichment = new EventEnrichment(message);
                enricher.Enrich(enrichment);
                if (enrichment.SuppressedFor is { } reason)
                {
                    return (composed, reason);
                }

                message = enrichment.Apply();
            }
            catch (Exception exception)
            {
                // The application's own code: the event goes as it was before it.
                diagnostics.Failed($"calling {enricher.GetType().Name}", exception);
            }
        }

        return (composed with { Message = message }, null);
    }

    private void Stall(Task work)
    {
        if (!Interlocked.Exchange(ref _isStalled, true))
        {
            diagnostics.Log.EnricherStalled(policy.CommitTimeout);
            _ = work.ContinueWith(
                _ => Volatile.Write(ref _isStalled, false),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
