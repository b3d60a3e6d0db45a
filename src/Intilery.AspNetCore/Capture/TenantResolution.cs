using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture;

/// <summary>
/// Asks the application's tenant resolver, off the caller's thread and for a limited time: it may throw, block or not return.
/// </summary>
internal sealed class TenantResolution(
    IServiceScopeFactory scopes, LiveOptions options, TimeProvider time, LifecycleDiagnostics diagnostics, TenantResolverType? resolver = null)
{
    // So many that do not return are enough; each may hold a thread.
    private const int MaxAsking = 64;

    // What a resolver does itself asks it no more. It flows with the resolver's code and no further.
    private readonly AsyncLocal<bool> _isWithin = new();
    private int _asking;

    public bool HasResolver => resolver is not null;

    public async ValueTask<string?> AskAsync(TenantResolutionContext context, CancellationToken cancellationToken)
    {
        if (BeginAsync(context, cancellationToken) is not { } asking)
        {
            return null;
        }

        try
        {
            return Check(await asking.WaitAsync(options.Current.Outbox.CommitTimeout, time, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            return Unresolved(exception);
        }
    }

    /// <summary>As <see cref="AskAsync"/>, for callers that the application made synchronous; its own thread waits.</summary>
    public string? Ask(TenantResolutionContext context)
    {
        if (BeginAsync(context, CancellationToken.None) is not { } asking)
        {
            return null;
        }

        try
        {
            return asking.Wait(options.Current.Outbox.CommitTimeout)
                ? Check(asking.GetAwaiter().GetResult())
                : throw new TimeoutException();
        }
        catch (Exception exception)
        {
            return Unresolved(exception is AggregateException { InnerException: { } inner } ? inner : exception);
        }
    }

    private static string? Check(string? answer)
    {
        if (answer is not null)
        {
            EventText.ThrowIfNotId(answer, "The resolved tenant");
        }

        return answer;
    }

    private Task<string?>? BeginAsync(TenantResolutionContext context, CancellationToken cancellationToken)
    {
        if (_isWithin.Value)
        {
            return null;
        }

        if (Interlocked.Increment(ref _asking) > MaxAsking)
        {
            Interlocked.Decrement(ref _asking);
            Unresolved(new TimeoutException($"{MaxAsking} earlier questions have not been answered yet."));
            return null;
        }

        // Not its start by the token: what is counted as asked must end as asked.
        return Task.Run(() => ResolveAsync(context, cancellationToken), CancellationToken.None);
    }

    private async Task<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
    {
        _isWithin.Value = true;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), giveUp, options.Current.Outbox.CommitTimeout, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        try
        {
            if (context.HttpContext is { } request)
            {
                return await ((ITenantResolver)request.RequestServices.GetRequiredService(resolver!.Type)).ResolveAsync(context, giveUp.Token).ConfigureAwait(false);
            }

            await using var scope = scopes.CreateAsyncScope();
            return await ((ITenantResolver)scope.ServiceProvider.GetRequiredService(resolver!.Type)).ResolveAsync(context, giveUp.Token).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    // The event is a fact without its tenant, too.
    private string? Unresolved(Exception exception)
    {
        diagnostics.WithoutTenant(Reasons.UnresolvedTenant);
        diagnostics.Failed("resolving the tenant", exception);
        return null;
    }
}
